"""Makes one record of each kind for a test, with everything it needs and nothing it does not say."""

from datetime import UTC, datetime, timedelta
from itertools import count

from bot.crm import agents, communications, customers, tickets
from bot.crm.agents import Agent, Role
from bot.crm.communications import Communication, Direction, Kind
from bot.crm.customers import Customer
from bot.crm.tickets import Ticket, TicketState
from bot.transactions import Transaction

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
"""The Monday morning on which the tests happen."""

_numbers = count(1_000)


def after(**length: float) -> datetime:
    """Return a moment so long after :data:`NOW`, e.g. ``after(minutes=5)``."""
    return NOW + timedelta(**length)


async def customer(
    tx: Transaction,
    *,
    telegram_id: int | None = None,
    first_name: str = "Anna",
    last_name: str | None = None,
    username: str | None = None,
    language: str = "en",
    now: datetime = NOW,
) -> Customer:
    return await customers.create(
        tx,
        telegram_id=telegram_id or next(_numbers),
        first_name=first_name,
        last_name=last_name,
        username=username,
        language=language,
        now=now,
    )


async def agent(
    tx: Transaction,
    *,
    telegram_id: int | None = None,
    name: str = "Mei",
    username: str | None = None,
    role: Role = Role.AGENT,
    language: str = "en",
    now: datetime = NOW,
) -> Agent:
    return await agents.enlist(
        tx,
        telegram_id=telegram_id or next(_numbers),
        name=name,
        username=username,
        role=role,
        language=language,
        now=now,
    )


async def ticket(
    tx: Transaction,
    of: Customer | None = None,
    *,
    subject: str = "Where is my order?",
    state: TicketState = TicketState.NEW,
    previous_ticket_id: int | None = None,
    now: datetime = NOW,
    **columns: object,
) -> Ticket:
    """A ticket as it stands in ``state``, put there without going through the desk."""
    of = of or await customer(tx, now=now)
    made = await tickets.create(tx, customer_id=of.id, subject=subject, previous_ticket_id=previous_ticket_id, now=now)
    if state is not TicketState.NEW or columns:
        await tickets.change(tx, made.id, state=state, **columns)
    return await tickets.by_id(tx, made.id)


async def communication(
    tx: Transaction,
    of: Customer | None = None,
    *,
    direction: Direction = Direction.IN,
    kind: Kind = Kind.TEXT,
    text: str = "Where is my order?",
    now: datetime = NOW,
    **columns: object,
) -> Communication:
    """A message in the customer's own chat; ``message_id`` is a new one unless it is given."""
    of = of or await customer(tx, now=now)
    place = {"chat_id": of.telegram_id, "message_id": next(_numbers)}
    number = await communications.record(
        tx, customer_id=of.id, direction=direction, kind=kind, text=text, created_at=now, **(place | columns)
    )
    made = await communications.by_id(tx, number)
    assert made is not None
    return made
