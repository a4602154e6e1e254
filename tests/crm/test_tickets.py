"""Tickets: what may become of them, who gets one, and how the queue is looked at."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.crm import queues, tickets
from bot.crm.queues import QueueView
from bot.crm.tickets import (
    TRANSITIONS,
    UNSOLVED,
    EventKind,
    Priority,
    Ticket,
    TicketAlreadySolved,
    TicketState,
    TicketUnknown,
    TransitionRefused,
    check_transition,
)
from bot.database import Database
from tests import factories
from tests.factories import NOW, after

NEW = Ticket(1, 1, TicketState.NEW, Priority.NORMAL, "Lamp", None, None, None, NOW, None, None, None, None, NOW)


@pytest.mark.parametrize("state", TicketState)
@pytest.mark.parametrize("wanted", TicketState)
def test_every_change_is_allowed_or_refused_by_the_table(state: TicketState, wanted: TicketState) -> None:
    ticket = replace(NEW, state=state)
    if wanted in TRANSITIONS[state]:
        check_transition(ticket, wanted)
        return
    with pytest.raises(TransitionRefused) as caught:
        check_transition(ticket, wanted)
    assert (caught.value.number, caught.value.state, caught.value.wanted) == (1, state, wanted)


def test_nothing_leaves_closed_and_everything_unsolved_can_be_solved() -> None:
    assert TRANSITIONS[TicketState.CLOSED] == frozenset()
    assert all(TicketState.SOLVED in TRANSITIONS[state] for state in UNSOLVED)


def test_solving_what_is_solved_is_named() -> None:
    with pytest.raises(TicketAlreadySolved):
        check_transition(replace(NEW, state=TicketState.SOLVED), TicketState.SOLVED)


@pytest.mark.parametrize("number", [0, -1, 7, 2**63, 10**40])
async def test_a_number_that_no_ticket_has_is_unknown(database: Database, number: int) -> None:
    async with database.read() as tx:
        with pytest.raises(TicketUnknown) as caught:
            await tickets.by_id(tx, number)
    assert caught.value.number == number


async def test_a_ticket_is_taken_once(database: Database) -> None:
    async with database.begin() as tx:
        ticket = await factories.ticket(tx)
        first, second = await factories.agent(tx), await factories.agent(tx)
        taken = await tickets.take(tx, ticket.id, first.id)
        again = await tickets.take(tx, ticket.id, second.id)
        kept = await tickets.by_id(tx, ticket.id)

    assert taken == kept == replace(ticket, assignee_id=first.id)
    assert again is None


async def test_a_solved_ticket_is_not_taken(database: Database) -> None:
    async with database.begin() as tx:
        ticket = await factories.ticket(tx, state=TicketState.SOLVED)
        agent = await factories.agent(tx)
        assert await tickets.take(tx, ticket.id, agent.id) is None


async def test_the_story_is_told_in_order(database: Database) -> None:
    async with database.begin() as tx:
        ticket = await factories.ticket(tx)
        agent = await factories.agent(tx)
        for state, minutes in ((TicketState.SOLVED, 1), (TicketState.OPEN, 2), (TicketState.SOLVED, 3)):
            await tickets.add_event(
                tx, ticket.id, EventKind.STATE, now=after(minutes=minutes), agent_id=agent.id, to_state=state
            )
        events = await tickets.events_of(tx, ticket.id)
        last = await tickets.last_solved(tx, ticket.id)

    assert [(event.kind, event.to_state, event.created_at) for event in events] == [
        ("opened", "new", NOW),
        ("state", "solved", after(minutes=1)),
        ("state", "open", after(minutes=2)),
        ("state", "solved", after(minutes=3)),
    ]
    assert last == events[-1]


async def test_the_queue_shows_each_view_the_longest_wait_first(database: Database) -> None:
    async with database.begin() as tx:
        mei = await factories.agent(tx)
        later = await factories.ticket(tx, now=after(minutes=-30))
        urgent = await factories.ticket(tx, now=after(minutes=-20), priority=Priority.URGENT)
        mine = await factories.ticket(tx, now=after(hours=-2), state=TicketState.OPEN, assignee_id=mei.id)
        answered = await factories.ticket(tx, now=after(hours=-9), state=TicketState.PENDING, waiting_since=None)
        await factories.ticket(tx, now=after(hours=-9), state=TicketState.SOLVED)

        async def seen(view: QueueView) -> list[int]:
            found = await queues.page(tx, view, mei.id, NOW, limit=10)
            assert await queues.count(tx, view, mei.id, NOW) == len(found)
            return [ticket.id for ticket in found]

        assert await seen(QueueView.ALL) == [mine.id, later.id, urgent.id, answered.id]
        assert await seen(QueueView.MINE) == [mine.id]
        assert await seen(QueueView.UNASSIGNED) == [later.id, urgent.id, answered.id]
        assert await seen(QueueView.OVERDUE) == [mine.id, urgent.id]
        second = await queues.page(tx, QueueView.ALL, mei.id, NOW, limit=2, offset=2)

    assert [ticket.id for ticket in second] == [urgent.id, answered.id]


@pytest.mark.parametrize(
    ("priority", "minutes"), [(Priority.URGENT, 15), (Priority.HIGH, 30), (Priority.NORMAL, 60), (Priority.LOW, 240)]
)
def test_a_ticket_is_overdue_past_its_target(priority: Priority, minutes: int) -> None:
    ticket = replace(NEW, priority=priority)
    target = NOW + timedelta(minutes=minutes)

    assert not queues.is_overdue(ticket, target)
    assert queues.is_overdue(ticket, target + timedelta(seconds=1))
    assert not queues.is_overdue(replace(ticket, waiting_since=None), target + timedelta(days=1))
