"""MarkdownV2, enough of it to be strict: nesting marks, links, code, and reserved characters that must be escaped."""

import re
from typing import Any

from bot.playground.errors import bad_request

_MARKS = {
    "||": ("spoiler", "Spoiler"),
    "__": ("underline", "Underline"),
    "*": ("bold", "Bold"),
    "_": ("italic", "Italic"),
    "~": ("strikethrough", "Strikethrough"),
}
_CODE = re.compile(r"```(?:(\w+)\n)?(.*?)```|`([^`]*)`", re.DOTALL)
_LINK_END = re.compile(r"\]\(((?:\\.|[^)\\])*)\)")
_RESERVED = frozenset("_*[]()~`>#+-=|{}.!")


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


class _Reader:
    def __init__(self, source: str) -> None:
        self.source = source
        self.index = 0
        self.out = ""
        self.entities: list[dict[str, Any]] = []
        self.stack: list[tuple[str, int, int]] = []

    def refuse(self, reason: str) -> Exception:
        return bad_request(f"can't parse entities: {reason}")

    def at(self, index: int) -> int:
        return len(self.source[:index].encode("utf-8", "surrogatepass"))

    def read(self) -> tuple[str, list[dict[str, Any]]]:
        while self.index < len(self.source):
            self.step()
        if self.stack:
            mark, _, begin = self.stack[-1]
            name = "Link" if mark == "[" else _MARKS[mark][1]
            raise self.refuse(f"Can't find end of {name} entity at byte offset {self.at(begin)}")
        return self.out, self.entities

    def step(self) -> None:
        source, index = self.source, self.index
        character = source[index]
        if character == "\\" and index + 1 < len(source) and ord(source[index + 1]) < 127:
            self.out += source[index + 1]
            self.index += 2
        elif character == "`":
            self.code()
        elif character == "[":
            self.stack.append(("[", _units(self.out), index))
            self.index += 1
        elif character == "]" and self.stack and self.stack[-1][0] == "[":
            self.link()
        elif mark := next((mark for mark in _MARKS if source.startswith(mark, index)), None):
            self.toggle(mark)
        elif character in _RESERVED:
            raise self.refuse(f"Character '{character}' is reserved and must be escaped with the preceding '\\'")
        else:
            self.out += character
            self.index += 1

    def add(self, kind: str, start: int, **more: Any) -> None:
        length = _units(self.out) - start
        if length:
            self.entities.append({"type": kind, "offset": start, "length": length, **more})

    def code(self) -> None:
        match = _CODE.match(self.source, self.index)
        if match is None:
            raise self.refuse(f"Can't find end of Code entity at byte offset {self.at(self.index)}")
        start = _units(self.out)
        is_block = match[3] is None
        self.out += re.sub(r"\\([`\\])", r"\1", match[2] if is_block else match[3])
        if is_block:
            self.add("pre", start, **({"language": match[1]} if match[1] else {}))
        else:
            self.add("code", start)
        self.index = match.end()

    def link(self) -> None:
        match = _LINK_END.match(self.source, self.index)
        _, start, _ = self.stack.pop()
        if match is None:
            raise self.refuse("Character ']' is reserved and must be escaped with the preceding '\\'")
        self.add("text_link", start, url=re.sub(r"\\(.)", r"\1", match[1]))
        self.index = match.end()

    def toggle(self, mark: str) -> None:
        if self.stack and self.stack[-1][0] == mark:
            _, start, _ = self.stack.pop()
            self.add(_MARKS[mark][0], start)
        else:
            self.stack.append((mark, _units(self.out), self.index))
        self.index += len(mark)


def parse_markdown(source: str) -> tuple[str, list[dict[str, Any]]]:
    return _Reader(source).read()
