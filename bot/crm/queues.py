"""The queue: unsolved tickets as staff look at them, whoever waits longest first."""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, func, or_, select

from bot.crm.tickets import UNSOLVED, Priority, Ticket, from_row, tickets
from bot.transactions import Transaction


class QueueView(StrEnum):
    """What of the queue an agent looks at."""

    ALL = "all"
    MINE = "mine"
    UNASSIGNED = "unassigned"
    OVERDUE = "overdue"


REPLY_TARGETS = {
    Priority.URGENT: timedelta(minutes=15),
    Priority.HIGH: timedelta(minutes=30),
    Priority.NORMAL: timedelta(hours=1),
    Priority.LOW: timedelta(hours=4),
}
"""A customer who waits longer for a person's reply makes the ticket overdue."""


def is_overdue(ticket: Ticket, now: datetime) -> bool:
    """Whether the customer waits longer than the ticket's priority allows."""
    return ticket.waiting_since is not None and now - ticket.waiting_since > REPLY_TARGETS[ticket.priority]


async def page(
    tx: Transaction, view: QueueView, agent_id: int, now: datetime, *, limit: int, offset: int = 0
) -> list[Ticket]:
    """Return unsolved tickets of a view, the customer who waits longest first."""
    rows = await tx.all(
        select(tickets)
        .where(_in_view(view, agent_id, now))
        .order_by(tickets.c.waiting_since.asc().nulls_last(), tickets.c.id)
        .limit(limit)
        .offset(offset)
    )
    return [from_row(row) for row in rows]


async def count(tx: Transaction, view: QueueView, agent_id: int, now: datetime) -> int:
    """Return how many tickets a view of the queue holds."""
    number: int = await tx.scalar(select(func.count()).select_from(tickets).where(_in_view(view, agent_id, now)))
    return number


def _in_view(view: QueueView, agent_id: int, now: datetime) -> ColumnElement[bool]:
    unsolved = tickets.c.state.in_(UNSOLVED)
    if view is QueueView.MINE:
        return and_(unsolved, tickets.c.assignee_id == agent_id)
    if view is QueueView.UNASSIGNED:
        return and_(unsolved, tickets.c.assignee_id.is_(None))
    if view is QueueView.OVERDUE:
        late = [
            and_(tickets.c.priority == priority, tickets.c.waiting_since < now - target)
            for priority, target in REPLY_TARGETS.items()
        ]
        return and_(unsolved, or_(*late))
    return unsolved
