"""Communications: every message both ways, its versions, and the copies that the desk sees."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    ForeignKey,
    Index,
    Row,
    String,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    insert,
    select,
    update,
)

from bot.database import BigId, EnumText, UtcDateTime, metadata
from bot.transactions import Transaction


class Direction(StrEnum):
    IN = "in"  # from the customer
    OUT = "out"  # to the customer
    INTERNAL = "internal"  # a note between colleagues


CARD = "card"
"""The channel of a ticket's card: the desk's own message about a ticket, which is edited as the ticket moves."""


class Kind(StrEnum):
    """What a message is made of."""

    TEXT = "text"
    PHOTO = "photo"
    VIDEO = "video"
    ANIMATION = "animation"
    DOCUMENT = "document"
    AUDIO = "audio"
    VOICE = "voice"
    VIDEO_NOTE = "video_note"
    STICKER = "sticker"
    LOCATION = "location"
    CONTACT = "contact"
    NOTE = "note"
    OTHER = "other"


class Decision(StrEnum):
    """What the bot made of a customer's message."""

    ANSWER = "answer"
    SUGGEST = "suggest"
    UNSURE = "unsure"
    SMALL_TALK = "small_talk"
    TICKET = "ticket"  # went straight to the customer's active ticket


class Outcome(StrEnum):
    """What the customer made of the bot's answer to their message."""

    CONFIRMED = "confirmed"  # pressed Solved
    CHOSEN = "chosen"  # pressed one of the suggestions
    HANDED_OVER = "handed_over"  # wanted a person


communications = Table(
    "communications",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("customer_id", BigId, ForeignKey("customers.id"), nullable=False),
    Column("direction", EnumText(Direction), nullable=False),
    Column("channel", String(16), nullable=False, server_default="telegram"),
    Column("kind", EnumText(Kind), nullable=False),
    Column("text", Text, nullable=False, server_default=""),
    Column("chat_id", BigInteger),
    Column("message_id", BigInteger),  # unknown until sent, for what goes out
    Column("reply_to_id", BigId, ForeignKey("communications.id")),
    Column("ticket_id", BigId, ForeignKey("tickets.id"), index=True),
    Column("agent_id", BigId, ForeignKey("agents.id")),
    Column("decision", EnumText(Decision)),
    Column("score", Float),  # confidence of the decision, 0–1
    Column("entry", Text),  # key of the FAQ entry that was answered or came first
    Column("outcome", EnumText(Outcome)),
    Column("file_id", Text),
    Column("album", Text),  # Telegram's media_group_id
    Column("created_at", UtcDateTime, nullable=False),
    Column("edited_at", UtcDateTime),
    Column("deleted_at", UtcDateTime),
    UniqueConstraint("chat_id", "message_id"),
    Index(None, "customer_id", "created_at"),
    Index(None, "created_at"),  # reports look at a period
)

communication_versions = Table(
    "communication_versions",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("communication_id", BigId, ForeignKey("communications.id"), nullable=False, index=True),
    Column("text", Text, nullable=False),  # as it stood before the edit
    Column("created_at", UtcDateTime, nullable=False),  # since when it stood so
)

copies = Table(
    "copies",
    metadata,
    Column("chat_id", BigInteger, primary_key=True, autoincrement=False),
    Column("message_id", BigInteger, primary_key=True, autoincrement=False),
    Column("communication_id", BigId, ForeignKey("communications.id"), nullable=False, index=True),
)


@dataclass(frozen=True, slots=True)
class Communication:
    """One message on a customer's timeline."""

    id: int
    customer_id: int
    direction: Direction
    channel: str
    kind: Kind
    text: str
    chat_id: int | None
    message_id: int | None
    reply_to_id: int | None
    ticket_id: int | None
    agent_id: int | None
    decision: Decision | None
    score: float | None
    entry: str | None
    outcome: Outcome | None
    file_id: str | None
    album: str | None
    created_at: datetime
    edited_at: datetime | None
    deleted_at: datetime | None


def from_row(row: Row[tuple[object, ...]]) -> Communication:
    return Communication(**{column.name: getattr(row, column.name) for column in communications.c})


_OPTIONAL = {column.name: None for column in communications.c if column.nullable}
_INSERT = insert(communications).returning(communications.c.id)


async def record(
    tx: Transaction,
    *,
    customer_id: int,
    direction: Direction,
    kind: Kind,
    text: str,
    created_at: datetime,
    **more: object,
) -> int:
    """Put a message on the timeline and return its id; ``more`` are further columns by name."""
    values = _OPTIONAL | {
        "customer_id": customer_id,
        "direction": direction,
        "channel": "telegram",
        "kind": kind,
        "text": text,
        "created_at": created_at,
    }
    number: int = await tx.scalar(_INSERT, values | more)
    return number


_BY_ID = select(communications).where(communications.c.id == bindparam("communication_id"))
_BY_MESSAGE = select(communications).where(
    communications.c.chat_id == bindparam("chat"), communications.c.message_id == bindparam("message")
)
_BY_COPY = (
    select(communications)
    .join(copies, copies.c.communication_id == communications.c.id)
    .where(copies.c.chat_id == bindparam("chat"), copies.c.message_id == bindparam("message"))
)


async def by_id(tx: Transaction, communication_id: int) -> Communication | None:
    row = await tx.first(_BY_ID, {"communication_id": communication_id})
    return None if row is None else from_row(row)


async def by_message(tx: Transaction, chat_id: int, message_id: int) -> Communication | None:
    """Return what stands at this place of the customer's own chat."""
    row = await tx.first(_BY_MESSAGE, {"chat": chat_id, "message": message_id})
    return None if row is None else from_row(row)


async def by_copy(tx: Transaction, chat_id: int, message_id: int) -> Communication | None:
    """Return what the message at this place of the desk is a copy, or the original, of."""
    row = await tx.first(_BY_COPY, {"chat": chat_id, "message": message_id})
    return None if row is None else from_row(row)


async def add_copies(tx: Transaction, chat_id: int, pairs: Sequence[tuple[int, int]]) -> None:
    """Remember where the desk sees communications; ``pairs`` are (message id, communication id)."""
    await tx.execute(
        insert(copies),
        [{"chat_id": chat_id, "message_id": message, "communication_id": number} for message, number in pairs],
    )


_SET_MESSAGE = (
    update(communications)
    .where(communications.c.id == bindparam("number"))
    .values(chat_id=bindparam("chat"), message_id=bindparam("message"))
)


async def set_message_ids(tx: Transaction, sent: Sequence[tuple[int, int, int]]) -> None:
    """Write down where communications arrived; ``sent`` holds (chat id, message id, communication id)."""
    await tx.execute(
        _SET_MESSAGE, [{"chat": chat, "message": message, "number": number} for chat, message, number in sent]
    )


_PLACE_OF_COPY = (
    select(copies.c.message_id)
    .where(copies.c.communication_id == bindparam("communication"), copies.c.chat_id == bindparam("chat"))
    .order_by(copies.c.message_id.desc())
    .limit(1)
)
_PLACE = select(communications.c.message_id).where(
    communications.c.id == bindparam("communication"), communications.c.chat_id == bindparam("chat")
)


async def place_in(tx: Transaction, communication_id: int, chat_id: int) -> int | None:
    """Return the id of the message that shows a communication in this chat: itself, or the desk's latest copy."""
    values = {"communication": communication_id, "chat": chat_id}
    own: int | None = await tx.scalar(_PLACE, values)
    if own is not None:
        return own
    copy: int | None = await tx.scalar(_PLACE_OF_COPY, values)
    return copy


async def edit(tx: Transaction, before: Communication, text: str, edited_at: datetime) -> None:
    """Give a communication its new text and keep the old one as a version."""
    await tx.execute(
        insert(communication_versions),
        {"communication_id": before.id, "text": before.text, "created_at": before.edited_at or before.created_at},
    )
    await change(tx, before.id, {"text": text, "edited_at": edited_at})


async def versions_of(tx: Transaction, communication_id: int) -> Sequence[tuple[datetime, str]]:
    """Return the earlier texts of a communication, oldest first, each with the time since when it stood."""
    rows = await tx.all(
        select(communication_versions.c.created_at, communication_versions.c.text)
        .where(communication_versions.c.communication_id == communication_id)
        .order_by(communication_versions.c.id)
    )
    return [(row.created_at, row.text) for row in rows]


async def change(tx: Transaction, communication_id: int, values: Mapping[str, object]) -> None:
    """Set columns of one communication."""
    await tx.execute(update(communications).where(communications.c.id == communication_id).values(**values))
