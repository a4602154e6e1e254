"""The demo's data: a shop two weeks into its work, for the playground and for whoever looks around first.

Called by the command line, with the FAQ on record already: what the demo's bot answered are that FAQ's entries.
Seeded messages have no chat and no message ids: they stand in the record only, never in a Telegram chat, so they
cannot be taken for messages there, and what would quote or edit them is sent without.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from random import Random

from sqlalchemy import insert, select

from bot.crm import agents, customers, desks, faq, queues, reminders, timelines
from bot.crm.agents import Agent, Role
from bot.crm.customers import IdentityKind
from bot.crm.queues import QueueView
from bot.crm.reminders import ReminderState
from bot.crm.tickets import TicketState
from bot.desk import relaying, reminding
from bot.desk.demo_chats import DAYS, ask_the_bot
from bot.desk.demo_people import (
    CARLA,
    CHEN,
    DEMO_GROUP,
    DEMO_PEOPLE,
    JAMES,
    MING,
    OLIVIA,
    PRIYA,
    ZHANG,
    DemoGroup,
    DemoPerson,
)
from bot.desk.demo_script import Errand
from bot.desk.demo_stories import STORIES
from bot.desk.demo_telling import Cast, customer_of, since, tell
from bot.texts import language_of
from bot.transactions import Transaction

__all__ = ["DEMO_GROUP", "DEMO_PEOPLE", "DemoGroup", "DemoPerson", "Role", "announce_open", "seed"]

SEED = 20_260_302
STAFF_SINCE = timedelta(days=400)

MOST_CARDS = 4
"""So many topics are made at first sight: a group takes about twenty messages a minute."""

ERRANDS = (
    Errand(OLIVIA, JAMES, "Ask Swiftbird about the search, case SB-77120", timedelta(minutes=4)),
    Errand(MING, CHEN, "确认补寄的灯罩周五前能到", timedelta(minutes=25)),
    Errand(CARLA, PRIYA, "Did she send the video?", timedelta(days=1)),
    Errand(MING, ZHANG, "答复周日安装的时间", timedelta(days=1, hours=2)),
)

CUSTOMERS = tuple(person for person in DEMO_PEOPLE if person.role is None)
STAFF = tuple(person for person in DEMO_PEOPLE if person.role is not None)


async def seed(tx: Transaction, now: datetime, *, language: str = "en") -> bool:
    """Fill a record that has no customers yet; returns whether it did. ``language``: of whose own we do not speak."""
    if await tx.first(select(customers.customers.c.id).limit(1)) is not None:
        return False
    cast = Cast(
        customers=await _write_customers(tx, now, language),
        staff=await _write_staff(tx, now, language),
        faq={entry.key: entry for entry in await faq.entries(tx)},
        chance=Random(SEED),  # noqa: S311 - a demo, not a secret
    )
    for story in STORIES:
        await tell(tx, story, cast, now)
    await ask_the_bot(tx, cast, now)
    await _write_errands(tx, cast, now)
    await _write_identities(tx, cast, now)  # only now: who has a chat is written to
    owner = next(cast.staff[person] for person in STAFF if person.role is Role.OWNER)
    await desks.bind(
        tx, chat_id=DEMO_GROUP.chat_id, title=DEMO_GROUP.title, agent_id=owner.id, now=now - timedelta(days=DAYS)
    )
    return True


async def announce_open(tx: Transaction, now: datetime) -> None:
    """Put up the desk's cards for some who wait, first those whom nobody has, so that the group has topics."""
    waiting = await queues.page(tx, QueueView.ALL, 0, now, limit=100)
    ours = [ticket for ticket in waiting if ticket.state in (TicketState.NEW, TicketState.OPEN)]
    ours.sort(key=lambda ticket: ticket.assignee_id is not None)
    for ticket in ours[:MOST_CARDS]:
        customer = await customers.by_id(tx, ticket.customer_id)
        if customer is not None and await timelines.card_of(tx, ticket.id) is None:
            await relaying.announce(tx, customer, ticket, now=now)


async def _write_customers(tx: Transaction, now: datetime, language: str) -> Mapping[DemoPerson, int]:
    """Record the customers, without any identity yet."""
    numbers = {}
    for person in sorted(CUSTOMERS, key=lambda each: since(each, now)):
        row = {
            "first_name": person.first_name,
            "last_name": person.last_name,
            "username": person.username,
            "language": language_of(person.language_code, language),
            "created_at": since(person, now),
        }
        numbers[person] = await tx.scalar(insert(customers.customers).returning(customers.customers.c.id), row)
    return numbers


async def _write_staff(tx: Transaction, now: datetime, language: str) -> Mapping[DemoPerson, Agent]:
    return {
        person: await agents.enlist(
            tx,
            telegram_id=person.telegram_id,
            name=person.name,
            username=person.username,
            role=person.role,
            language=language_of(person.language_code, language),
            now=now - STAFF_SINCE,
        )
        for person in STAFF
        if person.role is not None
    }


async def _write_identities(tx: Transaction, cast: Cast, now: datetime) -> None:
    rows = [
        {"customer_id": cast.customers[person], "kind": kind, "value": value, "created_at": since(person, now)}
        for person in CUSTOMERS
        for kind, value in (
            (IdentityKind.TELEGRAM, str(person.telegram_id)),
            (IdentityKind.PHONE, person.phone),
            (IdentityKind.EMAIL, person.email),
        )
        if value is not None
    ]
    await tx.execute(insert(customers.identities), rows)


async def _write_errands(tx: Transaction, cast: Cast, now: datetime) -> None:
    """Set the reminders, and one that was ticked off yesterday."""
    for errand in ERRANDS:
        customer = await customer_of(tx, errand.about, cast)
        due_at, set_at = now + errand.due, now - timedelta(minutes=30)
        ticket_id = customer.active_ticket_id
        await reminding.add(tx, cast.staff[errand.agent], errand.text, due_at, now=set_at, ticket_id=ticket_id)
    first, day = ERRANDS[0], timedelta(days=1)
    past = await reminders.create(
        tx, agent_id=cast.staff[first.agent].id, text="Order more sample boxes", due_at=now - day, now=now - 2 * day
    )
    done_at = now - day + timedelta(minutes=6)
    await reminders.change(tx, past.id, state=ReminderState.DONE, fired_at=now - day, done_at=done_at)
