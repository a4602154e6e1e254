"""Telegram's HTML, read as strictly as tdlib reads it, with its own words for what is wrong. Called by entities.py."""

import html
import re
from dataclasses import dataclass, field
from typing import Any

from bot.playground.errors import Refused, bad_request

_PLAIN = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "blockquote": "blockquote",
    "code": "code",
    "pre": "pre",
    "a": "text_link",
    "span": "spoiler",
    "tg-emoji": "custom_emoji",
    "tg-time": "date_time",
}
_CHARACTER = re.compile(r"&(?:#x[0-9a-fA-F]+|#[0-9]+|lt|gt|amp|quot);?")
_NAME = re.compile(r"[^\s>]*")
_ATTRIBUTE = re.compile(
    r"\s*(?P<name>[^\s=>]*)\s*(?P<equals>=?)\s*(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'|(?P<bare>[\w.\-]*))"
)


@dataclass(slots=True)
class _Open:
    tag: str
    attributes: dict[str, str]
    offset: int


@dataclass(slots=True)
class _Reading:
    source: str
    out: list[str] = field(default_factory=list)
    offset: int = 0
    stack: list[_Open] = field(default_factory=list)
    entities: list[dict[str, Any]] = field(default_factory=list)

    def write(self, text: str) -> None:
        self.out.append(text)
        self.offset += len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2

    def refuse(self, reason: str) -> Refused:
        return bad_request(f"can't parse entities: {reason}")

    def bytes_before(self, index: int) -> int:
        return len(self.source[:index].encode("utf-8", "surrogatepass"))


def parse_html(source: str) -> tuple[str, list[dict[str, Any]]]:
    reading = _Reading(source)
    index = 0
    while index < len(source):
        mark = _next_mark(source, index)
        reading.write(source[index:mark])
        index = mark
        if index >= len(source):
            break
        if source[index] == "&":
            index = _read_character(reading, index)
        elif source.startswith("</", index):
            index = _read_end(reading, index)
        else:
            index = _read_start(reading, index)
    if reading.stack:
        raise reading.refuse(f'Can\'t find end tag corresponding to start tag "{reading.stack[-1].tag}"')
    return "".join(reading.out), reading.entities


def _next_mark(source: str, index: int) -> int:
    marks = [at for at in (source.find("&", index), source.find("<", index)) if at >= 0]
    return min(marks, default=len(source))


def _read_character(reading: _Reading, index: int) -> int:
    match = _CHARACTER.match(reading.source, index)
    if match is None:
        reading.write("&")
        return index + 1
    reading.write(html.unescape(match.group() if match.group().endswith(";") else match.group() + ";"))
    return match.end()


def _read_start(reading: _Reading, index: int) -> int:
    at = reading.bytes_before(index)
    name = _NAME.match(reading.source, index + 1)
    if name is None or name.end() >= len(reading.source):
        raise reading.refuse(f"Unclosed start tag at byte offset {at}")
    tag = name.group().lower()
    if tag not in _PLAIN:
        raise reading.refuse(f'Unsupported start tag "{tag}" at byte offset {at}')
    attributes, end = _read_attributes(reading, tag, name.end(), at)
    if tag == "span" and attributes.get("class") != "tg-spoiler":
        raise reading.refuse(f'Tag "span" must have class "tg-spoiler" at byte offset {at}')
    reading.stack.append(_Open(tag, attributes, reading.offset))
    return end


def _read_attributes(reading: _Reading, tag: str, index: int, at: int) -> tuple[dict[str, str], int]:
    source = reading.source
    attributes: dict[str, str] = {}
    while True:
        while index < len(source) and source[index].isspace():
            index += 1
        if index >= len(source):
            raise reading.refuse(f'Unclosed start tag "{tag}" at byte offset {at}')
        if source[index] == ">":
            return attributes, index + 1
        match = _ATTRIBUTE.match(source, index)
        if match is None or not match["name"]:
            raise reading.refuse(f'Empty attribute name in the tag "{tag}" at byte offset {at}')
        if not match["equals"] and match.end() >= len(source):
            raise reading.refuse(f'Unclosed start tag "{tag}" at byte offset {at}')
        if match["name"] == "expandable" and not match["equals"]:
            attributes["expandable"] = ""
            index += len("expandable")
            continue
        if not match["equals"]:
            raise reading.refuse(
                f'Expected equal sign in declaration of an attribute of the tag "{tag}" at byte offset {at}'
            )
        attributes[match["name"].lower()] = html.unescape(match["double"] or match["single"] or match["bare"] or "")
        index = match.end()


def _read_end(reading: _Reading, index: int) -> int:
    at = reading.bytes_before(index)
    if not reading.stack:
        raise reading.refuse(f"Unexpected end tag at byte offset {at}")
    name = _NAME.match(reading.source, index + 2)
    close = reading.source.find(">", index)
    if name is None or close < 0 or reading.source[name.end() : close].strip():
        raise reading.refuse(f"Unclosed end tag at byte offset {at}")
    opened = reading.stack[-1]
    if name.group() and name.group().lower() != opened.tag:
        raise reading.refuse(
            f'Unmatched end tag at byte offset {at}, expected "</{opened.tag}>", found "</{name.group()}>"'
        )
    reading.stack.pop()
    _close(reading, opened)
    return close + 1


def _close(reading: _Reading, opened: _Open) -> None:
    length = reading.offset - opened.offset
    if length == 0:
        return
    entity: dict[str, Any] = {"type": _PLAIN[opened.tag], "offset": opened.offset, "length": length}
    if opened.tag == "a":
        entity |= _link(opened, "".join(reading.out))
        if not entity.get("url") and "user" not in entity:
            return
    elif opened.tag == "tg-emoji":
        entity["custom_emoji_id"] = opened.attributes.get("emoji-id", "")
    elif opened.tag == "tg-time":
        entity["unix_time"] = int(opened.attributes.get("unix") or 0)
        if opened.attributes.get("format"):
            entity["date_time_format"] = opened.attributes["format"]
    elif opened.tag == "blockquote" and "expandable" in opened.attributes:
        entity["type"] = "expandable_blockquote"
    elif opened.tag == "code" and opened.attributes.get("class", "").startswith("language-"):
        if reading.stack and reading.stack[-1].tag == "pre":
            reading.stack[-1].attributes["language"] = opened.attributes["class"].removeprefix("language-")
            return
    elif opened.tag == "pre" and "language" in opened.attributes:
        entity["language"] = opened.attributes["language"]
    reading.entities.append(entity)


def _link(opened: _Open, text: str) -> dict[str, Any]:
    """A link without href links to its own text, and one that is no address is no link: Telegram drops it silently."""
    url = opened.attributes.get("href") or text.encode("utf-16-le")[opened.offset * 2 :].decode("utf-16-le")
    if url.startswith("tg://user?id=") and url[13:].isdigit():
        return {"type": "text_mention", "user": {"id": int(url[13:])}}
    return {"url": url} if re.match(r"(?:[a-z][a-z0-9+.-]*:|[\w-]+\.[\w-])", url, re.IGNORECASE) else {}
