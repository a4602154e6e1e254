"""Telegram's real limits, kept by the bot: no 429, and people before broadcasts."""

import pytest

from bot.courier import courier
from bot.crm.outbox import SendPriority
from tests.e2e.conftest import Desk, Opening
from tests.e2e.posts import fates, let_in, numbered, queue, received, shown_in

TELEGRAMS = {"sends_per_second": 30, "sends_per_second_chat": 1, "sends_per_minute_group": 20}


async def limited(open_desk: Opening) -> Desk:
    desk = await open_desk(**TELEGRAMS)
    desk.play.limits.enabled = True
    return desk


async def test_a_burst_to_many_chats_meets_no_429(open_desk: Opening) -> None:
    desk = await limited(open_desk)
    people = [desk.play.person(f"Customer {number}") for number in range(12)]
    let_in(*people)

    for person in people:
        for number in range(5):
            await person.writes(f"Where is my order? {number}")
    await queue(desk, desk.group.id, *numbered(20), priority=SendPriority.DESK)
    await desk.settled()

    assert [len(received(person)) for person in people] == [5] * 12
    assert shown_in(desk.group) == numbered(20)
    assert desk.play.limits.refusals == 0


async def test_a_group_is_written_to_twenty_times_a_minute(open_desk: Opening, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(courier, "LAST_MAIL_S", 0.1)
    desk = await limited(open_desk)
    let_in(desk.anna)
    await queue(desk, desk.group.id, *numbered(30))
    await desk.play.until(lambda: len(shown_in(desk.group)) == 20)

    await queue(desk, desk.anna.id, "hello")  # goes by all that waits for the group
    await desk.play.until(lambda: received(desk.anna), timeout=1)
    await desk.stop_bot()

    assert shown_in(desk.group) == numbered(20)
    assert desk.play.limits.refusals == 0


async def test_a_broadcast_makes_no_person_wait(open_desk: Opening, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(courier, "LAST_MAIL_S", 0.1)
    desk = await limited(open_desk)
    await desk.anna.writes("hello")
    await desk.settled()
    await desk.anna.reads()
    readers = [desk.play.person(f"Reader {number}") for number in range(200)]
    let_in(*readers)
    for reader in readers:
        await queue(desk, reader.id, "Our summer sale has begun.", priority=SendPriority.BROADCAST)
    await desk.play.until(lambda: sum(bool(received(reader)) for reader in readers) >= 10)

    await desk.anna.writes("Where is my order?")
    await desk.anna.reads()

    assert sum(bool(received(reader)) for reader in readers) < 200  # she went before most of them
    assert desk.play.limits.refusals == 0


async def test_a_long_broadcast_reaches_everybody_once(open_desk: Opening) -> None:
    desk = await open_desk()
    readers = [desk.play.person(f"Reader {number}") for number in range(400)]
    let_in(*readers)
    for reader in readers:
        await queue(desk, reader.id, "Our summer sale has begun.", priority=SendPriority.BROADCAST)
    await desk.settled()

    assert [received(reader) for reader in readers] == [["Our summer sale has begun."]] * 400
    assert {fate.possibly_repeated for fate in await fates(desk)} == {False}
