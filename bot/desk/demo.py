"""A shop in full swing: people, tickets in every state, what was said and what is to be done, over the last two weeks.

Called by the playground's start and by ``seed``. Nothing is sent: all this has happened already. The same on every run
but for the time, which counts back from ``now``.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from bot.crm import agents, communications, customers, faq, reminders, tickets
from bot.crm.agents import Agent, Role
from bot.crm.communications import Decision, Direction, Kind, Outcome
from bot.crm.customers import Customer, IdentityKind
from bot.crm.faq import FaqEntry
from bot.crm.tickets import UNSOLVED, EventKind, Ticket, TicketState
from bot.desk import binding
from bot.desk.demo_stories import ANSWERED, DEMO_GROUP, DEMO_PEOPLE, STORIES, DemoPerson, Story, Who
from bot.desk.speech import shorten
from bot.desk.ticketing import MAX_SUBJECT
from bot.transactions import Transaction

__all__ = ["DEMO_GROUP", "DEMO_PEOPLE", "OWNER", "DemoPerson", "Role", "announce_open", "seed"]

OWNER = next(person for person in DEMO_PEOPLE if person.role is Role.OWNER)
SEED = 20_260_301
DAYS_OF_QUESTIONS = 14
QUESTIONS_A_DAY = 4


@dataclass(frozen=True, slots=True)
class _Cast:
    """Everybody in the demo, by their key."""

    agents: dict[str, Agent]
    customers: dict[str, Customer]


async def seed(tx: Transaction, now: datetime) -> bool:
    """Fill a record that has no customers yet; returns whether it did. The FAQ, if any, was read before."""
    if await customers.names(tx, 1):
        return False
    chance = Random(SEED)  # noqa: S311 - a demo that is the same every time
    cast = _Cast({}, {})
    for person in DEMO_PEOPLE:
        await _enter(tx, person, cast, now)
    await _ask_the_bot(tx, cast, chance, now)
    for story in STORIES:
        await _tell(tx, story, cast, chance, now)
    await _remind(tx, cast, now)
    return True


async def announce_open(tx: Transaction, now: datetime) -> None:
    """Make the demo's group the desk, with a card for each ticket that waits; the playground has such a group."""
    owner = await agents.by_telegram_id(tx, OWNER.telegram_id)
    if owner is not None:
        await binding.bind(tx, DEMO_GROUP.chat_id, DEMO_GROUP.title, owner, now=now)


async def _enter(tx: Transaction, person: DemoPerson, cast: _Cast, now: datetime) -> None:
    since = now - timedelta(days=30 if person.role else DAYS_OF_QUESTIONS + 1)
    if person.role is not None:
        cast.agents[person.key] = await agents.enlist(
            tx,
            telegram_id=person.telegram_id,
            name=person.first_name,
            username=person.username,
            role=person.role,
            language=person.language,
            now=since,
        )
        return
    customer = await customers.create(
        tx,
        telegram_id=person.telegram_id,
        first_name=person.first_name,
        last_name=person.last_name,
        username=person.username,
        language=person.language,
        now=since,
    )
    await customers.add_identity(tx, customer.id, IdentityKind.PHONE, person.phone, since)
    if person.email is not None:
        await customers.add_identity(tx, customer.id, IdentityKind.EMAIL, person.email, since)
    cast.customers[person.key] = customer


async def _ask_the_bot(tx: Transaction, cast: _Cast, chance: Random, now: datetime) -> None:
    """Questions that the bot answered, more of them about what is asked most."""
    entries = {entry.key: entry for entry in await faq.entries(tx)}
    known = [asked for asked in ANSWERED if asked[0] in entries]
    people = list(cast.customers.values())
    weights = [len(ANSWERED) - place for place in range(len(known))]
    count = DAYS_OF_QUESTIONS * QUESTIONS_A_DAY if known else 0
    moments = sorted((chance.uniform(0.02, DAYS_OF_QUESTIONS) for _ in range(count)), reverse=True)
    for days in moments:
        key, english, chinese = chance.choices(known, weights)[0]
        customer = chance.choice(people)
        question = chinese if customer.language == "zh" else english
        outcome = chance.choices((Outcome.CONFIRMED, None), (2, 3))[0]
        at = now - timedelta(days=days)
        await _answer(tx, customer, question, entries[key], outcome, chance.uniform(0.95, 0.99), at)


async def _answer(
    tx: Transaction,
    customer: Customer,
    question: str,
    entry: FaqEntry,
    outcome: Outcome | None,
    score: float,
    at: datetime,
) -> None:
    asked = await communications.record(
        tx,
        customer_id=customer.id,
        direction=Direction.IN,
        kind=Kind.TEXT,
        text=question,
        created_at=at,
        decision=Decision.ANSWER,
        score=score,
        entry=entry.key,
        outcome=outcome,
    )
    text = entry.answers.get(customer.language) or next(iter(entry.answers.values()), "")
    await communications.record(
        tx,
        customer_id=customer.id,
        direction=Direction.OUT,
        kind=Kind.TEXT,
        text=text,
        created_at=at + timedelta(seconds=1),
        entry=entry.key,
        reply_to_id=asked,
    )


async def _tell(tx: Transaction, story: Story, cast: _Cast, chance: Random, now: datetime) -> None:
    """Play a ticket from its first message to where it stands."""
    customer = cast.customers[story.customer]
    agent = cast.agents[story.agent] if story.agent else None
    at = now - timedelta(days=story.days)
    subject = shorten(story.said[0][1], MAX_SUBJECT)
    ticket = await tickets.create(tx, customer_id=customer.id, subject=subject, previous_ticket_id=None, now=at)
    is_first, waiting_since = True, at
    replied_at: datetime | None = None
    for who, text in story.said:
        if not is_first:
            minutes = story.wait_min if who is Who.AGENT and replied_at is None else chance.uniform(1, 12)
            at += timedelta(minutes=minutes)
        is_first = False
        await _say(tx, ticket, who, text, agent, at)
        if who is Who.AGENT and agent is not None:
            await _reply(tx, ticket, agent, is_first=replied_at is None, at=at)
            replied_at = replied_at or at
            waiting_since = None
        elif who is Who.CUSTOMER:
            waiting_since = waiting_since or at
    await tickets.change(
        tx, ticket.id, priority=story.priority, first_replied_at=replied_at, waiting_since=waiting_since
    )
    if agent is not None:
        ended_at = min(at + timedelta(minutes=chance.uniform(2, 30)), now)
        await _end(tx, ticket, story.state, agent, ended_at)
    if story.state in UNSOLVED and story.state is not TicketState.ON_HOLD:
        await customers.change(tx, customer.id, active_ticket_id=ticket.id)


async def _say(tx: Transaction, ticket: Ticket, who: Who, text: str, agent: Agent | None, at: datetime) -> None:
    direction = {Who.CUSTOMER: Direction.IN, Who.AGENT: Direction.OUT, Who.NOTE: Direction.INTERNAL}[who]
    await communications.record(
        tx,
        customer_id=ticket.customer_id,
        direction=direction,
        kind=Kind.NOTE if who is Who.NOTE else Kind.TEXT,
        text=text,
        created_at=at,
        ticket_id=ticket.id,
        agent_id=None if agent is None or who is Who.CUSTOMER else agent.id,
        decision=Decision.TICKET if who is Who.CUSTOMER else None,
    )
    if who is Who.NOTE and agent is not None:
        await tickets.add_event(tx, ticket.id, EventKind.NOTED, now=at, agent_id=agent.id)


async def _reply(tx: Transaction, ticket: Ticket, agent: Agent, *, is_first: bool, at: datetime) -> None:
    """Whoever replies first has the ticket, which is open from then on."""
    if is_first:
        await tickets.change(tx, ticket.id, assignee_id=agent.id, state=TicketState.OPEN)
        await tickets.add_event(
            tx,
            ticket.id,
            EventKind.TAKEN,
            now=at,
            agent_id=agent.id,
            from_state=TicketState.NEW,
            to_state=TicketState.OPEN,
            detail=str(agent.id),
        )
    await tickets.add_event(tx, ticket.id, EventKind.REPLIED, now=at, agent_id=agent.id)


async def _end(tx: Transaction, ticket: Ticket, state: TicketState, agent: Agent, at: datetime) -> None:
    """Bring an open ticket to where it stands; a closed one was solved first."""
    if state is TicketState.OPEN:
        return
    if state not in (TicketState.SOLVED, TicketState.CLOSED):
        await _move(tx, ticket, TicketState.OPEN, state, agent, at)
        return
    await _move(tx, ticket, TicketState.OPEN, TicketState.SOLVED, agent, at)
    await tickets.change(tx, ticket.id, waiting_since=None, first_solved_at=at, solved_at=at)
    if state is TicketState.CLOSED:
        closed_at = at + timedelta(days=7)
        await _move(tx, ticket, TicketState.SOLVED, state, None, closed_at)
        await tickets.change(tx, ticket.id, closed_at=closed_at)


async def _move(
    tx: Transaction, ticket: Ticket, before: TicketState, after: TicketState, agent: Agent | None, at: datetime
) -> None:
    await tickets.change(tx, ticket.id, state=after)
    await tickets.add_event(
        tx,
        ticket.id,
        EventKind.STATE,
        now=at,
        agent_id=None if agent is None else agent.id,
        from_state=before,
        to_state=after,
    )


async def _remind(tx: Transaction, cast: _Cast, now: datetime) -> None:
    """Something to do today and tomorrow, and something done."""
    await _reminder(tx, cast.agents["ming"], cast.customers["zhang"], "查件结果出来了吗？再催一次快递", now, hours=3)
    await _reminder(tx, cast.agents["carla"], cast.customers["chen"], "Send the new quotation", now, hours=26)
    done = await _reminder(
        tx, cast.agents["olivia"], cast.customers["ben"], "Did the 6 dollars arrive?", now, hours=-20
    )
    await reminders.change(
        tx,
        done,
        state=reminders.ReminderState.DONE,
        fired_at=now - timedelta(hours=20),
        done_at=now - timedelta(hours=19),
    )


async def _reminder(
    tx: Transaction, agent: Agent, customer: Customer, text: str, now: datetime, *, hours: float
) -> int:
    ticket = await tickets.last_of(tx, customer.id)
    reminder = await reminders.create(
        tx,
        agent_id=agent.id,
        text=text,
        due_at=now + timedelta(hours=hours),
        now=now - timedelta(days=2),
        ticket_id=None if ticket is None else ticket.id,
        customer_id=customer.id,
    )
    return reminder.id
