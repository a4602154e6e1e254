"""The database goes away and comes back, on PostgreSQL as in life: nothing is lost, nothing is done twice."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import func, make_url, select, text
from sqlalchemy.ext.asyncio import create_async_engine

from bot.crm.communications import Direction, communications
from bot.crm.outbox import OutboxState, outbox
from bot.crm.tickets import tickets
from bot.crm.updates import updates
from bot.errors import DatabaseUnavailable
from tests.e2e.conftest import Desk, Opening
from tests.e2e.tickets import in_topic

pytestmark = pytest.mark.postgres

LATER = "⏳ This takes a little longer than usual."


@asynccontextmanager
async def away(url: str) -> AsyncIterator[None]:
    """The server takes no connection to this database, and those that there are end."""
    name = make_url(url).database
    engine = create_async_engine(make_url(url).set(database="postgres"), isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false"))
        await connection.execute(_CUT, {"name": name})
        try:
            yield
        finally:
            await connection.execute(text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true"))
    await engine.dispose()


_CUT = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name AND pid <> pg_backend_pid()")


async def cut(url: str) -> None:
    """Every connection to this database ends; new ones are taken at once."""
    engine = create_async_engine(make_url(url).set(database="postgres"), isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(_CUT, {"name": make_url(url).database})
    await engine.dispose()


async def _heard(desk: Desk) -> list[str]:
    rows = await desk.rows(
        select(communications.c.text).where(communications.c.direction == Direction.IN).order_by(communications.c.id)
    )
    return [row.text for row in rows]


async def _is_whole(desk: Desk) -> None:
    """Everything that came is done, everything that was queued is sent."""
    undone = await desk.rows(select(updates.c.update_id, updates.c.error).where(updates.c.done_at.is_(None)))
    unsent = await desk.rows(select(outbox.c.id, outbox.c.error).where(outbox.c.state != OutboxState.SENT))
    assert (undone, unsent) == ([], [])


async def test_gone_for_some_seconds_nothing_is_lost_and_each_customer_is_told_once(
    postgres_url: str, open_desk: Opening
) -> None:
    desk = await open_desk(database_url=postgres_url)
    await desk.anna.writes("hello")
    await desk.settled()
    await desk.anna.reads()
    async with away(postgres_url):
        await desk.anna.writes("Where is my order? 1")
        await desk.play.until(lambda: len(desk.anna.unread()) == 1, timeout=20)
        assert len(desk.play.pending_updates) == 1  # not stored, so not confirmed
        await desk.anna.writes("Where is my order? 2")
        await desk.wang.writes("我的订单到哪了？")
    await desk.settled()

    told, *answers = await desk.anna.reads(3)
    assert told.startswith(LATER)
    assert [answer.startswith(LATER) for answer in answers] == [False, False]
    assert desk.anna.unread() == []
    assert [text for text in await _heard(desk) if "order" in text] == ["Where is my order? 1", "Where is my order? 2"]
    assert len(await desk.wang.reads()) == 1
    await _is_whole(desk)


async def test_connections_cut_in_the_middle_of_a_load_lose_nothing_and_double_nothing(
    postgres_url: str, open_desk: Opening
) -> None:
    desk = await open_desk(database_url=postgres_url)
    people = [desk.play.person(f"Customer {number}") for number in range(12)]
    for turn in range(6):
        for person in people:
            await person.writes(f"Where is my order? {turn}")
        await desk.play.until(lambda: len(desk.play.calls("sendMessage")) > 0)
        await cut(postgres_url)
    await desk.settled()

    ((count,),) = await desk.rows(
        select(func.count()).select_from(communications).where(communications.c.direction == Direction.IN)
    )
    assert count == 72
    twice = len(await desk.rows(select(outbox.c.id).where(outbox.c.possibly_repeated)))
    sent = sum(len(person.unread()) for person in people)
    assert 72 <= sent <= 72 + twice
    for person in people:
        lane = select(communications.c.text).where(
            communications.c.chat_id == person.id, communications.c.direction == Direction.IN
        )
        rows = await desk.rows(lane.order_by(communications.c.id))
        assert [row.text for row in rows] == [f"Where is my order? {turn}" for turn in range(6)]
    await _is_whole(desk)


async def test_gone_while_the_courier_sends_what_was_sent_is_not_sent_again(
    postgres_url: str, open_desk: Opening
) -> None:
    desk = await open_desk(database_url=postgres_url)
    thread = await in_topic(desk, desk.anna)
    desk.play.faults.order("429", method="copyMessage", times=1, retry_after=1)
    for number in range(3):
        await desk.carla.writes(f"reply {number}", chat=desk.group, thread=thread)
    await desk.play.until(lambda: any(entry.error == "429" for entry in desk.play.calls("copyMessage")))
    async with away(postgres_url):
        await desk.play.until(lambda: len(desk.anna.unread()) >= 1, timeout=10)
    await desk.settled()

    assert await desk.anna.reads(3) == ["reply 0", "reply 1", "reply 2"]
    assert desk.anna.unread() == []
    rows = await desk.rows(
        select(communications.c.message_id).where(communications.c.agent_id.is_not(None)).order_by(communications.c.id)
    )
    assert all(row.message_id is not None for row in rows)
    await _is_whole(desk)


async def test_gone_while_buttons_are_pressed_and_a_ticket_opened(postgres_url: str, open_desk: Opening) -> None:
    desk = await open_desk(database_url=postgres_url)
    await desk.anna.writes("Where is my order?")
    (answer,) = await desk.anna.reads_messages()
    async with away(postgres_url):
        press = asyncio.create_task(desk.anna.presses("Talk to a person 🙋", answer, timeout=30))
        await desk.olivia.writes("/report today")
        await desk.play.until(lambda: len(desk.play.pending_updates) == 2)
    pressed = await press
    await desk.settled()

    assert pressed.text == "Your ticket is #1."
    assert len(await desk.rows(select(tickets))) == 1
    assert ["photo" in one for one in desk.olivia.unread()] == [True]
    await _is_whole(desk)


async def test_the_bot_says_so_when_the_database_is_away_at_start(
    postgres_url: str, open_desk: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.migrating.PAUSE_S", 0.05)
    desk = await open_desk(start=False, database_url=postgres_url)
    await desk.anna.writes("Where is my order?")
    async with away(postgres_url):
        with pytest.raises(DatabaseUnavailable):
            await desk.start_bot()
    await desk.start_bot()
    await desk.settled()

    assert len(await desk.anna.reads()) == 1
