"""The numbers of a report, against small records made by hand."""

from datetime import UTC, datetime, timedelta

from bot.crm import reports
from bot.crm.agents import Agent
from bot.crm.communications import Decision, Direction
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
