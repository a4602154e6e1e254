"""Reminders: rows that are the schedule; the clock only asks what is due."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    Row,
    Table,
    Text,
    and_,
    bindparam,
    func,
    insert,
    select,
    update,
)

from bot.database import BigId, EnumText, UtcDateTime, metadata
from bot.transactions import Transaction


class ReminderState(StrEnum):
    PENDING = "pending"
    FIRED = "fired"
    DONE = "done"
    CANCELLED = "cancelled"


WAITING = (ReminderState.PENDING, ReminderState.FIRED)

reminders = Table(
    "reminders",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("agent_id", BigId, ForeignKey("agents.id"), nullable=False, index=True),
    Column("ticket_id", BigId, ForeignKey("tickets.id"), index=True),
    Column("customer_id", BigId, ForeignKey("customers.id")),
    Column("text", Text, nullable=False),
    Column("state", EnumText(ReminderState), nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("fired_at", UtcDateTime),
    Column("done_at", UtcDateTime),
    Column("snoozes", Integer, nullable=False, server_default="0"),
    Column("created_at", UtcDateTime, nullable=False),
)
Index("ix_reminders_pending_due_at", reminders.c.state, reminders.c.due_at)


@dataclass(frozen=True, slots=True)
class Reminder:
    """Something to be told to an agent at a time."""

    id: int
    agent_id: int
    ticket_id: int | None
    customer_id: int | None
    text: str
    state: ReminderState
    due_at: datetime
    fired_at: datetime | None
    done_at: datetime | None
    snoozes: int
    created_at: datetime

    @property
    def is_waiting(self) -> bool:
        """Whether it is still to be done."""
        return self.state in WAITING


def from_row(row: Row[tuple[object, ...]]) -> Reminder:
    return Reminder(**{column.name: getattr(row, column.name) for column in reminders.c})


async def create(
    tx: Transaction,
    *,
    agent_id: int,
    text: str,
    due_at: datetime,
    now: datetime,
    ticket_id: int | None = None,
    customer_id: int | None = None,
) -> Reminder:
    row = await tx.first(
        insert(reminders).returning(reminders),
        {
            "agent_id": agent_id,
            "ticket_id": ticket_id,
            "customer_id": customer_id,
            "text": text,
            "state": ReminderState.PENDING,
            "due_at": due_at,
            "created_at": now,
        },
    )
    assert row is not None  # noqa: S101 - INSERT … RETURNING gives the row or raises
    return from_row(row)


async def by_id(tx: Transaction, reminder_id: int) -> Reminder | None:
    row = await tx.first(select(reminders).where(reminders.c.id == reminder_id).with_for_update())
    return None if row is None else from_row(row)


async def waiting_of(tx: Transaction, agent_id: int, limit: int, offset: int) -> tuple[list[Reminder], int]:
    """Return a stretch of what an agent has still to do, first due first, and how many that are in all."""
    is_theirs = and_(reminders.c.agent_id == agent_id, reminders.c.state.in_(WAITING))
    total: int = await tx.scalar(select(func.count()).select_from(reminders).where(is_theirs))
    ordered = select(reminders).where(is_theirs).order_by(reminders.c.due_at, reminders.c.id)
    return [from_row(row) for row in await tx.all(ordered.limit(limit).offset(offset))], total


async def claim_due(tx: Transaction, now: datetime, limit: int = 100) -> list[Reminder]:
    """Mark what is due as fired and return it, each reminder to one caller only."""
    is_due = and_(
        reminders.c.state == ReminderState.PENDING, reminders.c.due_at <= bindparam("now", type_=UtcDateTime())
    )
    first = select(reminders.c.id).where(is_due).order_by(reminders.c.due_at).limit(limit)
    # a CTE, for PostgreSQL may look into a subquery again, find the locked rows skipped, and take more than the limit
    due = first.with_for_update(skip_locked=True).cte("due").prefix_with("MATERIALIZED", dialect="postgresql")
    rows = await tx.all(
        update(reminders)
        .where(reminders.c.id.in_(select(due.c.id)), is_due)
        .values(state=ReminderState.FIRED, fired_at=now)
        .returning(reminders),
        {"now": now},
    )
    return sorted((from_row(row) for row in rows), key=lambda each: (each.due_at, each.id))


async def change(tx: Transaction, reminder_id: int, **values: object) -> None:
    """Set columns of one reminder."""
    await tx.execute(update(reminders).where(reminders.c.id == reminder_id).values(**values))
