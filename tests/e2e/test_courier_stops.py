"""The bot goes and comes back: what was queued is sent, and what may have been sent is marked."""

import sqlite3
from datetime import timedelta

import pytest

from bot.clock import utc_now
from bot.courier import courier
from tests.e2e.conftest import Desk, Opening
from tests.e2e.posts import (
    PENDING,
    SENDING,
    SENT,
    Fate,
    fates,
    let_in,
    numbered,
    queue,
    queue_behind_its_back,
    received,
)

FINE = Fate(SENT, possibly_repeated=False, error=None)


async def test_what_was_queued_while_the_bot_was_down_is_sent_at_start_in_order(open_desk: Opening) -> None:
    desk = await open_desk(start=False)
    let_in(desk.anna, desk.wang)
    await queue_behind_its_back(desk, desk.anna.id, *numbered(5))
    await queue_behind_its_back(desk, desk.wang.id, "hello")

    await desk.start_bot()
    await desk.settled()

    assert received(desk.anna) == numbered(5)
    assert received(desk.wang) == ["hello"]
    assert await fates(desk) == [FINE] * 6


async def test_what_was_on_its_way_at_a_crash_is_sent_once_more_and_marked(open_desk: Opening) -> None:
    desk = await open_desk(start=False)
    let_in(desk.anna, desk.wang)
    await queue_behind_its_back(desk, desk.anna.id, *numbered(3))
    _sql(desk, "UPDATE outbox SET state = 'sending', worker = 'gone:1:0' WHERE id <= 2")

    await desk.start_bot()
    await desk.settled()

    assert received(desk.anna) == numbered(3)
    assert [fate.possibly_repeated for fate in await fates(desk)] == [True, True, False]


async def test_a_post_goes_out_when_it_is_due_and_holds_back_its_chat_only(desk: Desk) -> None:
    let_in(desk.anna, desk.wang)
    due_at = utc_now() + timedelta(seconds=0.7)
    await queue(desk, desk.anna.id, "now")
    await queue(desk, desk.anna.id, "then", due_at=due_at)
    await queue(desk, desk.anna.id, "afterwards")
    await queue(desk, desk.wang.id, "hello")
    await desk.play.until(lambda: received(desk.wang) == ["hello"])
    assert received(desk.anna) == ["now"]

    await desk.play.until(lambda: len(received(desk.anna)) == 3)

    assert received(desk.anna) == ["now", "then", "afterwards"]
    call = next(call for call in desk.play.calls("sendMessage") if call.params["text"] == "then")
    assert 0 <= call.at - due_at.timestamp() < 0.5


async def test_stop_gives_back_what_was_not_sent(open_desk: Opening, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(courier, "LAST_MAIL_S", 0.2)
    desk = await open_desk(sends_per_second_chat=2)
    let_in(desk.anna, desk.wang)
    await queue(desk, desk.anna.id, *numbered(8))
    await desk.play.until(lambda: received(desk.anna))

    await desk.stop_bot()

    sent = len(received(desk.anna))
    assert 4 <= sent < 8
    assert [fate.state for fate in await fates(desk)] == [SENT] * sent + [PENDING] * (8 - sent)
    assert _sql(desk, "SELECT count(*) FROM outbox WHERE settled_at IS NULL AND worker IS NOT NULL") == [(0,)]
    await desk.start_bot()
    await desk.settled()
    assert received(desk.anna) == numbered(8)
    assert await fates(desk) == [FINE] * 8


async def test_a_call_that_the_stop_cuts_off_may_have_arrived(
    open_desk: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(courier, "LAST_MAIL_S", 0.2)
    desk = await open_desk()
    let_in(desk.anna, desk.wang)
    desk.play.faults.order("hang", "sendMessage")
    await queue(desk, desk.anna.id, *numbered(2))
    await desk.play.until(lambda: desk.play.calls("sendMessage"))

    await desk.stop_bot()
    assert [fate.state for fate in await fates(desk)] == [SENDING, PENDING]
    await desk.start_bot()
    await desk.settled()

    assert received(desk.anna) == numbered(2)
    assert [fate.possibly_repeated for fate in await fates(desk)] == [True, False]


def _sql(desk: Desk, statement: str) -> list[tuple[object, ...]]:
    """Look at, or into, the database of a bot that is stopped."""
    connection = sqlite3.connect(desk.settings.database_url.removeprefix("sqlite+aiosqlite:///"))
    try:
        with connection:
            return connection.execute(statement).fetchall()
    finally:
        connection.close()
