"""The demo: what it puts on record holds together, shows every state, and is written once."""

from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest_asyncio
from sqlalchemy import func, select

from bot.crm import customers, desks, faq, queues, reports
from bot.crm.agents import agents
from bot.crm.audit import audit_events
from bot.crm.communications import Decision, Direction, communication_versions, communications
from bot.crm.outbox import outbox
from bot.crm.queues import QueueView
from bot.crm.reminders import ReminderState, reminders
from bot.crm.reports import Bounds
from bot.crm.tickets import TRANSITIONS, EventKind, TicketState, ticket_events, tickets
from bot.database import Database, metadata
from bot.desk import demo
from bot.desk.demo_chats import ASKED_OFTEN
from bot.desk.demo_people import ANNA, DEMO_GROUP, DEMO_PEOPLE, LIAM, WANG
from bot.desk.demo_stories import STORIES
from bot.desk.knowledge import sync_files
from bot.desk.waits import usual_wait
from bot.nlp.files import load_faq
from tests.factories import NOW, after

FAQ = load_faq(Path(__file__).parents[2] / "faq")
TABLES = [table for table in metadata.sorted_tables if table.name != "alembic_version"]


@pytest_asyncio.fixture
async def seeded(database: Database) -> Database:
    """A database with the shop's FAQ and the demo in it."""
    async with database.begin() as tx:
        await sync_files(tx, FAQ, NOW)
        assert await demo.seed(tx, NOW)
    return database


async def counts(database: Database) -> dict[str, int]:
    async with database.read() as tx:
        return {table.name: await tx.scalar(select(func.count()).select_from(table)) for table in TABLES}


async def test_seeding_again_changes_nothing(seeded: Database) -> None:
    before = await counts(seeded)
    async with seeded.begin() as tx:
        assert not await demo.seed(tx, after(days=1))
    assert await counts(seeded) == before


async def test_nothing_is_queued_to_be_sent_and_no_message_claims_a_place_in_a_chat(seeded: Database) -> None:
    async with seeded.read() as tx:
        assert await tx.all(select(outbox.c.id)) == []
        placed = communications.c.chat_id.is_not(None) | communications.c.message_id.is_not(None)
        assert await tx.all(select(communications.c.id).where(placed)) == []


async def test_every_state_is_there(seeded: Database) -> None:
    async with seeded.read() as tx:
        states = Counter(row.state for row in await tx.all(select(tickets.c.state)))
    assert states == {
        TicketState.NEW: 2,
        TicketState.OPEN: 4,
        TicketState.PENDING: 2,
        TicketState.ON_HOLD: 2,
        TicketState.SOLVED: 6,
        TicketState.CLOSED: 8,
    }


async def test_events_follow_the_transitions_to_the_state_in_which_the_ticket_is(seeded: Database) -> None:
    async with seeded.read() as tx:
        for ticket in await tx.all(select(tickets)):
            mine = select(ticket_events).where(ticket_events.c.ticket_id == ticket.id).order_by(ticket_events.c.id)
            first, *later = await tx.all(mine)
            assert (first.kind, first.to_state, first.created_at) == (
                EventKind.OPENED,
                TicketState.NEW,
                ticket.created_at,
            )
            state, at = TicketState.NEW, first.created_at
            for event in later:
                assert at <= event.created_at <= NOW
                at = event.created_at
                if event.to_state is None or event.to_state == state:
                    continue
                assert event.from_state == state
                assert event.to_state in TRANSITIONS[state]
                state = TicketState(event.to_state)
            assert state is ticket.state


async def test_times_of_tickets_follow_from_what_was_said(seeded: Database) -> None:
    async with seeded.read() as tx:
        said = await tx.all(select(communications).order_by(communications.c.created_at, communications.c.id))
        for ticket in await tx.all(select(tickets)):
            mine = [each for each in said if each.ticket_id == ticket.id]
            replied = [each.created_at for each in mine if each.direction is Direction.OUT and each.agent_id]
            assert ticket.first_replied_at == (replied[0] if replied else None)
            is_solved = ticket.state in (TicketState.SOLVED, TicketState.CLOSED)
            assert (ticket.closed_at is not None) == (ticket.state is TicketState.CLOSED)
            heard = [each.created_at for each in mine if each.direction is Direction.IN]
            settled_at = max([*replied, ticket.solved_at or ticket.created_at - timedelta(days=1)])
            unanswered = [at for at in heard if at > settled_at]
            if is_solved or not unanswered:
                assert ticket.waiting_since is None
            else:  # a question asked of the bot first waits from the moment its ticket was opened
                assert ticket.waiting_since == max(unanswered[0], ticket.created_at)
            assert is_solved <= (ticket.solved_at is not None)


async def test_customers_who_have_an_unsolved_ticket_are_those_it_is_active_for(seeded: Database) -> None:
    async with seeded.read() as tx:
        unsolved = await tx.all(
            select(tickets.c.customer_id, tickets.c.id).where(
                tickets.c.state.not_in((TicketState.SOLVED, TicketState.CLOSED))
            )
        )
        people = await tx.all(select(customers.customers.c.id, customers.customers.c.active_ticket_id))
        assert {row.id: row.active_ticket_id for row in people if row.active_ticket_id} == {
            row.customer_id: row.id for row in unsolved
        }
        assert len({row.customer_id for row in unsolved}) == len(unsolved)


async def test_anna_and_fang_have_no_active_ticket_and_liam_waits_for_anybody(seeded: Database) -> None:
    async with seeded.read() as tx:
        found = [await customers.by_telegram_id(tx, person.telegram_id) for person in (ANNA, WANG, LIAM)]
        anna, fang, liam = [each for each in found if each is not None]
        assert (anna.active_ticket_id, anna.language) == (None, "en")
        assert (fang.active_ticket_id, fang.language) == (None, "zh")
        unassigned = await queues.page(tx, QueueView.UNASSIGNED, 0, NOW, limit=10)
    assert liam.active_ticket_id in [ticket.id for ticket in unassigned]


async def test_references_point_at_rows_and_nothing_is_of_the_future(seeded: Database) -> None:
    async with seeded.read() as tx:
        for table in TABLES:
            for column in table.c:
                for key in column.foreign_keys:
                    known = select(key.column)
                    lost = select(func.count()).where(column.is_not(None), column.not_in(known))
                    assert await tx.scalar(lost) == 0, column
            if "created_at" in table.c:
                assert await tx.scalar(select(func.count()).where(table.c.created_at > NOW)) == 0, table


async def test_what_the_bot_answered_are_entries_of_the_faq_in_the_customers_language(seeded: Database) -> None:
    async with seeded.read() as tx:
        known = {entry.key: entry for entry in await faq.entries(tx)}
        answered = await tx.all(
            select(
                communications.c.text, communications.c.entry, communications.c.score, customers.customers.c.language
            )
            .join(customers.customers, customers.customers.c.id == communications.c.customer_id)
            .where(communications.c.direction == Direction.OUT, communications.c.decision == Decision.ANSWER)
        )
    named = {step.entry for story in STORIES for step in story.steps if step.entry}
    assert (named | set(ASKED_OFTEN)) - set(known) == set()
    assert len(answered) > 50
    assert [row.entry for row in answered if row.text != known[row.entry].answers[row.language]] == []
    assert all(0.8 < row.score <= 1 for row in answered)


async def test_the_desk_has_its_numbers(seeded: Database) -> None:
    async with seeded.read() as tx:
        wait = await usual_wait(tx, NOW)
        week = Bounds(after(days=-6), after(minutes=1))
        today = Bounds(after(hours=-8), after(minutes=1))
        assert wait is not None
        assert wait.n >= 5
        assert timedelta(minutes=5) < wait.median < wait.p90 < timedelta(hours=1)
        assert len(await reports.resolutions(tx, week)) >= 5
        assert len(await reports.resolutions(tx, today)) >= 2
        assert await reports.reopened(tx, week) == 1
        assert await reports.new_customers(tx, week) >= 2
        talks = await reports.conversations(tx, week)
        assert talks.answered > talks.escalated > 0
        versions = await tx.scalar(select(func.count()).select_from(communication_versions))
        assert versions == 1
        assert await queues.count(tx, QueueView.OVERDUE, 0, NOW) == 2


async def test_reminders_are_due_soon_and_tomorrow(seeded: Database) -> None:
    async with seeded.read() as tx:
        pending = reminders.c.state == ReminderState.PENDING
        rows = await tx.all(select(reminders.c.due_at, reminders.c.ticket_id).where(pending))
    due = sorted(row.due_at - NOW for row in rows)
    assert timedelta() < due[0] < timedelta(minutes=10)
    assert due[-1] >= timedelta(days=1)
    assert all(row.ticket_id for row in rows)


async def test_staff_and_group_are_those_of_the_playground(seeded: Database) -> None:
    async with seeded.read() as tx:
        staff = await tx.all(select(agents.c.telegram_id, agents.c.name, agents.c.role, agents.c.language))
        desk = await desks.current(tx)
        audited = await tx.scalar(select(func.count()).select_from(audit_events))
    assert [tuple(row) for row in staff] == [
        (person.telegram_id, person.name, person.role, person.language_code[:2])
        for person in DEMO_PEOPLE
        if person.role is not None
    ]
    assert desk is not None
    assert (desk.chat_id, desk.title) == (DEMO_GROUP.chat_id, DEMO_GROUP.title)
    assert audited > 20


async def test_announcing_puts_four_cards_into_the_group_once(seeded: Database) -> None:
    async with seeded.begin() as tx:
        await demo.announce_open(tx, NOW)
        await demo.announce_open(tx, NOW)
    async with seeded.read() as tx:
        queued = await tx.all(select(outbox.c.chat_id, outbox.c.method, outbox.c.topic_of).order_by(outbox.c.id))
        liam = await customers.by_telegram_id(tx, LIAM.telegram_id)
    assert liam is not None
    assert [(row.chat_id, row.method) for row in queued] == [(DEMO_GROUP.chat_id, "sendMessage")] * 4
    assert liam.id in [row.topic_of for row in queued]


async def test_without_its_faq_the_demo_goes_to_people_at_once(database: Database) -> None:
    async with database.begin() as tx:
        assert await demo.seed(tx, NOW)
    async with database.read() as tx:
        decided = await tx.all(select(communications.c.decision).distinct())
        number = await tx.scalar(select(func.count()).select_from(tickets))
    assert {row.decision for row in decided} == {Decision.UNSURE, Decision.TICKET, None}
    assert number == len(STORIES)


def test_stories_stand_in_the_order_in_which_tickets_are_numbered() -> None:
    began = [story.began for story in STORIES]
    assert began == sorted(began, reverse=True)


def test_people_are_numbered_apart() -> None:
    ids = [person.telegram_id for person in DEMO_PEOPLE]
    assert len(set(ids)) == len(ids)
    newest = max(person.telegram_id for person in DEMO_PEOPLE if person.role is None)
    assert newest < min(person.telegram_id for person in DEMO_PEOPLE if person.role is not None)
