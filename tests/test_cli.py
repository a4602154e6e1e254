import json
import logging
import os
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from typer.testing import CliRunner, Result

from bot.cli import app
from bot.settings import Settings

ROOT = Path(__file__).parents[1]
TOKEN = "123456789:AAEhBOweik6ad9r_QXMENQjcrGbqCr4K-bc"
FAQ = """
- id: where-is-my-order
  topic: orders
  questions:
    en: [Where is my order?, Track my parcel, Where is my parcel now?, Has my order left?, Follow my delivery]
  answer: {en: It is on its way.}
- id: refund
  topic: returns
  questions:
    en: [I want a refund, Can I have my money back?, Pay me back please, Refund me, Where is my refund?]
  answer: {en: In five days.}
"""
QUESTIONS = """question,entry
where is my order,where-is-my-order
i want a refund,refund
do you sell hats,
"""


@pytest.fixture(autouse=True)
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A shop with a small FAQ, and nothing set."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"KEFU_{name.upper()}", raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "faq").mkdir()
    (tmp_path / "faq" / "shop-faq.yaml").write_text(FAQ)
    (tmp_path / "questions.csv").write_text(QUESTIONS)
    return tmp_path


@pytest.fixture(autouse=True)
def log_of_before() -> Iterator[None]:
    """Commands that run for long set the log up, to a stream that is closed after the test."""
    before = list(logging.getLogger().handlers)
    yield
    structlog.reset_defaults()
    logging.getLogger().handlers[:] = before


def kefu(*words: str) -> Result:
    return CliRunner().invoke(app, words, prog_name="kefu")


def test_help_names_every_command_and_loads_nothing_heavy(shop: Path) -> None:
    code = (
        "import sys; from bot.cli import main\n"
        "try: main()\n"
        "except SystemExit as end: assert not end.code\n"
        "print(sorted({'numpy', 'sqlalchemy', 'aiogram', 'aiohttp', 'matplotlib'} & set(sys.modules)))"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code, "--help"], capture_output=True, text=True, check=True, env=environment
    )
    for command in ("run", "playground", "migrate", "seed", "doctor", "faq"):
        assert command in done.stdout
    assert done.stdout.splitlines()[-1] == "[]"


def test_migrate_makes_the_database_and_may_be_repeated(shop: Path) -> None:
    first, second = kefu("migrate"), kefu("migrate")
    assert [first.exit_code, second.exit_code] == [0, 0]
    assert second.stdout == first.stdout.replace(".\n", ", as it was.\n")
    with sqlite3.connect(shop / "kefu.db") as database:
        assert database.execute("SELECT count(*) FROM tickets").fetchone() == (0,)
    database.close()


def test_a_database_of_a_newer_kefu_is_left_alone(shop: Path) -> None:
    database = sqlite3.connect(shop / "kefu.db")
    database.execute("CREATE TABLE alembic_version (version_num TEXT)")
    database.execute("INSERT INTO alembic_version VALUES ('9999')")
    database.commit()
    database.close()
    result = kefu("migrate")
    assert result.exit_code == 1
    assert result.stderr.startswith("This database was made by a newer Kefu")


def test_a_file_that_is_no_database_is_refused_in_words(shop: Path) -> None:
    (shop / "kefu.db").write_text("this is a shopping list, not a database")
    result = kefu("migrate")
    assert result.exit_code == 1
    assert result.stderr == (
        "The database refuses: (sqlite3.DatabaseError) file is not a database. See KEFU_DATABASE_URL.\n"
    )


@pytest.mark.parametrize("command", ["run", "playground", "migrate", "seed", ""])
def test_settings_that_cannot_be_used_are_named_and_nothing_starts(
    shop: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv("KEFU_OWNER_IDS", "@olivia")
    result = kefu(*command.split())
    assert result.exit_code == 2
    first, second = result.stderr.splitlines()
    assert first == "Kefu cannot start with these settings:"
    assert second.startswith("  KEFU_OWNER_IDS: “@olivia” is not a person's Telegram id")
    assert not (shop / "kefu.db").exists()


def test_a_mistyped_setting_is_pointed_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEFU_TIMEZON", "UTC")
    result = kefu("migrate")
    assert result.exit_code == 0
    assert result.stderr == "Note: KEFU_TIMEZON: there is no such setting; did you mean KEFU_TIMEZONE?\n"


def test_run_without_a_token_says_where_to_get_one() -> None:
    result = kefu("run")
    assert result.exit_code == 2
    assert result.stderr.startswith("KEFU_BOT_TOKEN: there is no bot token; @BotFather")


def test_the_playground_stays_out_of_a_real_shop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEFU_BOT_TOKEN", TOKEN)
    result = kefu("playground")
    assert result.exit_code == 2
    assert result.stderr.startswith("KEFU_BOT_TOKEN is set, so this is a real shop")
    assert TOKEN not in result.output


def test_a_corrupt_faq_keeps_the_bot_from_starting(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEFU_BOT_TOKEN", TOKEN)
    (shop / "faq" / "broken.yaml").write_text("- id: x\n  topic: y\n- just words\n")
    result = kefu("run")
    assert result.exit_code == 1
    first, *problems = result.stderr.splitlines()
    assert first == "These files have problems:"
    assert [problem.split(": ")[0] for problem in problems] == ["  faq/broken.yaml:1"] * 2 + ["  faq/broken.yaml:3"]


def test_seed_fills_an_empty_database_once() -> None:
    assert [kefu("seed").stdout, kefu("seed").stdout] == [
        "The demo is in the database.\n",
        "There are customers already, so nothing was added.\n",
    ]


def test_faq_check_counts_what_is_there() -> None:
    result = kefu("faq", "check")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1] == "The FAQ is valid; 0 warning(s)."


def test_faq_check_names_file_and_line(shop: Path) -> None:
    (shop / "faq" / "broken.yaml").write_text("- id: x\n  topic: y\n")
    result = kefu("faq", "check", "--faq", "faq")
    assert result.exit_code == 1
    assert result.stderr.splitlines()[1:] == [
        "  faq/broken.yaml:1: an entry needs “answer”",
        "  faq/broken.yaml:1: an entry needs “questions”",
    ]


def test_faq_eval_gives_every_figure_as_json() -> None:
    result = kefu("faq", "eval", "--faq", "faq/shop-faq.yaml", "--questions", "questions.csv", "--json")
    assert result.exit_code == 0
    figures = json.loads(result.stdout)
    names = (
        "n n_unanswerable top1 top3 mrr answered answer_precision promised suggested suggest_hit unsure "
        "unanswerable_answered auroc fit_s p50_ms p99_ms encoder"
    )
    assert list(figures) == names.split()
    assert [figures[name] for name in ("n", "n_unanswerable", "top1", "promised", "encoder")] == [
        3,
        1,
        1.0,
        0.95,
        "lexical",
    ]


def test_faq_eval_shows_a_table_and_confusions(shop: Path) -> None:
    (shop / "questions.csv").write_text("question,entry\nwhere is my refund,where-is-my-order\n")
    result = kefu("faq", "eval", "--questions", "questions.csv")
    assert result.exit_code == 0
    assert "the right entry came first" in result.stdout
    assert "Worst confusions" in result.stdout
    assert "where is my refund" in result.stdout


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--questions", "nowhere.csv"], 1, "nowhere.csv:1: the file cannot be read: No such file or directory"),
        (["--faq", "nowhere", "--questions", "questions.csv"], 1, "nowhere:1: the file cannot be read"),
        ([], 2, "There are no questions to measure with: name a CSV with --questions."),
        (["--encoder", "sentence"], 2, "--encoder sentence and --model FOLDER_OR_NAME go together."),
        (["--model", "m"], 2, "--encoder sentence and --model FOLDER_OR_NAME go together."),
        (["--promise", "2"], 2, "0.999"),
        (["--encoder", "magic"], 2, "'magic' is not one of"),
    ],
)
def test_faq_eval_refuses_in_words(words: list[str], code: int, said: str) -> None:
    result = kefu("faq", "eval", *words)
    assert result.exit_code == code
    assert said in result.stderr
    assert "Traceback" not in result.output


def test_a_port_that_is_taken_is_said_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setenv("KEFU_PLAYGROUND_PORT", str(taken.getsockname()[1]))
        result = kefu("playground")
    assert result.exit_code == 1
    assert result.stderr.splitlines()[-1].startswith("The port is taken")
