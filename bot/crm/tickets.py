"""Tickets, what may become of them, and the events that tell their story."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Column, ForeignKey, Index, Row, String, Table, Text, bindparam, insert, select, update

from bot.database import BigId, EnumText, UtcDateTime, metadata
from bot.errors import KefuError
from bot.transactions import Transaction


class TicketState(StrEnum):
    NEW = "new"
    OPEN = "open"
    PENDING = "pending"  # waits on the customer
    ON_HOLD = "on_hold"  # waits on us or a third party
    SOLVED = "solved"
    CLOSED = "closed"


class Priority(StrEnum):
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


class EventKind(StrEnum):
    OPENED = "opened"
    TAKEN = "taken"
    ASSIGNED = "assigned"
    STATE = "state"
    REPLIED = "replied"
    NOTED = "noted"


UNSOLVED = (TicketState.NEW, TicketState.OPEN, TicketState.PENDING, TicketState.ON_HOLD)

TRANSITIONS: dict[TicketState, frozenset[TicketState]] = {
    TicketState.NEW: frozenset({TicketState.OPEN, TicketState.PENDING, TicketState.ON_HOLD, TicketState.SOLVED}),
    TicketState.OPEN: frozenset({TicketState.PENDING, TicketState.ON_HOLD, TicketState.SOLVED}),
    TicketState.PENDING: frozenset({TicketState.OPEN, TicketState.ON_HOLD, TicketState.SOLVED}),
    TicketState.ON_HOLD: frozenset({TicketState.OPEN, TicketState.PENDING, TicketState.SOLVED}),
    TicketState.SOLVED: frozenset({TicketState.OPEN, TicketState.CLOSED}),
    TicketState.CLOSED: frozenset(),
}
"""Every change of state there is; anything else raises :class:`TransitionRefused`."""

tickets = Table(
    "tickets",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("customer_id", BigId, ForeignKey("customers.id"), nullable=False),
    Column("state", EnumText(TicketState), nullable=False),
    Column("priority", EnumText(Priority), nullable=False),
    Column("subject", Text, nullable=False),
    Column("assignee_id", BigId, ForeignKey("agents.id")),
    Column("previous_ticket_id", BigId, ForeignKey("tickets.id")),
    Column("wake_at", UtcDateTime),
    Column("waiting_since", UtcDateTime),  # oldest customer message that no person has answered
    Column("first_replied_at", UtcDateTime),
    Column("first_solved_at", UtcDateTime),
    Column("solved_at", UtcDateTime),  # last solved
    Column("closed_at", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
    Index(None, "state", "created_at"),
    Index(None, "customer_id", "created_at"),
    Index(None, "assignee_id", "state"),
    Index(None, "first_replied_at"),
)

ticket_events = Table(
    "ticket_events",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("ticket_id", BigId, ForeignKey("tickets.id"), nullable=False, index=True),
    Column("kind", EnumText(EventKind), nullable=False),
    Column("agent_id", BigId, ForeignKey("agents.id")),  # None: the customer or the bot
    Column("from_state", String(16)),
    Column("to_state", String(16)),
    Column("detail", Text),
    Column("created_at", UtcDateTime, nullable=False),
)


class TransitionRefused(KefuError):
    """A ticket cannot go from its state to the wanted one."""

    def __init__(self, number: int, state: TicketState, wanted: TicketState) -> None:
        super().__init__(f"ticket #{number} is {state} and cannot become {wanted}")
        self.number, self.state, self.wanted = number, state, wanted


class TicketAlreadySolved(TransitionRefused):
    """The ticket is solved or closed already."""


class TicketAlreadyTaken(KefuError):
    """Another agent has the ticket."""

    def __init__(self, number: int, assignee_id: int, assignee_name: str = "") -> None:
        super().__init__(f"ticket #{number} is taken by agent {assignee_id}")
        self.number, self.assignee_id, self.assignee_name = number, assignee_id, assignee_name


class TicketUnknown(KefuError):
    """There is no ticket with this number."""

    def __init__(self, number: int) -> None:
        super().__init__(f"there is no ticket #{number}")
        self.number = number


@dataclass(frozen=True, slots=True)
class Ticket:
    """One ticket; its ``id`` is the number people see as ``#42``."""

    id: int
    customer_id: int
    state: TicketState
    priority: Priority
    subject: str
    assignee_id: int | None
    previous_ticket_id: int | None
    wake_at: datetime | None
    waiting_since: datetime | None
    first_replied_at: datetime | None
    first_solved_at: datetime | None
    solved_at: datetime | None
    closed_at: datetime | None
    created_at: datetime

    @property
    def is_unsolved(self) -> bool:
        return self.state in UNSOLVED


def from_row(row: Row[tuple[object, ...]]) -> Ticket:
    return Ticket(**{column.name: getattr(row, column.name) for column in tickets.c})


def check_transition(ticket: Ticket, wanted: TicketState) -> None:
    """Raise :class:`TransitionRefused` unless ``ticket`` may become ``wanted``."""
    if wanted in TRANSITIONS[ticket.state]:
        return
    if not ticket.is_unsolved and wanted in (TicketState.SOLVED, TicketState.PENDING, TicketState.ON_HOLD):
        raise TicketAlreadySolved(ticket.id, ticket.state, wanted)
    raise TransitionRefused(ticket.id, ticket.state, wanted)


_BY_ID = select(tickets).where(tickets.c.id == bindparam("ticket_id"))
_BY_ID_LOCKED = _BY_ID.with_for_update()


async def by_id(tx: Transaction, number: int, *, lock: bool = False) -> Ticket:
    """Return ticket ``number``; raises :class:`TicketUnknown`."""
    if not 0 < number < 2**63:  # no key, and more than the database's integers hold
        raise TicketUnknown(number)
    row = await tx.first(_BY_ID_LOCKED if lock else _BY_ID, {"ticket_id": number})
    if row is None:
        raise TicketUnknown(number)
    return from_row(row)


_OF_CUSTOMER = (
    select(tickets)
    .where(tickets.c.customer_id == bindparam("customer"))
    .order_by(tickets.c.created_at.desc(), tickets.c.id.desc())
    .limit(bindparam("most"))
    .offset(bindparam("skipped"))
)
_FIRST_WAITS = (
    select(tickets.c.created_at, tickets.c.first_replied_at)
    .where(tickets.c.first_replied_at >= bindparam("since"))
    .order_by(tickets.c.first_replied_at.desc())
    .limit(500)
)


async def of_customer(tx: Transaction, customer_id: int, most: int, skipped: int = 0) -> list[Ticket]:
    """Return a customer's tickets, newest first."""
    rows = await tx.all(_OF_CUSTOMER, {"customer": customer_id, "most": most, "skipped": skipped})
    return [from_row(row) for row in rows]


async def first_waits(tx: Transaction, since: datetime) -> list[timedelta]:
    """Return how long tickets waited for the first human reply, of those replied to since then (the latest 500)."""
    rows = await tx.all(_FIRST_WAITS, {"since": since})
    return [row.first_replied_at - row.created_at for row in rows]


async def create(
    tx: Transaction, *, customer_id: int, subject: str, previous_ticket_id: int | None, now: datetime
) -> Ticket:
    """Open a new ticket for a customer, waiting for a first human reply since ``now``."""
    row = await tx.first(
        insert(tickets).returning(tickets),
        {
            "customer_id": customer_id,
            "state": TicketState.NEW,
            "priority": Priority.NORMAL,
            "subject": subject,
            "previous_ticket_id": previous_ticket_id,
            "waiting_since": now,
            "created_at": now,
        },
    )
    assert row is not None  # noqa: S101 - INSERT … RETURNING gives the row or raises
    await add_event(tx, row.id, EventKind.OPENED, now=now, to_state=TicketState.NEW)
    return from_row(row)


async def change(tx: Transaction, number: int, **values: object) -> None:
    """Set columns of one ticket."""
    await tx.execute(update(tickets).where(tickets.c.id == number).values(**values))


async def add_event(
    tx: Transaction,
    number: int,
    kind: EventKind,
    *,
    now: datetime,
    agent_id: int | None = None,
    from_state: TicketState | None = None,
    to_state: TicketState | None = None,
    detail: str | None = None,
) -> None:
    """Add to the ticket's story."""
    await tx.execute(
        insert(ticket_events),
        {
            "ticket_id": number,
            "kind": kind,
            "agent_id": agent_id,
            "from_state": from_state,
            "to_state": to_state,
            "detail": detail,
            "created_at": now,
        },
    )


async def take(tx: Transaction, number: int, agent_id: int) -> Ticket | None:
    """Give an unsolved ticket that nobody has to this agent; None when another was quicker or it is solved."""
    row = await tx.first(
        update(tickets)
        .where(tickets.c.id == number, tickets.c.assignee_id.is_(None), tickets.c.state.in_(UNSOLVED))
        .values(assignee_id=agent_id)
        .returning(tickets)
    )
    return None if row is None else from_row(row)


async def last_of(tx: Transaction, customer_id: int) -> Ticket | None:
    """Return the customer's newest ticket."""
    row = await tx.first(
        select(tickets).where(tickets.c.customer_id == customer_id).order_by(tickets.c.id.desc()).limit(1)
    )
    return None if row is None else from_row(row)


@dataclass(frozen=True, slots=True)
class TicketEvent:
    """One step of a ticket's story; ``agent_id`` is None for the customer and the bot."""

    id: int
    ticket_id: int
    kind: EventKind
    agent_id: int | None
    from_state: str | None
    to_state: str | None
    detail: str | None
    created_at: datetime


def _event_from_row(row: Row[tuple[object, ...]]) -> TicketEvent:
    return TicketEvent(**{column.name: getattr(row, column.name) for column in ticket_events.c})


async def events_of(tx: Transaction, number: int) -> list[TicketEvent]:
    """Return a ticket's story, oldest first."""
    rows = await tx.all(select(ticket_events).where(ticket_events.c.ticket_id == number).order_by(ticket_events.c.id))
    return [_event_from_row(row) for row in rows]


async def last_solved(tx: Transaction, number: int) -> TicketEvent | None:
    """Return the event by which the ticket was solved last."""
    row = await tx.first(
        select(ticket_events)
        .where(ticket_events.c.ticket_id == number, ticket_events.c.to_state == TicketState.SOLVED)
        .order_by(ticket_events.c.id.desc())
        .limit(1)
    )
    return None if row is None else _event_from_row(row)
