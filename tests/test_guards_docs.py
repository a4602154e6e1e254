"""The documents speak of what there is, and of all of it."""

import re
from pathlib import Path

import pytest

from bot.handlers.commands import COMMANDS, Command
from bot.settings import Settings
from bot.texts import translator
from tests.sources import ROOT, code_files, shown

DOCUMENTS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md")), ROOT / "faq" / "README.md"]


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def row(command: Command) -> str:
    """The line of docs/commands.md about a command."""
    usage, example = command.usage.replace("|", "\\|"), command.example.replace("|", "\\|")
    return f"| `{usage}` | {command.summary} | {translator('zh')(command.summary)} | `{example}` |"


def fenced(document: str) -> list[str]:
    """The lines of a document's code blocks."""
    blocks = re.findall(r"^```\w*\n(.*?)^```", document, re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.splitlines()]


def test_every_command_has_its_line() -> None:
    lines = read("docs/commands.md").splitlines()
    assert [row(command) for command in COMMANDS if row(command) not in lines] == []


def test_every_line_about_a_command_is_of_one_that_there_is() -> None:
    about = [line for line in read("docs/commands.md").splitlines() if line.startswith("| `/")]
    assert sorted(about) == sorted(map(row, COMMANDS))


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: f"{command.role or 'customer'} {command.name}")
def test_every_command_has_help_in_both_languages(command: Command) -> None:
    chinese = translator("zh")(command.summary)
    assert command.usage.split()[0] == command.example.split()[0] == f"/{command.name}"
    assert command.summary
    assert re.search(r"[\u4e00-\u9fff]", chinese)


def test_architecture_names_every_module() -> None:
    named = read("docs/architecture.md")
    modules = [shown(path) for path in code_files() if path.read_text(encoding="utf-8").strip()]
    assert [name for name in modules if f"`{name}`" not in named] == []


def test_every_file_that_architecture_names_exists() -> None:
    named = set(re.findall(r"`((?:\.?\w+/)+[\w.]*|\w+\.(?:py|md|toml|txt))`", read("docs/architecture.md")))
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=shown)
def test_every_link_between_documents_leads_somewhere(document: Path) -> None:
    targets = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", document.read_text(encoding="utf-8"))
    local = [target for target in targets if "://" not in target]
    assert [target for target in local if not (document.parent / target).exists()] == []


def test_every_setting_is_explained() -> None:
    names = [f"KEFU_{name.upper()}" for name in Settings.model_fields]
    told = read("docs/operations.md")
    example = read(".env.example")
    assert [name for name in names if f"`{name}`" not in told] == []
    assert [name for name in names if not re.search(rf"^#? ?{name}=", example, re.MULTILINE)] == []


def test_every_setting_that_is_explained_exists() -> None:
    names = {f"KEFU_{name.upper()}" for name in Settings.model_fields}
    told = re.findall(r"\bKEFU_[A-Z_]+\b", "".join(path.read_text(encoding="utf-8") for path in DOCUMENTS))
    assert {*told, *re.findall(r"\bKEFU_[A-Z_]+\b", read(".env.example"))} - names == set()


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_ci_runs_the_commands_of_the_readme_as_they_are_written(readme: str) -> None:
    commands = fenced(read(readme))
    assert len(commands) == 2
    assert [command for command in commands if command not in read(".ci/run").splitlines()] == []
