"""Reports: what a period's numbers are, computed from the record by the definitions of the product.

- A *conversation* begins with a customer's message that comes more than 24 hours after their one before; the bot
  *took part* when it decided on one of its messages, *answered* when it was sure of one, and *escalated* when a
  conversation it took part in reached a ticket.
- *First response*: a ticket's opening, or its reopening by the customer → the first human reply after it.
  *Next response*: the oldest customer message that no person has answered → the human reply, for every later reply.
- *Resolution*: creation → the last time in the period that the ticket was solved.

Waits belong to the period in which they end. Periods hold their start and not their end. Called by ``desk.reporting``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from sqlalchemy import CTE, ColumnElement, Row, Select, and_, case, func, or_, select

from bot.crm.communications import Decision, Direction, communications
from bot.crm.customers import customers
from bot.crm.tickets import UNSOLVED, EventKind, TicketState, ticket_events, tickets
from bot.database import unix_seconds
from bot.transactions import Transaction

CONVERSATION_GAP = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Bounds:
    """A stretch of time; ``end`` is the first moment that no longer belongs to it."""

    start: datetime
    end: datetime

    def hold(self, column: ColumnElement[datetime]) -> ColumnElement[bool]:
        return and_(column >= self.start, column < self.end)


@dataclass(frozen=True, slots=True)
class Conversations:
    """How many conversations began, and what the bot did in them."""

    begun: int
    involved: int
    answered: int
    escalated: int


def _one(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return case((condition, 1), else_=0)


_IS_REPLY = and_(communications.c.direction == Direction.OUT, communications.c.agent_id.is_not(None))
_IS_SOLVED = and_(ticket_events.c.kind == EventKind.STATE, ticket_events.c.to_state == TicketState.SOLVED)
_IS_REOPENED = and_(
    ticket_events.c.kind == EventKind.STATE,
    ticket_events.c.from_state == TicketState.SOLVED,
    ticket_events.c.to_state == TicketState.OPEN,
)
_BY_BOT = and_(communications.c.direction == Direction.IN, communications.c.decision != Decision.TICKET)


async def new_customers(tx: Transaction, period: Bounds) -> int:
    return int(await tx.scalar(select(func.count()).where(period.hold(customers.c.created_at))))


async def messages(tx: Transaction, slots: Sequence[Bounds], direction: Direction) -> list[int]:
    """Return how many messages went in a direction in each of the slots, which follow one another."""
    return await _per_slot(
        tx, communications.c.id, communications.c.created_at, slots, communications.c.direction == direction
    )


async def opened(tx: Transaction, slots: Sequence[Bounds]) -> list[int]:
    """Return how many tickets were opened in each slot."""
    return await _per_slot(tx, tickets.c.id, tickets.c.created_at, slots)


async def solved(tx: Transaction, slots: Sequence[Bounds]) -> list[int]:
    """Return how many tickets were solved in each slot; one that was solved twice in a slot counts there once."""
    return await _per_slot(tx, ticket_events.c.ticket_id, ticket_events.c.created_at, slots, _IS_SOLVED)


async def _per_slot(
    tx: Transaction,
    counted: ColumnElement[int],
    at: ColumnElement[datetime],
    slots: Sequence[Bounds],
    *conditions: ColumnElement[bool],
) -> list[int]:
    slot = case(*[(at < each.end, place) for place, each in enumerate(slots)], else_=len(slots))
    found = (
        select(slot.label("slot"), counted.label("counted"))
        .where(Bounds(slots[0].start, slots[-1].end).hold(at), *conditions)
        .subquery()
    )
    rows = await tx.all(select(found.c.slot, func.count(found.c.counted.distinct()).label("n")).group_by(found.c.slot))
    numbers = {row.slot: int(row.n) for row in rows}
    return [numbers.get(place, 0) for place in range(len(slots))]


async def reopened(tx: Transaction, period: Bounds) -> int:
    """Return how many tickets were reopened, each counted once."""
    (number,) = await _per_slot(tx, ticket_events.c.ticket_id, ticket_events.c.created_at, [period], _IS_REOPENED)
    return number


async def backlog(tx: Transaction, now: datetime, ages: Sequence[timedelta]) -> list[int]:
    """Return how many tickets are unsolved now: those younger than each of ``ages`` (rising), then the older ones."""
    columns = [func.count(case((tickets.c.created_at > now - age, 1))) for age in ages]
    row = await tx.first(select(*columns, func.count()).where(tickets.c.state.in_(UNSOLVED)))
    younger = [0, *(int(number) for number in row)] if row is not None else []
    return [after - before for before, after in pairwise(younger)]


async def conversations(tx: Transaction, period: Bounds) -> Conversations:
    """Return what the bot did, until now, in the conversations that began in the period."""
    begun = _begun(period)
    said = communications
    facts = (
        select(
            func.max(_one(_BY_BOT)).label("involved"),
            func.max(_one(said.c.decision == Decision.ANSWER)).label("answered"),
            func.max(_one(said.c.ticket_id.is_not(None))).label("ticketed"),
        )
        .select_from(begun)
        .join(
            said,
            and_(
                said.c.customer_id == begun.c.customer_id,
                said.c.created_at >= begun.c.created_at,
                or_(begun.c.next_at.is_(None), said.c.created_at < begun.c.next_at),
            ),
        )
        .where(period.hold(begun.c.created_at))
        .group_by(begun.c.customer_id, begun.c.created_at)
        .subquery()
    )
    row = await tx.first(
        select(
            func.count().label("begun"),
            func.coalesce(func.sum(facts.c.involved), 0).label("involved"),
            func.coalesce(func.sum(facts.c.answered), 0).label("answered"),
            func.coalesce(func.sum(facts.c.involved * facts.c.ticketed), 0).label("escalated"),
        ).select_from(facts)
    )
    assert row is not None  # noqa: S101 - a count always gives a row
    return Conversations(int(row.begun), int(row.involved), int(row.answered), int(row.escalated))


def _begun(period: Bounds) -> CTE:
    """Every message that began a conversation since the period began, with the time of the customer's next one."""
    heard = communications
    before_at = func.lag(heard.c.created_at).over(
        partition_by=heard.c.customer_id, order_by=(heard.c.created_at, heard.c.id)
    )
    steps = (
        select(heard.c.customer_id, heard.c.created_at, before_at.label("before_at"))
        .where(heard.c.direction == Direction.IN, heard.c.created_at >= period.start - CONVERSATION_GAP)
        .subquery()
    )
    gap = unix_seconds(steps.c.created_at) - unix_seconds(steps.c.before_at)
    next_at = func.lead(steps.c.created_at).over(partition_by=steps.c.customer_id, order_by=steps.c.created_at)
    return (
        select(steps.c.customer_id, steps.c.created_at, next_at.label("next_at"))
        .where(or_(steps.c.before_at.is_(None), gap > CONVERSATION_GAP.total_seconds()))
        .cte("begun")
    )


async def first_responses(tx: Transaction, period: Bounds) -> list[timedelta]:
    """Return the waits for a first human reply that ended in the period, shortest first."""
    return _waits(await tx.all(_first_responses(period)))


def _waits(rows: Sequence[Row[tuple[object, ...]]]) -> list[timedelta]:
    return sorted(row.replied_at - row.asked_at for row in rows)


def _replied_tickets(period: Bounds) -> Select[tuple[int]]:
    """The tickets on which a person replied in the period."""
    return select(communications.c.ticket_id).where(
        _IS_REPLY, communications.c.ticket_id.is_not(None), period.hold(communications.c.created_at)
    )


def _first_responses(period: Bounds) -> Select[tuple[int, datetime, datetime]]:
    """Rows of (ticket, when the customer began to wait, when a person replied)."""
    event, reply = ticket_events, communications
    starts = (
        select(
            event.c.ticket_id,
            event.c.created_at.label("asked_at"),
            func.lead(event.c.created_at).over(partition_by=event.c.ticket_id, order_by=event.c.id).label("next_at"),
        )
        .where(
            or_(event.c.kind == EventKind.OPENED, and_(_IS_REOPENED, event.c.agent_id.is_(None))),
            event.c.ticket_id.in_(_replied_tickets(period)),
        )
        .subquery()
    )
    replied_at = func.min(reply.c.created_at)
    return (
        select(starts.c.ticket_id, starts.c.asked_at, replied_at.label("replied_at"))
        .join(reply, and_(reply.c.ticket_id == starts.c.ticket_id, _IS_REPLY, reply.c.created_at >= starts.c.asked_at))
        .where(or_(starts.c.next_at.is_(None), reply.c.created_at < starts.c.next_at))
        .group_by(starts.c.ticket_id, starts.c.asked_at)
        .having(period.hold(replied_at))
    )


async def next_responses(tx: Transaction, period: Bounds) -> list[timedelta]:
    """Return the waits for a human reply, those for a first one left out, that ended in the period, shortest first."""
    said = communications
    turn = func.sum(_one(_IS_REPLY)).over(
        partition_by=said.c.ticket_id, order_by=(said.c.created_at, said.c.id), rows=(None, -1)
    )
    turns = (
        select(said.c.ticket_id, said.c.created_at, said.c.direction, func.coalesce(turn, 0).label("turn"))
        .where(or_(said.c.direction == Direction.IN, _IS_REPLY), said.c.ticket_id.in_(_replied_tickets(period)))
        .subquery()
    )
    asked_at = func.min(case((turns.c.direction == Direction.IN, turns.c.created_at)))
    replied_at = func.max(case((turns.c.direction == Direction.OUT, turns.c.created_at)))
    rows = await tx.all(
        select(turns.c.ticket_id, asked_at.label("asked_at"), replied_at.label("replied_at"))
        .group_by(turns.c.ticket_id, turns.c.turn)
        .having(and_(asked_at.is_not(None), period.hold(replied_at)))
    )
    first = {(row.ticket_id, row.replied_at) for row in await tx.all(_first_responses(period))}
    return _waits([row for row in rows if (row.ticket_id, row.replied_at) not in first])


async def resolutions(tx: Transaction, period: Bounds) -> list[timedelta]:
    """Return how long the tickets took that were solved in the period, shortest first."""
    event = ticket_events
    rows = await tx.all(
        select(tickets.c.created_at.label("asked_at"), func.max(event.c.created_at).label("replied_at"))
        .join(event, event.c.ticket_id == tickets.c.id)
        .where(_IS_SOLVED, period.hold(event.c.created_at))
        .group_by(tickets.c.id, tickets.c.created_at)
    )
    return _waits(rows)
