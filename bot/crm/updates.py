"""Updates: what Telegram told us, stored before it is confirmed and worked off exactly once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Index,
    Integer,
    Row,
    Table,
    Text,
    and_,
    bindparam,
    delete,
    func,
    select,
    update,
)

from bot.crm.workers import WORKER_NAME, Claimable, Columns
from bot.database import UtcDateTime, insert_new, metadata
from bot.errors import KefuError
from bot.transactions import Transaction

updates = Table(
    "updates",
    metadata,
    Column("update_id", BigInteger, primary_key=True, autoincrement=False),
    Column("lane", BigInteger, nullable=False),  # the chat (else the user): one lane is worked off in order
    Column("payload", Text, nullable=False),  # raw JSON as Telegram sent it
    Column("received_at", UtcDateTime, nullable=False),
    Column("worker", WORKER_NAME),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("error", Text),
    Column("done_at", UtcDateTime),
    Column("failed_at", UtcDateTime),  # given up after the last attempt; kept with its error
)


def _is_undone(columns: Columns) -> ColumnElement[bool]:
    return and_(columns.done_at.is_(None), columns.failed_at.is_(None))


_undone = _is_undone(updates.c)
_free = and_(_undone, updates.c.worker.is_(None))
_held = and_(_undone, updates.c.worker.is_not(None))
Index("ix_updates_free", updates.c.update_id, sqlite_where=_free, postgresql_where=_free)
Index("ix_updates_held", updates.c.lane, updates.c.worker, sqlite_where=_held, postgresql_where=_held)
_done = updates.c.done_at.is_not(None)
Index("ix_updates_done_at", updates.c.done_at, sqlite_where=_done, postgresql_where=_done)

inbox = Claimable(updates, "update_id", "lane", _is_undone)
_CLAIM = inbox.claim()


class UpdateAlreadyDone(KefuError):
    """Another worker did, or took over, this update; whoever learns it drops the work."""


@dataclass(frozen=True, slots=True)
class StoredUpdate:
    """One claimed update."""

    update_id: int
    lane: int
    payload: str
    received_at: datetime
    attempts: int


def lane_of(raw: Mapping[str, Any]) -> int:
    """Return the lane of a raw update: its chat, else its user, else 0."""
    for kind, content in raw.items():
        if kind == "update_id" or not isinstance(content, dict):
            continue
        place = content.get("message") if kind == "callback_query" else content
        chat = (place or {}).get("chat") or content.get("from") or content.get("user") or {}
        return int(chat.get("id", 0))
    return 0


async def store(tx: Transaction, rows: Sequence[Mapping[str, object]]) -> None:
    """Keep raw updates (columns ``update_id, lane, payload, received_at``); known ones are left as they are."""
    await tx.execute(insert_new(tx, updates), rows)


async def claim(tx: Transaction, me: str, limit: int = 200) -> list[StoredUpdate]:
    """Take free updates, oldest first, of lanes that no other worker is on."""
    return [_from_row(row) for row in await _CLAIM.take(tx, me, limit)]


def _from_row(row: Row[tuple[object, ...]]) -> StoredUpdate:
    return StoredUpdate(row.update_id, row.lane, row.payload, row.received_at, row.attempts)


_DONE = (
    update(updates)
    .where(updates.c.update_id == bindparam("number"), updates.c.worker == bindparam("me"), _undone)
    .values(done_at=bindparam("now"))
)


async def mark_done(tx: Transaction, update_id: int, me: str, now: datetime) -> None:
    """Mark an update done, in the transaction of its effects.

    Raises:
        UpdateAlreadyDone: it is done, or no longer ours; the transaction must not be kept.
    """
    result = await tx.execute(_DONE, {"number": update_id, "me": me, "now": now})
    if result.rowcount != 1:
        raise UpdateAlreadyDone(str(update_id))


async def mark_attempt(tx: Transaction, update_id: int, error: str, failed_at: datetime | None) -> None:
    """Note a failed attempt; ``failed_at`` is given with the last one."""
    await tx.execute(
        update(updates)
        .where(updates.c.update_id == update_id)
        .values(attempts=updates.c.attempts + 1, error=error, failed_at=failed_at)
    )


async def prune(tx: Transaction, before: datetime, most: int) -> int:
    """Drop up to ``most`` updates that were done before, the oldest first; returns how many."""
    old = select(updates.c.update_id).where(updates.c.done_at < before).order_by(updates.c.done_at).limit(most)
    return (await tx.execute(delete(updates).where(updates.c.update_id.in_(old)))).rowcount


async def count_undone(tx: Transaction) -> int:
    """Return how many stored updates wait to be worked off."""
    number: int = await tx.scalar(select(func.count()).select_from(updates).where(_undone))
    return number
