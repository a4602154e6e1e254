"""Updates come in: stored before they are confirmed, worked off in order, put aside when poisoned."""

import asyncio
import json
import sqlite3
from pathlib import Path

import aiohttp
from sqlalchemy import select

from bot.crm.communications import Direction, communications
from bot.crm.updates import updates
from tests.e2e.conftest import Desk, Opening


async def test_what_is_written_while_the_bot_is_down_is_answered_in_order(open_desk: Opening) -> None:
    desk = await open_desk(start=False)
    written = [(await desk.anna.writes(f"Where is my order? {number}"))["message_id"] for number in range(5)]

    await desk.start_bot()
    await desk.settled()

    heard = await desk.rows(
        select(communications.c.message_id)
        .where(communications.c.direction == Direction.IN)
        .order_by(communications.c.id)
    )
    assert [row.message_id for row in heard] == written
    assert len(desk.anna.unread()) == 5


async def test_nothing_is_confirmed_that_is_not_stored(desk: Desk) -> None:
    message = await desk.anna.writes("Where is my order?")
    await desk.settled()

    rows = await desk.rows(select(updates.c.payload, updates.c.done_at, updates.c.lane))

    assert [json.loads(row.payload)["message"]["message_id"] for row in rows] == [message["message_id"]]
    assert [row.lane for row in rows] == [desk.anna.id]
    assert rows[0].done_at is not None


async def test_an_update_that_comes_again_is_recognised(desk: Desk) -> None:
    await desk.anna.writes("Where is my order?")
    await desk.settled()
    (row,) = await desk.rows(select(updates.c.payload))

    await desk.app.lanes.store([json.loads(row.payload)])
    await desk.settled()

    assert len(await desk.rows(select(updates))) == 1
    assert len(desk.anna.unread()) == 1


async def test_undone_updates_come_first_at_start(desk: Desk) -> None:
    await desk.anna.writes("Where is my order?")
    await desk.settled()
    await desk.anna.reads()
    await desk.stop_bot()
    await _sql(
        desk, "UPDATE updates SET done_at = NULL, worker = 'gone:1:0'; DELETE FROM communications; DELETE FROM outbox"
    )

    await desk.start_bot()
    await desk.settled()

    assert len(desk.anna.unread()) == 1


async def test_a_poisoned_update_is_put_aside_with_its_error_and_its_lane_moves_on(desk: Desk) -> None:
    await _sql(
        desk,
        "CREATE TRIGGER poison BEFORE INSERT ON communications WHEN NEW.text = 'poison' "
        "BEGIN SELECT RAISE(ABORT, 'cannot be kept'); END",
    )
    await desk.anna.writes("poison")
    await desk.anna.writes("Where is my order?")
    await desk.settled()

    rows = await desk.rows(select(updates).order_by(updates.c.update_id))
    assert [(row.attempts, row.failed_at is None, row.done_at is None) for row in rows] == [
        (3, False, True),
        (0, True, False),
    ]
    assert "cannot be kept" in rows[0].error
    apology, answer = await desk.anna.reads(2)
    assert apology.startswith("😔 Something went wrong on our side.")
    assert "order" in answer
    (report,) = [message["text"] for message in desk.group.messages if "put it aside" in message.get("text", "")]
    assert "Anna" in report
    assert "“poison”" in report


async def test_a_locked_database_delays_and_loses_nothing_and_the_customer_is_told_once(desk: Desk) -> None:
    await desk.anna.writes("hello")
    await desk.settled()
    await desk.anna.reads()
    lock = sqlite3.connect(_file(desk), isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    try:
        await desk.anna.writes("Where is my order?")
        await desk.play.until(lambda: len(desk.anna.unread()) == 1, timeout=20)
        assert len(desk.play.pending_updates) == 1  # not stored, so not confirmed
        await desk.anna.writes("我的订单到哪了？")
    finally:
        lock.execute("ROLLBACK")
        lock.close()
    await desk.settled()

    told, *answers = await desk.anna.reads(3)
    assert told.startswith("⏳ This takes a little longer than usual.")
    assert len(answers) == 2
    assert not any(text.startswith("⏳") for text in answers)
    assert len(await desk.rows(select(updates).where(updates.c.done_at.is_not(None)))) == 3


async def test_stop_finishes_what_runs_and_sends_what_is_queued(desk: Desk) -> None:
    for number in range(20):
        await desk.anna.writes(f"Where is my order? {number}")
    await desk.play.until(lambda: not desk.play.pending_updates)

    await desk.stop_bot()

    stored = len(await _count(desk, "SELECT update_id FROM updates"))
    done = await _count(desk, "SELECT update_id FROM updates WHERE done_at IS NOT NULL")
    unsent = await _count(desk, "SELECT id FROM outbox WHERE settled_at IS NULL")
    claimed = await _count(desk, "SELECT update_id FROM updates WHERE done_at IS NULL AND worker IS NOT NULL")
    assert stored == 20
    assert len(desk.anna.unread()) == len(done)
    assert (unsent, claimed) == ([], [])
    await desk.start_bot()
    await desk.settled()
    assert len(desk.anna.unread()) == 20


async def test_the_webhook_answers_200_only_once_stored_and_only_to_telegram(
    open_desk: Opening, unused_tcp_port: int
) -> None:
    url = f"http://127.0.0.1:{unused_tcp_port}/telegram"
    desk = await open_desk(webhook_url=url, webhook_port=unused_tcp_port)
    await desk.anna.writes("Where is my order?")
    await desk.settled()

    assert len(desk.anna.unread()) == 1
    assert len(await desk.rows(select(updates))) == 1
    async with aiohttp.ClientSession() as stranger:
        forged = {"update_id": 999_999, "message": {"text": "hi"}}
        async with stranger.post(url, json=forged) as response:
            assert response.status == 403
        async with stranger.post(url, json=forged, headers={"X-Telegram-Bot-Api-Secret-Token": "é"}) as response:
            assert response.status == 403
    assert len(await desk.rows(select(updates))) == 1


async def test_lanes_work_side_by_side(desk: Desk) -> None:
    people = [desk.play.person(f"Customer {number}", language_code="en") for number in range(30)]
    for person in people:
        person.account.started = True
    await asyncio.gather(*(person.writes(f"Where is my order? {turn}") for turn in range(4) for person in people))
    await desk.settled()

    assert {len(person.unread()) for person in people} == {4}


def _file(desk: Desk) -> Path:
    return Path(desk.settings.database_url.removeprefix("sqlite+aiosqlite:///"))


async def _sql(desk: Desk, script: str) -> None:
    """Do something to the database behind the bot's back, beside it: it may be in the middle of a transaction."""

    def do() -> None:
        connection = sqlite3.connect(_file(desk))
        connection.executescript(script)
        connection.close()

    await asyncio.to_thread(do)


async def _count(desk: Desk, query: str) -> list[tuple[int]]:
    """Ask the database of a bot that is stopped."""
    connection = sqlite3.connect(_file(desk))
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()
