"""Text as Telegram keeps it: plain, with entities at UTF-16 offsets. Called by sending, editing and people's acts.

The rules follow tdlib's MessageEntity.cpp: what is cleaned, trimmed, refused, and found by itself (links, commands, …).
"""

import re
from typing import Any

from bot.playground.errors import bad_request
from bot.playground.html import parse_html
from bot.playground.markdown import parse_markdown

Entity = dict[str, Any]

TYPES_GIVEN = frozenset(
    [
        "mention",
        "hashtag",
        "cashtag",
        "bot_command",
        "url",
        "email",
        "phone_number",
        "bold",
        "italic",
        "underline",
        "strikethrough",
        "spoiler",
        "blockquote",
        "expandable_blockquote",
        "code",
        "pre",
        "text_link",
        "text_mention",
        "custom_emoji",
        "date_time",
    ]
)
_INVISIBLE = " \u180e\u200b\u200c\u200d\u200e\u200f\u202e\u2060\u2800\ufeff\ufffc"
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\u2028\u2029]")
_WORTH_A_LOOK = re.compile(r"[/@#$.:+]")
_FOUND = re.compile(
    r"(?P<email>[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,})"
    r"|(?P<url>https?://[^\s<>\"']*[^\s<>\"'.,;:!?)\]]|(?<![\w@.])(?:[A-Za-z0-9-]+\.)+(?:com|org|net|io|me|cn|dev|shop)\b(?:/[^\s<>\"']*)?)"
    r"|(?<![\w/@<>])(?P<bot_command>/[A-Za-z0-9_]{1,64}(?:@[A-Za-z]\w{2,31})?)(?![\w/])"
    r"|(?<![\w@/`])(?P<mention>@[A-Za-z]\w{2,31})\b"
    r"|(?<![\w#])(?P<hashtag>#\w*[^\W\d]\w*)"
    r"|(?<![\w$])(?P<cashtag>\$[A-Z]{1,8})\b"
    r"|(?<![\w+])(?P<phone_number>\+\d[\d\- ]{7,16}\d)(?!\w)"
)


def is_invisible(text: str) -> bool:
    """Whether nothing of it can be seen: Telegram takes zero-width characters alone for an empty text."""
    return not text.strip().strip(_INVISIBLE)


def utf16_length(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def utf16_slice(text: str, offset: int, length: int) -> str:
    raw = text.encode("utf-16-le", "surrogatepass")[offset * 2 : (offset + length) * 2]
    return raw.decode("utf-16-le", "replace")


def formatted(text: str, parse_mode: str | None, given: list[Entity] | None) -> tuple[str, list[Entity]]:
    """What Telegram stores for a text sent with a parse mode or entities; refuses what it would refuse."""
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        raise bad_request("strings must be encoded in UTF-8") from None
    if size > 1 << 15:
        raise bad_request("text is too long")
    mode = (parse_mode or "").lower()
    if mode in {"", "none"}:
        text, entities = _without_returns(text, [_checked(entity, text) for entity in given or []])
    elif mode == "html":
        text, entities = parse_html(text.replace("\r", ""))
    elif mode in {"markdown", "markdownv2"}:
        text, entities = parse_markdown(text.replace("\r", ""))
    else:
        raise bad_request("unsupported parse_mode")
    return _trimmed(_CONTROL.sub(" ", text), entities)


def found(text: str, entities: list[Entity]) -> list[Entity]:
    """The given entities and those that Telegram sees by itself, in Telegram's order."""
    if not _WORTH_A_LOOK.search(text):
        return entities
    taken = [(entity["offset"], entity["offset"] + entity["length"]) for entity in entities]
    result = list(entities)
    for match in _FOUND.finditer(text):
        start = utf16_length(text[: match.start()])
        length = utf16_length(match.group())
        if not any(begin < start + length and start < end for begin, end in taken):
            result.append({"type": str(match.lastgroup), "offset": start, "length": length})
    return _in_order(result)


def _in_order(entities: list[Entity]) -> list[Entity]:
    return sorted(entities, key=lambda entity: (entity["offset"], -entity["length"]))


def _checked(entity: Any, text: str) -> Entity:
    if not isinstance(entity, dict):
        raise bad_request("can't parse MessageEntity: MessageEntity must be an Object")
    kind, offset, length = entity.get("type"), entity.get("offset"), entity.get("length")
    if not isinstance(offset, int) or not isinstance(length, int):
        raise bad_request("can't parse MessageEntity: Can't find field \"offset\"")
    if kind not in TYPES_GIVEN:
        raise bad_request("can't parse MessageEntity: Unsupported type specified")
    end = utf16_length(text)
    if offset < 0 or length < 0 or offset > end or offset + length > end:
        raise bad_request(f"entity beginning at UTF-16 offset {offset} ends after the end of the text")
    if kind == "text_link" and not entity.get("url"):
        raise bad_request("can't parse MessageEntity: Can't find field \"url\"")
    _refuse_split_characters(text, offset, offset + length)
    return entity


def _without_returns(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    """Carriage returns go, and the entities move with the text."""
    if "\r" not in text:
        return text, entities
    moved = []
    for entity in entities:
        start, end = entity["offset"], entity["offset"] + entity["length"]
        before, within = utf16_slice(text, 0, start).count("\r"), utf16_slice(text, start, end - start).count("\r")
        moved.append({**entity, "offset": start - before, "length": end - start - within})
    return text.replace("\r", ""), moved


def _refuse_split_characters(text: str, *offsets: int) -> None:
    """An offset in the middle of a surrogate pair is an error, and a common one for those who count characters."""
    if text.isascii():
        return
    raw = text.encode("utf-16-le", "surrogatepass")
    for offset in offsets:
        unit = int.from_bytes(raw[offset * 2 : offset * 2 + 2], "little")
        if 0xDC00 <= unit <= 0xDFFF:
            raise bad_request(f"entity begins in a middle of a UTF-16 symbol at byte offset {offset}")


def _trimmed(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    """Spaces around a message go, and the entities move with the text."""
    kept = text.strip()
    if len(kept) == len(text):
        return text, [entity for entity in _in_order(entities) if entity["length"] > 0]
    lead = utf16_length(text[: len(text) - len(text.lstrip())])
    end = utf16_length(kept)
    moved = []
    for entity in _in_order(entities):
        start = max(entity["offset"] - lead, 0)
        stop = min(entity["offset"] + entity["length"] - lead, end)
        if stop > start:
            moved.append({**entity, "offset": start, "length": stop - start})
    return kept, moved
