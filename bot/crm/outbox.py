"""The outbox: what a person must receive is a row here, in the same transaction as its cause, before it is sent."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    Row,
    SmallInteger,
    String,
    Table,
    Text,
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from bot.crm.workers import WORKER_NAME, Claimable, Columns
from bot.database import BigId, EnumText, UtcDateTime, metadata
from bot.transactions import Transaction


class OutboxState(StrEnum):
    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"


class SendPriority(IntEnum):
    """Who goes first when Telegram's pace is the limit."""

    PERSON = 0  # an answer that somebody waits for
    DESK = 1  # what staff read
    BROADCAST = 2


outbox = Table(
    "outbox",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("chat_id", BigInteger, nullable=False),
    Column("method", String(40), nullable=False),  # of the Bot API
    Column("payload", Text, nullable=False),  # its parameters as JSON, without chat_id
    Column("priority", SmallInteger, nullable=False),
    Column("state", EnumText(OutboxState), nullable=False),
    Column("worker", WORKER_NAME),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("possibly_repeated", Boolean, nullable=False, server_default="0"),
    Column("error", Text),
    Column("due_at", UtcDateTime),  # not to be sent before
    Column("shows", Text),  # JSON list of the communications that this message shows
    Column("is_copy", Boolean, nullable=False, server_default="0"),  # the desk's copy, not the customer's message
    Column("topic_of", BigId, ForeignKey("customers.id")),  # goes into this customer's topic of the desk
    Column("reply_to_id", BigId, ForeignKey("communications.id")),  # quoted, where this chat shows it
    Column("edit_of_id", BigId, ForeignKey("communications.id")),  # changed, where this chat shows it
    Column("album", Text),  # media_group_id while its parts are gathered
    Column("message_id", BigInteger),
    Column("created_at", UtcDateTime, nullable=False),
    Column("settled_at", UtcDateTime),  # when it was sent, or given up
)


def _is_undone(columns: Columns) -> ColumnElement[bool]:
    return columns.settled_at.is_(None)


_undone = _is_undone(outbox.c)
_free = and_(_undone, outbox.c.worker.is_(None))
_held = and_(_undone, outbox.c.worker.is_not(None))
_timed = and_(_undone, outbox.c.due_at.is_not(None))
Index("ix_outbox_free", outbox.c.priority, outbox.c.id, sqlite_where=_free, postgresql_where=_free)
Index("ix_outbox_held", outbox.c.chat_id, outbox.c.worker, sqlite_where=_held, postgresql_where=_held)
Index("ix_outbox_due", outbox.c.chat_id, outbox.c.id, outbox.c.due_at, sqlite_where=_timed, postgresql_where=_timed)
_settled = outbox.c.settled_at.is_not(None)
Index("ix_outbox_settled_at", outbox.c.settled_at, sqlite_where=_settled, postgresql_where=_settled)
posts = Claimable(
    outbox,
    "id",
    "chat_id",
    _is_undone,
    claimed={
        "state": OutboxState.SENDING,
        # found in `sending` and free again: whoever had it died with it, perhaps after Telegram's yes
        "possibly_repeated": or_(outbox.c.possibly_repeated, outbox.c.state == OutboxState.SENDING),
    },
)


@dataclass(frozen=True, slots=True)
class Post:
    """A claimed outbox row, ready to be sent."""

    id: int
    chat_id: int
    method: str
    payload: dict[str, Any]
    priority: SendPriority
    attempts: int
    shows: tuple[int, ...]
    is_copy: bool
    topic_of: int | None
    reply_to_id: int | None
    edit_of_id: int | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a post: sent as these messages (none where the method sends nothing), or failed."""

    post: Post
    message_ids: tuple[int, ...]
    error: str | None
    settled_at: datetime


QUEUED = "queued"
"""Announced when a post was queued."""

_INSERT = insert(outbox).returning(outbox.c.id)
_OPTIONAL = dict.fromkeys(("due_at", "shows", "topic_of", "reply_to_id", "edit_of_id", "album", "worker", "error"))


async def queue(
    tx: Transaction,
    chat_id: int,
    method: str,
    payload: Mapping[str, Any],
    *,
    now: datetime,
    priority: SendPriority = SendPriority.PERSON,
    shows: Sequence[int] = (),
    is_copy: bool = False,
    **more: object,
) -> int:
    """Queue one Bot API call to ``chat_id`` and return its id.

    ``shows`` names the communications that the message will show; once sent, they learn their message id
    (or, with ``is_copy``, the desk's copies are remembered). ``more`` are the columns ``due_at, topic_of,
    reply_to_id, edit_of_id, album``; what they point at is looked up when the message is sent.
    """
    values = _OPTIONAL | {
        "chat_id": chat_id,
        "method": method,
        "payload": json.dumps(payload, ensure_ascii=False, separators=(",", ":")),
        "priority": int(priority),
        "state": OutboxState.PENDING,
        "shows": json.dumps(list(shows)) if shows else None,
        "is_copy": is_copy,
        "created_at": now,
    }
    number: int = await tx.scalar(_INSERT, values | more)
    tx.announce(QUEUED)
    return number


_waiting = outbox.alias("waiting")
_is_behind = exists().where(
    _is_undone(_waiting.c),
    _waiting.c.due_at.is_not(None),
    _waiting.c.chat_id == outbox.c.chat_id,
    _waiting.c.id <= outbox.c.id,
    _waiting.c.due_at > bindparam("now", type_=UtcDateTime()),
)
_CLAIM = posts.claim(
    ~_is_behind,
    outbox.c.priority <= bindparam("lowest"),
    outbox.c.chat_id.not_in(bindparam("full", expanding=True)),
    order=[outbox.c.priority],
)


async def claim(
    tx: Transaction, me: str, now: datetime, limit: int, full_chats: Collection[int] = (), *, broadcasts: bool = True
) -> list[Post]:
    """Take free posts that are due, people first, oldest first; none of ``full_chats``, ``broadcasts`` or not.

    A post that is not due yet holds back the later ones of its chat, so that order is kept.
    """
    lowest = SendPriority.BROADCAST if broadcasts else SendPriority.DESK
    rows = await _CLAIM.take(tx, me, limit, now=now, lowest=int(lowest), full=list(full_chats))
    return [_from_row(row) for row in rows]


def _from_row(row: Row[tuple[Any, ...]]) -> Post:
    return Post(
        id=row.id,
        chat_id=row.chat_id,
        method=row.method,
        payload=json.loads(row.payload),
        priority=SendPriority(row.priority),
        attempts=row.attempts,
        shows=tuple(json.loads(row.shows)) if row.shows else (),
        is_copy=row.is_copy,
        topic_of=row.topic_of,
        reply_to_id=row.reply_to_id,
        edit_of_id=row.edit_of_id,
        created_at=row.created_at,
    )


_SETTLE = (
    update(outbox)
    .where(outbox.c.id == bindparam("number"))
    .values(
        state=bindparam("to"),
        message_id=bindparam("message"),
        error=bindparam("why"),
        settled_at=bindparam("at"),
    )
)


async def settle(tx: Transaction, receipts: Sequence[Receipt]) -> None:
    """Write down what became of posts, many in one statement."""
    await tx.execute(
        _SETTLE,
        [
            {
                "number": receipt.post.id,
                "to": OutboxState.FAILED if receipt.error else OutboxState.SENT,
                "message": receipt.message_ids[0] if receipt.message_ids else None,
                "why": receipt.error,
                "at": receipt.settled_at,
            }
            for receipt in receipts
        ],
    )


async def release(tx: Transaction, post_ids: Sequence[int]) -> None:
    """Give back posts that were claimed and not sent."""
    await tx.execute(
        update(outbox).where(outbox.c.id.in_(post_ids), _undone).values(worker=None, state=OutboxState.PENDING)
    )


async def mark_retry(tx: Transaction, post_id: int, error: str, *, possibly_repeated: bool) -> None:
    """Note that sending failed for now; ``possibly_repeated`` when Telegram may have taken it all the same."""
    values: dict[str, object] = {"attempts": outbox.c.attempts + 1, "error": error}
    if possibly_repeated:
        values["possibly_repeated"] = True
    await tx.execute(update(outbox).where(outbox.c.id == post_id).values(**values))


async def move(tx: Transaction, old_chat_id: int, new_chat_id: int) -> None:
    """Send what is not sent yet to the chat that the old one has become."""
    await tx.execute(update(outbox).where(_undone, outbox.c.chat_id == old_chat_id).values(chat_id=new_chat_id))


async def next_due(tx: Transaction) -> datetime | None:
    """Return when the earliest post that waits for its time is due."""
    due: datetime | None = await tx.scalar(select(func.min(outbox.c.due_at)).where(_timed))
    return due


async def prune(tx: Transaction, before: datetime, most: int) -> int:
    """Drop up to ``most`` posts that were sent before, the oldest first; what failed is kept. Returns how many."""
    old = (
        select(outbox.c.id)
        .where(outbox.c.state == OutboxState.SENT, outbox.c.settled_at < before)
        .order_by(outbox.c.settled_at)
        .limit(most)
    )
    return (await tx.execute(delete(outbox).where(outbox.c.id.in_(old)))).rowcount


async def count_undone(tx: Transaction) -> int:
    """Return how many posts wait to be sent."""
    number: int = await tx.scalar(select(func.count()).select_from(outbox).where(_undone))
    return number


async def chats_awaiting(tx: Transaction, communication_id: int) -> list[int]:
    """Return the chats that a message showing just this communication is still on its way to."""
    rows = await tx.all(
        select(outbox.c.chat_id).where(_undone, outbox.c.shows == json.dumps([communication_id])).distinct()
    )
    return [row.chat_id for row in rows]
