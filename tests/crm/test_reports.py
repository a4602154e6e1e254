"""The numbers of a report, against hand-made records and against a slow computation that is written differently."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert

from bot.crm import reports
from bot.crm.agents import Agent
from bot.crm.communications import Decision, Direction, Kind, communications
from bot.crm.customers import Customer
from bot.crm.reports import CONVERSATION_GAP, Bounds, Conversations
from bot.crm.tickets import EventKind, TicketState, add_event
from bot.database import Database
from bot.transactions import Transaction
from tests import factories
from tests.factories import NOW, after

DAY = Bounds(datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 3, tzinfo=UTC))
HOUR = timedelta(hours=1)


# What the numbers mean, by example


async def test_a_period_holds_its_start_and_not_its_end(database: Database) -> None:
    async with database.begin() as tx:
        for at in (DAY.start - timedelta(microseconds=1), DAY.start, DAY.end - timedelta(microseconds=1), DAY.end):
            customer = await factories.customer(tx, now=at)
            await factories.communication(tx, customer, now=at)
            await factories.ticket(tx, customer, now=at)
        assert await reports.new_customers(tx, DAY) == 2
        assert await reports.messages(tx, [DAY], Direction.IN) == [2]
        assert await reports.messages(tx, [DAY], Direction.OUT) == [0]
        assert await reports.opened(tx, [DAY]) == [2]
        assert (await reports.conversations(tx, DAY)).begun == 2


async def test_messages_and_tickets_fall_into_slots_of_any_length(database: Database) -> None:
    slots = [
        Bounds(after(), after(minutes=30)),
        Bounds(after(minutes=30), after(hours=2)),
        Bounds(after(hours=2), after(hours=3)),
    ]
    async with database.begin() as tx:
        anna = await factories.customer(tx)
        for minutes in (0, 29, 30, 119, 180):
            await factories.communication(tx, anna, now=after(minutes=minutes))
            await factories.communication(tx, anna, direction=Direction.OUT, now=after(minutes=minutes + 20))
            await factories.communication(tx, anna, direction=Direction.INTERNAL, now=after(minutes=minutes))
        ticket = await factories.ticket(tx, anna, now=after(minutes=40))
        for minutes in (50, 60, 150):  # solved twice in the second slot
            await solve(tx, ticket.id, after(minutes=minutes))
        assert await reports.messages(tx, slots, Direction.IN) == [2, 2, 0]
        assert await reports.messages(tx, slots, Direction.OUT) == [1, 2, 1]
        assert await reports.opened(tx, slots) == [0, 1, 0]
        assert await reports.solved(tx, slots) == [0, 1, 1]


async def test_the_backlog_is_what_is_unsolved_now_by_age(database: Database) -> None:
    days = [timedelta(days=n) for n in (1, 3, 7)]
    async with database.begin() as tx:
        for age, state in [
            (0.5, TicketState.NEW),
            (0.9, TicketState.SOLVED),
            (1, TicketState.OPEN),
            (2.9, TicketState.PENDING),
            (6, TicketState.CLOSED),
            (7, TicketState.ON_HOLD),
            (90, TicketState.OPEN),
        ]:
            await factories.ticket(tx, state=state, now=after(days=-age))
        assert await reports.backlog(tx, NOW, days) == [1, 2, 0, 2]


async def test_a_conversation_begins_after_more_than_a_day_of_silence(database: Database) -> None:
    async with database.begin() as tx:
        anna = await factories.customer(tx)
        first = DAY.start - timedelta(hours=20)
        for at in (first, first + CONVERSATION_GAP, first + 2 * CONVERSATION_GAP + timedelta(seconds=1)):
            await factories.communication(tx, anna, now=at)
        await factories.communication(
            tx, anna, direction=Direction.OUT, now=DAY.start + HOUR
        )  # the bot's word begins none
        week = Bounds(DAY.start - timedelta(days=6), DAY.end + timedelta(days=1))
        assert (await reports.conversations(tx, DAY)).begun == 0
        assert (await reports.conversations(tx, week)).begun == 2


async def test_the_bots_part_counts_conversations_not_messages(database: Database) -> None:
    async with database.begin() as tx:
        for decisions in [
            [Decision.ANSWER, Decision.ANSWER, Decision.SMALL_TALK],  # answered
            [Decision.SUGGEST, Decision.UNSURE, Decision.TICKET],  # handed over
            [Decision.ANSWER, Decision.UNSURE, Decision.TICKET],  # answered, then handed over
            [Decision.TICKET, Decision.TICKET],  # a person's from the start
            [Decision.SMALL_TALK],
        ]:
            customer = await factories.customer(tx)
            ticket = await factories.ticket(tx, customer)
            for minutes, decision in enumerate(decisions):
                linked = ticket.id if decision is Decision.TICKET else None
                at = after(minutes=minutes)
                await factories.communication(tx, customer, now=at, decision=decision, ticket_id=linked)
        assert await reports.conversations(tx, DAY) == Conversations(begun=5, involved=4, answered=2, escalated=2)


async def test_waits_end_with_a_persons_reply_and_begin_anew_when_the_customer_reopens(database: Database) -> None:
    async with database.begin() as tx:
        anna, mei = await factories.customer(tx), await factories.agent(tx)
        ticket = await factories.ticket(tx, anna)

        async def says(minutes: int, direction: Direction, agent: Agent | None = None) -> None:
            await factories.communication(
                tx,
                anna,
                direction=direction,
                now=after(minutes=minutes),
                ticket_id=ticket.id,
                agent_id=agent.id if agent else None,
            )

        await says(0, Direction.IN)
        await says(1, Direction.OUT)  # the bot's own words are no reply
        await says(6, Direction.OUT, mei)  # first: 6
        await says(7, Direction.OUT, mei)  # nobody waited
        await says(10, Direction.IN)
        await says(12, Direction.IN)
        await says(13, Direction.INTERNAL, mei)
        await says(19, Direction.OUT, mei)  # next: 9, of the oldest
        await solve(tx, ticket.id, after(minutes=20))
        await reopen(tx, ticket.id, after(minutes=30))
        await says(30, Direction.IN)
        await says(45, Direction.OUT, mei)  # first again: 15
        await solve(tx, ticket.id, after(minutes=50))
        await reopen(tx, ticket.id, after(minutes=55), mei)  # by a colleague: no customer waits
        await says(57, Direction.OUT, mei)
        assert await reports.first_responses(tx, DAY) == [timedelta(minutes=6), timedelta(minutes=15)]
        assert await reports.next_responses(tx, DAY) == [timedelta(minutes=9)]
        assert await reports.resolutions(tx, DAY) == [timedelta(minutes=50)]
        assert await reports.reopened(tx, DAY) == 1
        before = Bounds(DAY.start, after(minutes=20))  # a look at the period's end: what ended later is not in it
        assert await reports.first_responses(tx, before) == [timedelta(minutes=6)]
        assert await reports.resolutions(tx, before) == []


async def test_nothing_gives_zeros(database: Database) -> None:
    async with database.read() as tx:
        assert await reports.conversations(tx, DAY) == Conversations(0, 0, 0, 0)
        assert await reports.messages(tx, [DAY], Direction.IN) == [0]
        assert await reports.backlog(tx, NOW, [HOUR]) == [0, 0]
        assert await reports.first_responses(tx, DAY) == []
        assert await reports.next_responses(tx, DAY) == []
        assert await reports.resolutions(tx, DAY) == []
        assert await reports.reopened(tx, DAY) == 0


async def solve(tx: Transaction, number: int, at: datetime) -> None:
    await add_event(
        tx, number, EventKind.STATE, now=at, from_state=TicketState.OPEN, to_state=TicketState.SOLVED, agent_id=None
    )


async def reopen(tx: Transaction, number: int, at: datetime, agent: Agent | None = None) -> None:
    by = agent.id if agent else None
    await add_event(
        tx, number, EventKind.STATE, now=at, from_state=TicketState.SOLVED, to_state=TicketState.OPEN, agent_id=by
    )


# The same numbers, slowly


@dataclass
class Said:
    """A message of the made-up record."""

    at: datetime
    customer: int
    direction: Direction
    agent: int | None
    ticket: int | None
    decision: Decision | None


@dataclass
class Story:
    """A made-up record, in plain lists."""

    said: list[Said] = field(default_factory=list)
    opened: dict[int, datetime] = field(default_factory=dict)
    solved: dict[int, list[datetime]] = field(default_factory=dict)
    reopened: dict[int, list[tuple[datetime, bool]]] = field(default_factory=dict)  # (when, by the customer)


async def make_up(tx: Transaction, seed: int) -> Story:
    """Nine days of ten customers, at moments that are all different."""
    dice = random.Random(seed)  # noqa: S311 - a made-up record, not a secret
    moments = iter(dice.sample(range(9 * 86400), 5000))
    mei = await factories.agent(tx)
    people = [await factories.customer(tx) for _ in range(10)]
    story = Story()
    for customer in people:
        tickets = [await _ticket(tx, story, customer, _at(next(moments)), moments, dice, mei) for _ in range(3)]
        for _ in range(dice.randrange(40, 160)):
            direction = dice.choice([Direction.IN, Direction.IN, Direction.OUT, Direction.INTERNAL])
            linked = dice.choice([None, *tickets])
            is_heard = direction is Direction.IN
            decision = dice.choice([None, *Decision]) if is_heard else None
            agent = None if is_heard else dice.choice([None, mei.id, mei.id])
            story.said.append(Said(_at(next(moments)), customer.id, direction, agent, linked, decision))
    rows = [
        {
            "customer_id": said.customer,
            "direction": said.direction,
            "kind": Kind.TEXT,
            "created_at": said.at,
            "agent_id": said.agent,
            "ticket_id": said.ticket,
            "decision": said.decision,
        }
        for said in story.said
    ]
    await tx.execute(insert(communications), rows)
    return story


async def _ticket(
    tx: Transaction,
    story: Story,
    of: Customer,
    opened_at: datetime,
    moments: Iterator[int],
    dice: random.Random,
    mei: Agent,
) -> int:
    ticket = await factories.ticket(tx, of, now=opened_at)
    story.opened[ticket.id] = opened_at
    story.solved[ticket.id], story.reopened[ticket.id] = [], []
    later = sorted(at for at in (_at(next(moments)) for _ in range(4)) if at > opened_at)
    for step, at in enumerate(later):
        if step % 2 == 0:
            await solve(tx, ticket.id, at)
            story.solved[ticket.id].append(at)
        else:
            by_customer = dice.random() < 0.7
            await reopen(tx, ticket.id, at, None if by_customer else mei)
            story.reopened[ticket.id].append((at, by_customer))
    return ticket.id


def _at(second: int) -> datetime:
    return DAY.start - timedelta(days=6) + timedelta(seconds=second)


def slow_conversations(story: Story, period: Bounds) -> Conversations:
    found = []
    for customer in {said.customer for said in story.said}:
        theirs = sorted((said for said in story.said if said.customer == customer), key=lambda said: said.at)
        last_heard = None
        talk: list[Said] | None = None
        for said in theirs:
            if said.direction is Direction.IN:
                if last_heard is None or said.at - last_heard > CONVERSATION_GAP:
                    talk = []
                    found.append(talk)
                last_heard = said.at
            if talk is not None:
                talk.append(said)
    talks = [talk for talk in found if period.start <= talk[0].at < period.end]
    involved = [talk for talk in talks if any(said.decision not in (None, Decision.TICKET) for said in talk)]
    answered = [talk for talk in talks if any(said.decision is Decision.ANSWER for said in talk)]
    escalated = [talk for talk in involved if any(said.ticket is not None for said in talk)]
    return Conversations(len(talks), len(involved), len(answered), len(escalated))


def slow_waits(story: Story, period: Bounds) -> tuple[list[timedelta], list[timedelta]]:
    """First and next responses, by walking through each ticket's story."""
    first, following = [], []
    for ticket, opened_at in story.opened.items():
        steps = [(opened_at, "start")]
        steps += [(at, "start") for at, by_customer in story.reopened[ticket] if by_customer]
        for said in story.said:
            if said.ticket == ticket and said.direction is Direction.IN:
                steps.append((said.at, "in"))
            if said.ticket == ticket and said.direction is Direction.OUT and said.agent is not None:
                steps.append((said.at, "reply"))
        started_at = asked_at = None
        for at, what in sorted(steps):
            if what == "start":
                started_at = at
            elif what == "in":
                asked_at = asked_at or at
            else:
                if started_at is not None:
                    first.append((at, at - started_at))
                elif asked_at is not None:
                    following.append((at, at - asked_at))
                started_at = asked_at = None
    return _ended(first, period), _ended(following, period)


def slow_resolutions(story: Story, period: Bounds) -> list[timedelta]:
    lasts = {
        ticket: [at for at in solved if period.start <= at < period.end] for ticket, solved in story.solved.items()
    }
    return sorted(max(ends) - story.opened[ticket] for ticket, ends in lasts.items() if ends)


def _ended(waits: Sequence[tuple[datetime, timedelta]], period: Bounds) -> list[timedelta]:
    return sorted(wait for at, wait in waits if period.start <= at < period.end)


@pytest.mark.parametrize("seed", range(4))
async def test_the_queries_agree_with_a_slow_computation(database: Database, seed: int) -> None:
    async with database.begin() as tx:
        story = await make_up(tx, seed)
        week = Bounds(DAY.start - timedelta(days=4), DAY.end)
        for period in (DAY, week):
            slots = [Bounds(period.start + hour * HOUR, period.start + (hour + 1) * HOUR) for hour in range(24)]
            assert await reports.conversations(tx, period) == slow_conversations(story, period)
            first, following = slow_waits(story, period)
            assert await reports.first_responses(tx, period) == first
            assert await reports.next_responses(tx, period) == following
            assert await reports.resolutions(tx, period) == slow_resolutions(story, period)
            assert await reports.reopened(tx, period) == sum(
                any(period.start <= at < period.end for at, _ in again) for again in story.reopened.values()
            )
            assert await reports.messages(tx, slots, Direction.OUT) == [
                sum(said.direction is Direction.OUT and slot.start <= said.at < slot.end for said in story.said)
                for slot in slots
            ]
        assert len(first) > 3
        assert len(following) > 3
