"""``faq check`` and ``faq eval``: is an FAQ valid, and how well is it understood? Part of :mod:`bot.cli`."""

# ruff: noqa: PLC0415 - the matcher and its arithmetic are heavy, and only these commands need them

from __future__ import annotations

import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.plainly import MISUSED, give_up, plainly
from bot.settings import load_settings

if TYPE_CHECKING:
    from bot.nlp.evaluate import Evaluation
    from bot.nlp.faq import Entry, Question

app = typer.Typer(help="Look after the FAQ: check its files, measure how well it is understood.", no_args_is_help=True)

CONFUSIONS = 10
"""How many confusions are shown."""


class EncoderKind(StrEnum):
    LEXICAL = "lexical"
    SENTENCE = "sentence"


FaqPath = Annotated[
    Path | None, typer.Option("--faq", help="A folder of FAQ files or one file; else that of KEFU_FAQ_DIR.")
]


@app.command()
def check(faq: FaqPath = None) -> None:
    """Check the files: exit code 1 and a line with file and line number for each problem."""
    from bot.nlp.checking import check as check_faq
    from bot.nlp.files import load_faq

    with plainly():
        typer.echo(check_faq(load_faq(_folder(faq))).as_text())


@app.command("eval")
def evaluate(
    faq: FaqPath = None,
    questions: Annotated[
        Path | None,
        typer.Option(help="CSV with the columns question,entry (empty: unanswerable); else the folder's check.yaml."),
    ] = None,
    encoder: Annotated[EncoderKind, typer.Option(help="How texts are compared.")] = EncoderKind.LEXICAL,
    model: Annotated[
        str | None,
        typer.Option(help="For the sentence encoder: a folder, or the name of a sentence-transformers model."),
    ] = None,
    promise: Annotated[float, typer.Option(min=0.5, max=0.999, help="The precision that answers are to have.")] = 0.95,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Measure an FAQ on labelled questions."""
    from bot.nlp.files import load_faq, load_questions

    with plainly():
        if (encoder is EncoderKind.SENTENCE) != (model is not None):
            raise give_up(MISUSED, "--encoder sentence and --model FOLDER_OR_NAME go together.")
        read = load_faq(_folder(faq))
        asked = read.questions if questions is None else load_questions(questions)
        if not asked:
            raise give_up(MISUSED, "There are no questions to measure with: name a CSV with --questions.")
        figures = _measure(read.entries, list(asked), encoder, model, promise)
    if as_json:
        typer.echo(json.dumps(figures.as_json(), indent=2))
    else:
        _show(figures)


def _folder(given: Path | None) -> Path:
    return load_settings().faq_dir if given is None else given


def _measure(
    entries: tuple[Entry, ...], questions: list[Question], kind: EncoderKind, model: str | None, promise: float
) -> Evaluation:
    """Evaluate under a progress bar, which shows on terminals only and on stderr: figures may go to a file."""
    from rich.console import Console
    from rich.progress import Progress

    from bot.nlp.evaluate import evaluate as measure
    from bot.nlp.sentence import open_encoder

    with Progress(console=Console(stderr=True), disable=not sys.stderr.isatty(), transient=True) as progress:
        task = progress.add_task("Asking", total=len(questions))
        return measure(
            entries,
            questions,
            encoder=open_encoder(kind, model),
            promise=promise,
            progress=lambda done, _all: progress.update(task, completed=done),
        )


def _show(figures: Evaluation) -> None:
    """The figures as a table, then what is confused with what."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    table = Table("figure", "", "what it says", title=f"{figures.n} questions, encoder {figures.encoder}")
    table.columns[1].justify = "right"
    for name, value in figures.as_json().items():
        if name in _MEANINGS:
            table.add_row(name, _number(name, value), _MEANINGS[name])
    console.print(table)
    if figures.confusions:
        worst = Table("times", "meant", "taken for", "for example", title="Worst confusions")
        for one in figures.confusions[:CONFUSIONS]:
            worst.add_row(str(one.count), one.entry or "(unanswerable)", one.taken_for, Text(one.example))
        console.print(worst)
    if figures.unknown_labels:
        console.print(f"Labels that no entry has: {', '.join(figures.unknown_labels)}", markup=False)


_MEANINGS = {
    "n_unanswerable": "questions that nothing in the FAQ answers",
    "top1": "the right entry came first",
    "top3": "the right entry was among the first three",
    "mrr": "mean of 1 / rank of the right entry",
    "answered": "of all questions, answered at once",
    "answer_precision": "of those answers, right",
    "promised": "the precision that was promised",
    "suggested": "of all questions, offered choices",
    "suggest_hit": "of those offers, with the right entry in them",
    "unsure": "of all questions, left to a person",
    "unanswerable_answered": "of unanswerable questions, answered all the same",
    "auroc": "an answerable question has more confidence than an unanswerable one",
    "fit_s": "seconds to build",
    "p50_ms": "milliseconds a question, median",
    "p99_ms": "milliseconds a question, 99 of 100 under",
}


def _number(name: str, value: int | float | str | None) -> str:
    if isinstance(value, float):
        return f"{value:.2f}" if name in ("fit_s", "p50_ms", "p99_ms") else f"{value:.3f}"
    return "–" if value is None else str(value)
