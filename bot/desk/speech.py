"""Telling people things: every message to a person is queued here, in the transaction of its cause."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.crm import outbox
from bot.crm.outbox import SendPriority
from bot.desk.presses import Rows, inline_keyboard
from bot.transactions import Transaction

MAX_TEXT = 4096
"""Telegram's longest message, in UTF-16 code units."""


async def tell(
    tx: Transaction,
    chat_id: int,
    text: str,
    *,
    now: datetime,
    buttons: Rows | None = None,
    markup: Mapping[str, Any] | None = None,
    entities: Sequence[Mapping[str, Any]] = (),
    priority: SendPriority = SendPriority.PERSON,
    shows: Sequence[int] = (),
    is_copy: bool = False,
    **more: object,
) -> int:
    """Queue a text to a chat and return the id of its (last) outbox row.

    Plain text, never parsed as markup; a longer one goes out in parts, cut between words, with the buttons (or
    another reply ``markup``) under the last. ``entities`` format a text that fits one message. ``shows``,
    ``is_copy`` and ``more`` are those of :func:`bot.crm.outbox.queue`.
    """
    *heads, tail = parts(text)
    for head in heads:
        await outbox.queue(
            tx, chat_id, "sendMessage", {"text": head}, now=now, priority=priority, shows=shows, is_copy=is_copy, **more
        )
        shows = ()
    payload: dict[str, Any] = {"text": tail}
    if entities and not heads:
        payload["entities"] = list(entities)
    if buttons:
        payload["reply_markup"] = inline_keyboard(buttons)
    elif markup:
        payload["reply_markup"] = dict(markup)
    return await outbox.queue(
        tx, chat_id, "sendMessage", payload, now=now, priority=priority, shows=shows, is_copy=is_copy, **more
    )


def parts(text: str, limit: int = MAX_TEXT) -> list[str]:
    """Cut a text into messages of at most ``limit`` UTF-16 units, between lines or words where it can be."""
    return list(_parts(text, limit)) or [""]


def _parts(text: str, limit: int) -> Iterator[str]:
    while utf16_length(text) > limit:
        fitting = _fitting(text, limit)
        cut = max(text.rfind("\n", 0, fitting + 1), text.rfind(" ", 0, fitting + 1))
        cut = cut if cut > fitting // 2 else fitting
        yield text[:cut].rstrip()
        text = text[cut:].lstrip()
    if text:
        yield text


def shorten(text: str, limit: int) -> str:
    """Return the text, or its beginning and ``…``, in at most ``limit`` UTF-16 units."""
    return text if utf16_length(text) <= limit else text[: _fitting(text, limit - 1)].rstrip() + "…"


def utf16_length(text: str) -> int:
    """Return the length as Telegram counts it."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def _fitting(text: str, limit: int) -> int:
    """Return how many characters of ``text`` fit into ``limit`` UTF-16 units."""
    used = 0
    for count, character in enumerate(text):
        used += 2 if character > "\uffff" else 1
        if used > limit:
            return count
    return len(text)
