"""The queries of reports against a slow computation that is written differently, on made-up records."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert

from bot.crm import reports
from bot.crm.agents import Agent
from bot.crm.communications import Decision, Direction, Kind, communications
from bot.crm.customers import Customer
from bot.crm.reports import CONVERSATION_GAP, Bounds, Conversations
from bot.database import Database
from bot.transactions import Transaction
from tests import factories
from tests.crm.test_reports import DAY, HOUR, reopen, solve


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
    dice = random.Random(seed)
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
