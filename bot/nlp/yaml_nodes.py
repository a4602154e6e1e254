"""YAML read with its line numbers kept, and refused in words a shopkeeper understands.

Owns everything that is YAML's rather than the FAQ's: size, encoding, syntax, aliases, repeated keys, and the values
that YAML takes for something else than text. Called by :mod:`bot.nlp.files` only.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from bot.nlp.faq import Problem

LARGEST_FILE = 5_000_000
DEEPEST = 20

# libyaml's reader is eight times faster; PyYAML wheels have it, a build from source may not.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# What an escape such as \0 or \ud800 in quotes can smuggle in; a database or Telegram would refuse it later.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")

_STRING = "tag:yaml.org,2002:str"
_NULL = "tag:yaml.org,2002:null"
_READ_AS = {
    "tag:yaml.org,2002:bool": "yes or no",
    "tag:yaml.org,2002:int": "a number",
    "tag:yaml.org,2002:float": "a number",
    "tag:yaml.org,2002:timestamp": "a date",
    _NULL: "nothing",
}


class Source:
    """One file's text and the problems found in it so far."""

    def __init__(self, path: Path, shown: str) -> None:
        self.path = path
        self.shown = shown
        self.problems: list[Problem] = []
        self.lines: list[str] = []

    def blame(self, line: int, reason: str) -> None:
        self.problems.append(Problem(self.shown, line, reason))

    def text(self) -> str | None:
        """The file's text, or None (and a problem) when it cannot be read as text at all."""
        try:
            if self.path.stat().st_size > LARGEST_FILE:
                self.blame(1, f"the file is larger than {LARGEST_FILE // 1_000_000} MB")
                return None
            data = self.path.read_bytes()
        except OSError as error:
            self.blame(1, f"the file cannot be read: {error.strerror}")
            return None
        return self._decoded(data)

    def _decoded(self, data: bytes) -> str | None:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            self.blame(data[: error.start].count(b"\n") + 1, "this is not UTF-8 text; save the file as UTF-8")
            return None
        if "\0" in text:
            self.blame(text[: text.index("\0")].count("\n") + 1, "there is a NUL character here; remove it")
            return None
        self.lines = text.splitlines()
        return text

    def root(self) -> yaml.Node | None:
        """The file's top node, or None: an empty file, or one that is refused (with a problem)."""
        text = self.text()
        if text is None:
            return None
        try:
            if not self._is_tame(text):
                return None
            node: yaml.Node | None = yaml.compose(text, Loader=_Loader)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            self.blame(mark.line + 1 if mark else 1, f"this is not valid YAML: {error.problem or error.context}")
        except yaml.YAMLError as error:
            self.blame(_line_of(error, text), "there is a character here that YAML does not allow")
        else:
            if node is None:
                self.blame(1, "the file is empty")
            return node
        return None

    def _is_tame(self, text: str) -> bool:
        """No aliases (a few lines of them can stand for gigabytes) and no absurd nesting."""
        depth = 0
        for event in yaml.parse(text, Loader=_Loader):
            if isinstance(event, yaml.AliasEvent):
                self.blame(_begin(event), f"aliases (*{event.anchor}) are not used here; write the text out")
                return False
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
                if depth > DEEPEST:
                    self.blame(_begin(event), "the lists are nested too deeply")
                    return False
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
        return True

    def items(self, node: yaml.Node, what: str) -> list[yaml.Node]:
        """The items of a list, or a problem that says what was expected."""
        if isinstance(node, yaml.SequenceNode):
            return list(node.value)
        self.blame(line(node), f"{what} must be a list (lines that begin with “- ”)")
        return []

    def pairs(self, node: yaml.Node, what: str) -> dict[str, tuple[yaml.Node, yaml.Node]]:
        """Key → (key node, value node) of a mapping; a key given twice is a problem."""
        if not isinstance(node, yaml.MappingNode):
            self.blame(line(node), f"{what} must be made of “name: value” lines")
            return {}
        found: dict[str, tuple[yaml.Node, yaml.Node]] = {}
        for key, value in node.value:
            name = self.string(key, f"a name in {what}")
            if name is None:
                continue
            if name in found:
                self.blame(line(key), f"“{name}” is given twice in {what}")
            else:
                found[name] = (key, value)
        return found

    def string(self, node: yaml.Node, what: str) -> str | None:
        """The text of a scalar; anything that YAML takes for another type must be put in quotes by its writer."""
        if not isinstance(node, yaml.ScalarNode):
            self.blame(line(node), f"{what} must be text, not a list or “name: value” lines (put it in quotes)")
            return None
        value = str(node.value)
        if node.tag == _STRING:
            if not value.strip():
                self.blame(line(node), f"{what} is empty")
                return None
            if _FORBIDDEN.search(value):
                self.blame(line(node), f"{what} holds a character that is no text (a control character or half a pair)")
                return None
            return value.strip()
        if not value:
            self.blame(line(node), f"{what} is empty")
        elif node.tag in _READ_AS:
            read_as = _READ_AS[node.tag]
            self.blame(line(node), f'{what}: YAML reads {value} as {read_as}, not as text; put it in quotes: "{value}"')
        else:
            self.blame(line(node), f"{what}: tags (like {node.tag}) are not used here; write plain text")
        return None

    def line_of(self, node: yaml.Node, words: str) -> int:
        """The line inside the node where the words stand, or the node's first."""
        for number in range(node.start_mark.line, min(node.end_mark.line + 1, len(self.lines))):
            if words in self.lines[number]:
                return number + 1
        return line(node)


def line(node: yaml.Node) -> int:
    """The line on which a node begins, counted from 1."""
    return int(node.start_mark.line) + 1


def _begin(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


def is_null(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.tag == _NULL


def yaml_files(folder: Path) -> Iterator[Path]:
    """The YAML files directly in a folder, by name."""
    yield from sorted(path for path in folder.iterdir() if path.suffix in (".yaml", ".yml") and path.is_file())


def _line_of(error: yaml.YAMLError, text: str) -> int:
    position = getattr(error, "position", 0)
    return text[: position if isinstance(position, int) else 0].count("\n") + 1
