"""The code as the guards read it: its files, and the texts in it that people will read."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from string import Formatter

ROOT = Path(__file__).parent.parent
CODE = ROOT / "bot"

Message = str | tuple[str, str]
"""A message id; for one with plural forms, both."""


@dataclass(frozen=True)
class Spoken:
    """One place in the code where a text is said, or (``N_``) kept to be said later."""

    where: str
    message: Message
    values: frozenset[str] | None  # names of what is filled in; None where that is not seen here


def code_files() -> list[Path]:
    return sorted(CODE.rglob("*.py"))


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def placeholders(text: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in Formatter().parse(text) if name is not None)


def spoken() -> Iterator[Spoken]:
    """Every ``t("…")``, ``t.plural("…", "…", n)``, ``translator(…)("…")`` and ``N_("…")`` of the code."""
    for path in code_files():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                yield from _spoken_by(node, f"{shown(path)}:{node.lineno}")


def _spoken_by(call: ast.Call, where: str) -> Iterator[Spoken]:
    values = frozenset(word.arg for word in call.keywords if word.arg is not None)
    is_open = any(word.arg is None for word in call.keywords)
    function = call.func
    if isinstance(function, ast.Name) and function.id == "N_":
        for text in _texts(call.args[0], where):
            yield Spoken(where, text, None)
    elif isinstance(function, ast.Attribute) and function.attr == "plural":
        [one], [many] = _texts(call.args[0], where), _texts(call.args[1], where)
        yield Spoken(where, (one, many), None if is_open else values | {"n"})
    elif _is_translator(function) and call.args:
        for text in _texts(call.args[0], where):
            yield Spoken(where, text, None if is_open else values)


def _is_translator(function: ast.expr) -> bool:
    if isinstance(function, ast.Call):
        return isinstance(function.func, ast.Name) and function.func.id == "translator"
    return (isinstance(function, ast.Name) and function.id == "t") or (
        isinstance(function, ast.Attribute) and function.attr == "t"
    )


def _texts(argument: ast.expr, where: str) -> list[str]:
    """The literals that an argument may be; none where it is a name, for then ``N_`` marks them elsewhere."""
    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
        return [argument.value]
    if isinstance(argument, ast.IfExp):
        return _texts(argument.body, where) + _texts(argument.orelse, where)
    if isinstance(argument, ast.JoinedStr | ast.BinOp):
        raise AssertionError(f"{where}: a text that is put together cannot be translated")
    return []
