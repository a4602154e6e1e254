"""The local Telegram knows nothing of the bot that it serves, nor of the library that bot is written with."""

import ast
from pathlib import Path

import bot.playground

FOREIGN = ("aiogram", "sqlalchemy", "sklearn")


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(str(node.module))
    return names


def test_the_playground_imports_nothing_else_of_the_bot():
    modules = sorted(Path(bot.playground.__path__[0]).glob("*.py"))
    assert len(modules) > 30
    foreign = {
        (path.name, name)
        for path in modules
        for name in imported(path)
        if (name.startswith("bot.") and not name.startswith("bot.playground")) or name.startswith(FOREIGN)
    }
    assert foreign == set()
