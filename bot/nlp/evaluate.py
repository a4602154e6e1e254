"""How good the understanding of an FAQ is, measured on labelled questions.

Owns the figures of ``faq eval`` and their definitions. Called by the command line, and by tests that keep the demo
FAQ's figures from sinking.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from time import perf_counter

import numpy as np

from bot.nlp.encoder import Encoder
from bot.nlp.faq import Entry, Question
from bot.nlp.policy import Verdict, VerdictKind
from bot.nlp.understanding import Understanding


@dataclass(frozen=True, slots=True)
class Confusion:
    """Questions of one entry (None: unanswerable ones) that were taken for another, with one example."""

    entry: str | None
    taken_for: str
    count: int
    example: str


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The figures; shares are 0 to 1, and None where there was nothing to take a share of.

    ``top1``, ``top3`` and ``mrr`` (mean reciprocal rank) are over answerable questions, whatever the verdict;
    ``answered``, ``suggested`` and ``unsure`` are over all questions. ``answer_precision`` is right answers over all
    answers given, and an answer to an unanswerable question is wrong. ``suggest_hit`` is suggestions with the right
    entry among them over all suggestions. ``unanswerable_answered`` is over unanswerable questions. ``auroc`` is the
    chance that an answerable question gets a higher confidence than an unanswerable one. ``promised`` is the
    precision that was asked for. Times are of whole decisions, not from the cache.
    """

    n: int
    n_unanswerable: int
    top1: float | None
    top3: float | None
    mrr: float | None
    answered: float | None
    answer_precision: float | None
    promised: float
    suggested: float | None
    suggest_hit: float | None
    unsure: float | None
    unanswerable_answered: float | None
    auroc: float | None
    fit_s: float
    p50_ms: float | None
    p99_ms: float | None
    encoder: str
    confusions: tuple[Confusion, ...] = ()
    unknown_labels: tuple[str, ...] = ()

    def as_json(self) -> dict[str, int | float | str | None]:
        """The figures by name, without the lists."""
        names = [field.name for field in fields(self) if field.name not in ("confusions", "unknown_labels")]
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True, slots=True)
class _Asked:
    """One question and what became of it; rank counts from 1, None when its entry was not ranked at all."""

    question: Question
    verdict: Verdict
    rank: int | None
    seconds: float

    @property
    def is_answered(self) -> bool:
        return self.verdict.kind is VerdictKind.ANSWER

    @property
    def is_right(self) -> bool:
        return self.is_answered and self.verdict.candidates[0].entry == self.question.entry

    @property
    def is_hit(self) -> bool:
        return any(candidate.entry == self.question.entry for candidate in self.verdict.candidates)


def evaluate(
    entries: Sequence[Entry],
    questions: Sequence[Question],
    *,
    encoder: Encoder | None = None,
    promise: float = 0.95,
    progress: Callable[[int, int], None] | None = None,
) -> Evaluation:
    """Build the understanding of these entries and ask it every question; ``progress(done, all)`` after each."""
    began = perf_counter()
    understanding = Understanding.build(entries, promise, encoder)
    fit_s = perf_counter() - began
    asked = []
    for done, question in enumerate(questions, start=1):
        asked.append(_ask(understanding, question))
        if progress is not None:
            progress(done, len(questions))
    return _evaluation(understanding, asked, fit_s, {entry.id for entry in entries})


def _ask(understanding: Understanding, question: Question) -> _Asked:
    began = perf_counter()
    verdict = understanding.decide(question.text)
    seconds = perf_counter() - began
    ranked = [
        candidate.entry for candidate in understanding.rank(question.text, top=len(understanding.matcher.entries))
    ]
    rank = ranked.index(question.entry) + 1 if question.entry in ranked else None
    return _Asked(question, verdict, rank, seconds)


def _evaluation(understanding: Understanding, asked: list[_Asked], fit_s: float, known: set[str]) -> Evaluation:
    answerable = [one for one in asked if one.question.entry is not None]
    unanswerable = [one for one in asked if one.question.entry is None]
    answered = [one for one in asked if one.is_answered]
    suggested = [one for one in asked if one.verdict.kind is VerdictKind.SUGGEST]
    milliseconds = [one.seconds * 1000 for one in asked]
    labels = {one.question.entry for one in asked if one.question.entry is not None}
    return Evaluation(
        n=len(asked),
        n_unanswerable=len(unanswerable),
        top1=_share(one.rank == 1 for one in answerable),
        top3=_share(one.rank is not None and one.rank <= 3 for one in answerable),
        mrr=_mean([1.0 / one.rank if one.rank else 0.0 for one in answerable]),
        answered=_share(one.is_answered for one in asked),
        answer_precision=_share(one.is_right for one in answered),
        promised=understanding.policy.promise,
        suggested=_share(one.verdict.kind is VerdictKind.SUGGEST for one in asked),
        suggest_hit=_share(one.is_hit for one in suggested),
        unsure=_share(one.verdict.kind is VerdictKind.UNSURE for one in asked),
        unanswerable_answered=_share(one.is_answered for one in unanswerable),
        auroc=_auroc(_confidences(answerable), _confidences(unanswerable)),
        fit_s=fit_s,
        p50_ms=_percentile(milliseconds, 50),
        p99_ms=_percentile(milliseconds, 99),
        encoder=understanding.matcher.encoder.name,
        confusions=_confusions(asked),
        unknown_labels=tuple(sorted(labels - known)),
    )


def _confidences(asked: list[_Asked]) -> list[float]:
    return [one.verdict.confidence for one in asked]


def _share(flags: Iterable[bool]) -> float | None:
    return _mean([float(flag) for flag in flags])


def _mean(values: list[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _percentile(values: list[float], percent: float) -> float | None:
    return float(np.percentile(values, percent)) if values else None


def _auroc(above: list[float], below: list[float]) -> float | None:
    """Mann and Whitney's U over the number of pairs; ties count half."""
    if not above or not below:
        return None
    high, low = np.sort(above), np.array(below)
    wins = len(high) - np.searchsorted(high, low, side="right")
    ties = np.searchsorted(high, low, side="right") - np.searchsorted(high, low, side="left")
    return float((wins + 0.5 * ties).sum() / (len(high) * len(low)))


def _confusions(asked: list[_Asked]) -> tuple[Confusion, ...]:
    """What was ranked first in place of what, and unanswerable questions that were answered; most frequent first."""
    counts: Counter[tuple[str | None, str]] = Counter()
    examples: dict[tuple[str | None, str], str] = {}
    for one in asked:
        if not one.verdict.candidates:
            continue
        first = one.verdict.candidates[0].entry
        is_mistaken = one.is_answered if one.question.entry is None else first != one.question.entry
        if is_mistaken:
            counts[one.question.entry, first] += 1
            examples.setdefault((one.question.entry, first), one.question.text)
    return tuple(Confusion(*pair, count, examples[pair]) for pair, count in counts.most_common())
