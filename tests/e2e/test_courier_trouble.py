"""The network and Telegram fail for a while: order is kept, silence is kept, nothing is lost."""

from datetime import timedelta

import pytest
from sqlalchemy import text as sql

from bot.clock import utc_now
from bot.crm import outbox
from bot.crm.outbox import SendPriority
from tests.e2e.conftest import Desk
from tests.e2e.posts import FAILED, SENT, Fate, fates, let_in, numbered, queue, received, without_repeats


@pytest.mark.parametrize("trouble", ["500", "502", "cut", "cut_after"])
async def test_a_chat_reads_in_order_and_what_may_have_arrived_is_marked(desk: Desk, trouble: str) -> None:
    let_in(desk.anna, desk.wang)
    desk.play.faults.order(trouble, "sendMessage", times=2)

    anna = await queue(desk, desk.anna.id, *numbered(6))
    wang = await queue(desk, desk.wang.id, *numbered(6))
    await desk.settled()

    assert without_repeats(received(desk.anna)) == numbered(6)
    assert without_repeats(received(desk.wang)) == numbered(6)
    repeats = len(received(desk.anna)) + len(received(desk.wang)) - 12
    assert repeats == (2 if trouble == "cut_after" else 0)
    found = await fates(desk, *anna, *wang)
    assert {fate.state for fate in found} == {SENT}
    assert 1 <= sum(fate.possibly_repeated for fate in found) <= 2


async def test_all_troubles_at_once(desk: Desk) -> None:
    people = [desk.anna, desk.wang, desk.ming]
    let_in(*people)
    for trouble in ("500", "429", "cut", "502", "cut_after", "429"):
        desk.play.faults.order(trouble, "sendMessage")

    for person in people:
        await queue(desk, person.id, *numbered(12))
    await desk.settled()

    assert [without_repeats(received(person)) for person in people] == [numbered(12)] * 3
    assert {fate.state for fate in await fates(desk)} == {SENT}


async def test_a_chat_is_silent_as_long_as_telegram_asks(desk: Desk) -> None:
    let_in(desk.anna, desk.wang)
    desk.play.faults.order("429", "sendMessage", retry_after=2)

    posts = await queue(desk, desk.anna.id, *numbered(3))
    await desk.play.until(lambda: desk.play.calls("sendMessage"))
    await queue(desk, desk.wang.id, "hello")
    await desk.settled()

    refused, *sent = [call for call in desk.play.calls("sendMessage") if call.params["chat_id"] == desk.anna.id]
    (other,) = [call for call in desk.play.calls("sendMessage") if call.params["chat_id"] == desk.wang.id]
    assert refused.error == "429"
    assert [call.params["text"] for call in sent] == numbered(3)
    assert 2 <= sent[0].at - refused.at < 4
    assert other.at < sent[0].at
    assert await fates(desk, *posts) == [Fate(SENT, possibly_repeated=False, error=None)] * 3


async def test_a_fault_of_ours_in_the_consequences_stops_no_chat_and_sends_nothing_twice(desk: Desk) -> None:
    async with desk.database.begin() as tx:
        await tx.execute(
            sql(
                "CREATE TRIGGER fault BEFORE UPDATE OF message_id ON communications "
                "BEGIN SELECT RAISE(ABORT, 'cannot be kept'); END"
            )
        )

    await desk.anna.writes("Where is my order?")
    await desk.settled()
    await queue(desk, desk.anna.id, "still here?")
    await desk.settled()

    answer, after = received(desk.anna)
    assert "order" in answer
    assert after == "still here?"
    assert {fate.state for fate in await fates(desk)} == {SENT}


async def test_a_call_that_never_can_be_made_is_put_aside(desk: Desk) -> None:
    let_in(desk.anna)
    (post,) = await queue(desk, desk.anna.id, "x" * 5000, priority=SendPriority.DESK)
    (later,) = await queue(desk, desk.anna.id, "hello")
    await desk.settled()

    assert received(desk.anna) == ["hello"]
    failed, sent = await fates(desk, post, later)
    assert (failed.state, failed.error) == ("failed", "Bad Request: message is too long")
    assert sent.state == SENT


async def test_a_post_that_telegram_fails_on_for_a_day_holds_its_chat_up_no_more(desk: Desk) -> None:
    let_in(desk.anna)
    desk.play.faults.order("500", "sendMessage")
    async with desk.database.begin() as tx:
        await outbox.queue(tx, desk.anna.id, "sendMessage", {"text": "old"}, now=utc_now() - timedelta(days=1, hours=1))
    await queue(desk, desk.anna.id, "new")
    await desk.settled()

    assert received(desk.anna) == ["new"]
    assert [(fate.state, fate.error) for fate in await fates(desk)] == [
        (FAILED, "Internal Server Error"),
        (SENT, None),
    ]
