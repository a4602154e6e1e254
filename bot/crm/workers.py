"""Workers: the processes that share the stored updates and the outbox, and what each has claimed.

A claim is the worker's name on a row. Claims are by lane (a chat): a worker takes rows of a chat only while no
other worker holds earlier ones, so what happens in one chat stays in order across machines. The claims of a
worker that is not seen any more are released.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Row,
    Select,
    String,
    Table,
    and_,
    bindparam,
    delete,
    exists,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.sql.base import ReadOnlyColumnCollection
from sqlalchemy.sql.dml import ReturningUpdate

from bot.database import UtcDateTime, insert_new, metadata
from bot.transactions import Transaction

Columns = ReadOnlyColumnCollection[str, Column[Any]]

ALIVE_FOR = timedelta(seconds=15)
"""A worker that was not seen for so long is taken for dead."""

WORKER_NAME = String(80)

workers = Table(
    "workers",
    metadata,
    Column("name", WORKER_NAME, primary_key=True),
    Column("started_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
)

BUSY = "claims busy"
"""Announced when nothing was claimed because another worker was at it; look again in :data:`BUSY_S` seconds."""
BUSY_S = 0.02

# never waited for: the transaction may hold rows already that its holder waits for
_LOCK = text("SELECT pg_try_advisory_xact_lock(hashtext(:name))")


class Claimable:
    """A table of work in lanes: its key and lane columns, and which of its rows still wait to be done."""

    def __init__(
        self,
        table: Table,
        key: str,
        lane: str,
        undone: Callable[[Columns], ColumnElement[bool]],
        claimed: Mapping[str, object] | None = None,
    ) -> None:
        """``undone`` tells open rows by their columns; ``claimed`` are columns set beside the worker's name."""
        self.table, self.key = table, table.c[key]
        self.undone = undone(table.c)
        other = table.alias("other")
        self._is_free = and_(self.undone, table.c.worker.is_(None))
        # said as two ranges, so that an index on (lane, worker) finds the others without reading our own
        self._is_held = exists().where(
            undone(other.c),
            other.c.worker.is_not(None),
            other.c[lane] == table.c[lane],
            or_(other.c.worker < bindparam("me"), other.c.worker > bindparam("me")),
        )
        self._claimed = dict(claimed or {})

    def claim(self, *more: ColumnElement[bool], order: Sequence[ColumnElement[object]] = ()) -> "Claim":
        """Make the statement that claims free rows which also meet ``more``, first by ``order``, then oldest first."""
        return Claim(
            self,
            self._statement(self._chosen(self._is_free, *more, order=order)),
            self._statement(_once(self._chosen(self._is_free, ~self._is_held, *more, order=order))),
        )

    def _chosen(self, *conditions: ColumnElement[bool], order: Sequence[ColumnElement[object]]) -> Select[tuple[Any]]:
        return select(self.key).where(*conditions).order_by(*order, self.key).limit(bindparam("most"))

    def _statement(self, chosen: Select[tuple[Any]]) -> ReturningUpdate[Any]:
        return (
            update(self.table)
            .where(self.key.in_(chosen.scalar_subquery()))
            .values(worker=bindparam("me"), **self._claimed)
            .returning(self.table)
        )

    async def release_dead(self, tx: Transaction) -> None:
        """Free what workers claimed that are no longer registered."""
        await tx.execute(
            update(self.table)
            .where(self.undone, self.table.c.worker.is_not(None), self.table.c.worker.not_in(select(workers.c.name)))
            .values(worker=None)
        )


def _once(chosen: Select[tuple[Any]]) -> Select[tuple[Any]]:
    """Have PostgreSQL choose once: a subquery it may run again, find its own claims gone, and go past the limit."""
    return select(chosen.cte("chosen").prefix_with("MATERIALIZED"))


@dataclass(frozen=True)
class Claim:
    """A way to claim rows of a table, made once and used often."""

    claimable: Claimable
    alone: ReturningUpdate[Any]
    among_others: ReturningUpdate[Any]

    async def take(self, tx: Transaction, me: str, limit: int, **values: object) -> list[Row[Any]]:
        """Put ``me`` on up to ``limit`` rows and return them, oldest first; ``values`` fill the conditions."""
        statement = self.alone  # SQLite belongs to one process: nobody else holds anything
        if tx.is_postgres:
            if not await tx.scalar(_LOCK, {"name": self.claimable.table.name}):
                tx.announce(BUSY)
                return []
            statement = self.among_others
        rows = await tx.all(statement, {"me": me, "most": limit} | values)
        return sorted(rows, key=lambda row: getattr(row, self.claimable.key.name))


async def register(tx: Transaction, me: str, now: datetime) -> None:
    """Be seen: first at start, then every few seconds."""
    await tx.execute(insert_new(tx, workers), {"name": me, "started_at": now, "seen_at": now})
    await tx.execute(update(workers).where(workers.c.name == me).values(seen_at=now))


async def forget(tx: Transaction, *names: str) -> None:
    """Strike workers off, as they stop or when they are known to be gone."""
    await tx.execute(delete(workers).where(workers.c.name.in_(names)))


async def forget_unseen(tx: Transaction, now: datetime) -> None:
    """Strike off the workers that were not seen for :data:`ALIVE_FOR`."""
    await tx.execute(delete(workers).where(workers.c.seen_at < now - ALIVE_FOR))


async def names(tx: Transaction) -> list[str]:
    """Return every registered worker."""
    return [row.name for row in await tx.all(select(workers.c.name))]
