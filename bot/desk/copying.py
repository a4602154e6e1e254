"""Copies: one chat's message shown in another, with or without a line that says who speaks. Used by ``relaying``
and ``replying``.

Text is copied as it is into a topic; in a private chat it gets a header. Media carry the header in their caption, or
come after a header of its own where there is no room for it. Albums are gathered for a moment and copied whole.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.crm import albums, outbox
from bot.crm.agents import Agent
from bot.crm.communications import Communication, Kind
from bot.crm.outbox import SendPriority
from bot.desk.cards import speaker
from bot.desk.incoming import Incoming
from bot.desk.rich import Rich
from bot.desk.speech import shorten, tell, utf16_length
from bot.transactions import Transaction

ALBUM_WAIT = timedelta(milliseconds=700)
"""Telegram delivers an album as single messages; its parts come within this time."""

MAX_CAPTION = 1024

CAPTIONED = (Kind.PHOTO, Kind.VIDEO, Kind.ANIMATION, Kind.DOCUMENT, Kind.AUDIO, Kind.VOICE)

_MEDIA_TYPES = {
    Kind.PHOTO: "photo",
    Kind.VIDEO: "video",
    Kind.ANIMATION: "animation",
    Kind.DOCUMENT: "document",
    Kind.AUDIO: "audio",
}
"""What editMessageMedia can replace."""


@dataclass(frozen=True, slots=True)
class Header:
    """The line above a copied message."""

    name: str


async def copy(
    tx: Transaction,
    chat_id: int,
    heard: Incoming,
    communication_id: int,
    *,
    now: datetime,
    header: Header | None = None,
    reply_to_id: int | None = None,
    topic_of: int | None = None,
    is_copy: bool = True,
    priority: SendPriority = SendPriority.DESK,
) -> None:
    """Show a message that was just heard in another chat."""
    more: dict[str, Any] = {"now": now, "priority": priority, "is_copy": is_copy, "topic_of": topic_of}
    if heard.album is not None:
        await _copy_album(tx, chat_id, heard, communication_id, header, **more)
        return
    more |= {"shows": [communication_id], "reply_to_id": reply_to_id}
    if header is not None and heard.is_text:
        await _tell_headed(tx, chat_id, header, heard.text, **more)
        return
    source: dict[str, Any] = {"from_chat_id": heard.chat_id, "message_id": heard.message_id}
    if header is not None and _carries(header, heard.kind, heard.text):
        source |= _caption(header, heard.text)
    elif header is not None:
        await _tell_header(tx, chat_id, header, **more)
    await outbox.queue(tx, chat_id, "copyMessage", source, **more)


async def edit(
    tx: Transaction,
    chat_id: int,
    heard: Incoming,
    before: Communication,
    *,
    now: datetime,
    header: Header | None = None,
    priority: SendPriority = SendPriority.DESK,
) -> None:
    """Change the message of a chat that shows ``before``, whose original is now as ``heard``."""
    payload: dict[str, Any]
    if heard.is_text:
        text = Rich() if header is None else Rich().add(header.name, "bold").add("\n")
        screen = text.add(heard.text).screen()
        method, payload = "editMessageText", {"text": screen.text, "entities": list(screen.entities)}
    elif heard.kind in _MEDIA_TYPES and heard.file_id != before.file_id:
        media = {"type": _MEDIA_TYPES[heard.kind], "media": heard.file_id}
        method, payload = "editMessageMedia", {"media": media | _caption(header, heard.text)}
    elif heard.kind in CAPTIONED:
        method, payload = "editMessageCaption", _caption(header, heard.text)
    else:
        return
    await outbox.queue(tx, chat_id, method, payload, now=now, priority=priority, edit_of_id=before.id)


async def recall(tx: Transaction, agent: Agent, said: Communication, header: Header, *, now: datetime) -> None:
    """Show a message of the past in an agent's private chat: copied from where it stands, else in words."""
    more: dict[str, Any] = {"now": now, "priority": SendPriority.DESK, "is_copy": True, "shows": [said.id]}
    marked = Header(f"{speaker(said)} {header.name}")
    if said.kind in (Kind.TEXT, Kind.NOTE) or said.message_id is None:
        await _tell_headed(tx, agent.telegram_id, marked, said.text, **more)
        return
    source: dict[str, Any] = {"from_chat_id": said.chat_id, "message_id": said.message_id}
    if _carries(marked, said.kind, said.text):
        source |= _caption(marked, said.text)
    else:
        await _tell_header(tx, agent.telegram_id, marked, **more)
    await outbox.queue(tx, agent.telegram_id, "copyMessage", source, **more)


async def _copy_album(
    tx: Transaction,
    chat_id: int,
    heard: Incoming,
    communication_id: int,
    header: Header | None,
    *,
    now: datetime,
    priority: SendPriority,
    is_copy: bool,
    topic_of: int | None,
) -> None:
    """Add a part to its album, which waits a moment for more; parts that come later make an album of their own."""
    album = str(heard.album)
    due_at = now + ALBUM_WAIT
    gathering = await albums.gathering(tx, chat_id, album)
    if gathering is not None:
        post_id, payload, shows = gathering
        parts = sorted([*zip(payload["message_ids"], shows, strict=True), (heard.message_id, communication_id)])
        payload["message_ids"] = [message for message, _ in parts]
        await albums.extend(tx, post_id, payload, [shown for _, shown in parts], due_at)
        return
    if header is not None:
        await tell(tx, chat_id, header.name, now=now, priority=priority, entities=_bold(header.name))
    await outbox.queue(
        tx,
        chat_id,
        "copyMessages",
        {"from_chat_id": heard.chat_id, "message_ids": [heard.message_id]},
        now=now,
        priority=priority,
        shows=[communication_id],
        is_copy=is_copy,
        topic_of=topic_of,
        album=album,
        due_at=due_at,
    )


async def _tell_header(tx: Transaction, chat_id: int, header: Header, **more: Any) -> None:
    """Say who speaks above a message that cannot carry it; a reply to this line counts as one to the message."""
    await tell(tx, chat_id, header.name, entities=_bold(header.name), **more)


async def _tell_headed(tx: Transaction, chat_id: int, header: Header, text: str, **more: Any) -> None:
    await tell(tx, chat_id, f"{header.name}\n{text}", entities=_bold(header.name), **more)


def _bold(text: str) -> tuple[dict[str, Any], ...]:
    return Rich().add(text, "bold").screen().entities


def _carries(header: Header, kind: Kind, text: str) -> bool:
    """Whether a message has a caption with room for the header."""
    return kind in CAPTIONED and utf16_length(f"{header.name}\n{text}") <= MAX_CAPTION


def _caption(header: Header | None, text: str) -> dict[str, Any]:
    """Return a caption with its header (where there is room for both), as parameters."""
    if header is None or utf16_length(f"{header.name}\n{text}") > MAX_CAPTION:
        return {"caption": shorten(text, MAX_CAPTION)}
    screen = Rich().add(header.name, "bold").add("\n" if text else "").add(text).screen()
    return {"caption": screen.text, "caption_entities": list(screen.entities)}
