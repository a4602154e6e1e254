"""What fails on our side again and again: put aside, reported, and never in the way of what comes after it."""

import asyncio
import json
import sqlite3

import pytest
from sqlalchemy import select

from bot.crm.audit import audit_events
from bot.crm.communications import Direction, communications
from bot.crm.updates import updates
from bot.playground.messages import text_of
from tests.e2e.conftest import Desk, Opening
from tests.e2e.tickets import in_topic, opens_ticket

POISON = (
    "CREATE TRIGGER poison BEFORE INSERT ON communications WHEN NEW.text = 'poison' "
    "BEGIN SELECT RAISE(ABORT, 'cannot be kept'); END;"
)
NO_REPORT = (
    "CREATE TRIGGER silence BEFORE INSERT ON audit_events WHEN NEW.action = 'update_failed' "
    "BEGIN SELECT RAISE(ABORT, 'nor can that'); END;"
)
NUL = "s-\x00take:1"


async def _sql(desk: Desk, script: str) -> None:
    """Do something to the database behind the bot's back, beside it: it may be in the middle of a transaction."""

    def do() -> None:
        connection = sqlite3.connect(desk.settings.database_url.removeprefix("sqlite+aiosqlite:///"))
        connection.executescript(script)
        connection.close()

    await asyncio.to_thread(do)


async def _ended(desk: Desk) -> list[tuple[int, bool, bool]]:
    """Of every update: (attempts, is done, has failed)."""
    rows = await desk.rows(select(updates).order_by(updates.c.update_id))
    return [(row.attempts, row.done_at is not None, row.failed_at is not None) for row in rows]


async def test_a_report_that_fails_too_does_not_end_the_lane(desk: Desk) -> None:
    await _sql(desk, POISON + NO_REPORT)
    for text in ("poison", "Where is my order?", "poison", "How do I pay?"):
        await desk.anna.writes(text)
    await desk.settled()

    assert await _ended(desk) == [(3, False, True), (0, True, False), (3, False, True), (0, True, False)]
    assert len(desk.anna.unread()) == 2


async def test_poison_in_the_topic_is_reported_and_the_next_reply_arrives(desk: Desk) -> None:
    thread = await in_topic(desk, desk.anna)
    await _sql(desk, POISON)
    await desk.carla.writes("poison", chat=desk.group, thread=thread)
    await desk.carla.writes("Hello", chat=desk.group, thread=thread)
    await desk.settled()

    assert await desk.anna.reads() == ["Hello"]
    assert desk.anna.unread() == []
    (report,) = [text_of(one) for one in desk.group.messages if "put it aside" in text_of(one)]
    assert report.startswith("🛑 I could not handle a message from Carla")


async def test_what_was_put_aside_is_not_tried_again_at_the_next_start(desk: Desk) -> None:
    await _sql(desk, POISON)
    await desk.anna.writes("poison")
    await desk.settled()
    await desk.anna.reads()
    await desk.restart()
    await desk.settled()

    assert await _ended(desk) == [(3, False, True)]
    assert desk.anna.unread() == []


@pytest.mark.postgres
async def test_postgresql_too_keeps_what_is_strange(postgres_url: str, open_desk: Opening) -> None:
    """It takes no NUL in a text and no number beyond 64 bits, where SQLite takes both or fails in its own way."""
    desk = await open_desk(database_url=postgres_url)
    await opens_ticket(desk, desk.anna)
    sent = desk.anna.sees()[-1]
    desk.wang.user["username"] = "wang\x00fang"
    user = desk.wang.user | {"first_name": "王\x00", "last_name": "\x00"}
    for number, text in enumerate(("a\x00b penguin", "\x00", "/\x00fly", "/ticket \x00", "/queue \x00", "/take\x00 1")):
        about = {"message_id": 7000 + number, "date": 1, "chat": desk.wang.chat().public(), "from": user, "text": text}
        await desk.app.lanes.store([{"update_id": 990_000_000 + number, "message": about}])
    for person in (desk.wang, desk.carla):
        for number, data in enumerate(
            (NUL, "\x00", "s-take:9223372036854775808", "talk:9223372036854775807", "pick:1:\x00")
        ):
            about = {"id": f"{person.id}{number}", "from": person.user, "chat_instance": "1", "data": data}
            desk.play.world.updates.push("callback_query", about | {"message": sent})
    for text in (
        "/find a\x00b",
        "/customer \x00",
        "/note 1 a\x00b",
        "/assign 1 \x00",
        "/take 9223372036854775808",
        "/\x00",
    ):
        await desk.carla.writes(text)
    await desk.settled()

    failed = await desk.rows(select(updates.c.payload, updates.c.error).where(updates.c.done_at.is_(None)))
    assert [(json.loads(row.payload), row.error) for row in failed] == []
    heard = await desk.rows(select(communications.c.text).where(communications.c.direction == Direction.IN))
    assert "ab penguin" in [row.text for row in heard]
    kept = await desk.rows(select(audit_events.c.detail).where(audit_events.c.action == "staff_button_refused"))
    assert "s-take:1" in [row.detail for row in kept]
