"""Telegram fails: it says to wait, breaks, hangs, is cut off before or after it did what was asked."""

import asyncio

import pytest
from sqlalchemy import select

from bot.crm.communications import Direction, communications
from bot.crm.outbox import OutboxState, outbox
from bot.crm.tickets import tickets
from bot.crm.updates import updates
from bot.playground.messages import text_of
from tests.e2e.conftest import Desk, Opening
from tests.e2e.tickets import in_topic, opens_ticket, read_all, topic_of

KINDS = ("429", "500", "502", "hang", "cut", "cut_after")
OPENED = "I've passed this on to our team: ticket #1.\nAnything you add here goes straight to it."


def _soon(desk: Desk) -> None:
    """A call that hangs is given up after a moment here."""
    desk.app.sender.timeout_s = 0.4
    desk.app.bot.session.timeout = 0.4


async def _unsettled(desk: Desk) -> list[tuple[OutboxState, str | None]]:
    rows = await desk.rows(select(outbox.c.state, outbox.c.error).where(outbox.c.state != OutboxState.SENT))
    return [tuple(row) for row in rows]


async def _repeated(desk: Desk) -> list[str]:
    """The methods of the posts that Telegram may have taken twice."""
    rows = await desk.rows(select(outbox.c.method).where(outbox.c.possibly_repeated).order_by(outbox.c.id))
    return sorted(row.method for row in rows)


async def _undone(desk: Desk) -> list[str]:
    rows = await desk.rows(select(updates.c.error).where(updates.c.done_at.is_(None)))
    return [row.error for row in rows]


@pytest.mark.parametrize("kind", KINDS)
async def test_no_answer_is_lost_and_their_order_is_kept(desk: Desk, kind: str) -> None:
    _soon(desk)
    thread = await in_topic(desk, desk.anna)
    desk.play.faults.order(kind, method="sendMessage", times=1)
    desk.play.faults.order(kind, method="copyMessage", times=1)
    for number in range(4):
        await desk.carla.writes(f"reply {number}", chat=desk.group, thread=thread)
    await desk.anna.writes("/tickets")
    await desk.anna.writes("/help")
    await desk.settled()

    got = [text_of(one).splitlines()[0] for one in desk.anna.unread()]
    replies = [text for text in got if text.startswith("reply")]
    repeats = 1 if kind == "cut_after" else 0
    assert sorted(set(replies), key=replies.index) == ["reply 0", "reply 1", "reply 2", "reply 3"]
    assert len(replies) == 4 + repeats
    assert await _unsettled(desk) == []
    is_unsure = kind not in ("429",)
    assert await _repeated(desk) == (["copyMessage", "sendMessage"] if is_unsure else [])
    rows = await desk.rows(
        select(communications.c.text, communications.c.message_id)
        .where(communications.c.agent_id.is_not(None))
        .order_by(communications.c.id)
    )
    assert [row.text for row in rows] == ["reply 0", "reply 1", "reply 2", "reply 3"]
    known = {one["message_id"] for one in desk.anna.sees()}
    assert {row.message_id for row in rows} <= known


@pytest.mark.parametrize("kind", KINDS)
async def test_polling_outlasts_it_and_nothing_comes_twice(
    open_desk: Opening, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr("bot.intake.polling.HOLD_S", 1)
    monkeypatch.setattr("bot.intake.polling.LATE_S", -0.6)
    monkeypatch.setattr("bot.intake.polling.CALM_DOWN_S", (0.05, 0.1))
    desk = await open_desk(start=False)
    desk.play.faults.order(kind, method="getUpdates", times=1 if kind == "429" else 3)
    await desk.start_bot()
    for number in range(5):
        await desk.anna.writes(f"Where is my order? {number}")
    await desk.settled()

    heard = await desk.rows(
        select(communications.c.text).where(communications.c.direction == Direction.IN).order_by(communications.c.id)
    )
    assert [row.text for row in heard] == [f"Where is my order? {number}" for number in range(5)]
    assert len(desk.anna.unread()) == 5


@pytest.mark.parametrize("kind", KINDS)
async def test_a_press_is_answered_all_the_same(desk: Desk, kind: str) -> None:
    _soon(desk)
    await opens_ticket(desk, desk.anna)
    await desk.settled()
    shown = next(one for one in desk.group.messages if "reply_markup" in one)
    desk.play.faults.order(kind, method="answerCallbackQuery", times=1)
    answer = await desk.carla.presses_old("s-take:1", shown)
    await desk.settled()

    assert answer.text == "✋ #1 is yours."
    assert [row.assignee_id for row in await desk.rows(select(tickets.c.assignee_id))] == [3]
    assert await _undone(desk) == []


async def test_a_press_that_cannot_be_answered_is_done_all_the_same(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.courier.patience.PRESS_S", 0.1)
    await opens_ticket(desk, desk.anna)
    await desk.settled()
    shown = next(one for one in desk.group.messages if "reply_markup" in one)
    desk.play.faults.order("500", method="answerCallbackQuery", times=100)
    with pytest.raises(AssertionError, match="did not answer"):
        await desk.carla.presses_old("s-take:1", shown, timeout=1)
    desk.play.faults.clear()
    await desk.settled()

    assert [row.assignee_id for row in await desk.rows(select(tickets.c.assignee_id))] == [3]
    assert await _undone(desk) == []


@pytest.mark.parametrize("kind", KINDS)
async def test_a_topic_is_made_and_the_messages_wait_for_it_in_order(desk: Desk, kind: str) -> None:
    _soon(desk)
    desk.play.faults.order(kind, method="createForumTopic", times=1)
    await desk.anna.writes("/ticket My lamp hums")
    await desk.anna.writes("It hums loudly")
    await desk.settled()

    threads = [topic["message_thread_id"] for topic in desk.group.topics]
    assert len(threads) == (2 if kind == "cut_after" else 1)
    shown = [text_of(one) for one in desk.olivia.unread(desk.group) if one.get("message_thread_id") == threads[-1]]
    assert shown[0].startswith("🆕 #1 · Anna Berg")
    assert shown[1:] == ["/ticket My lamp hums", "It hums loudly"]
    assert await desk.anna.reads() == [OPENED]
    assert await _unsettled(desk) == []


@pytest.mark.parametrize("kind", KINDS)
async def test_a_report_arrives(desk: Desk, kind: str) -> None:
    _soon(desk)
    desk.app.bot.session.timeout = 2.0
    desk.play.faults.order(kind, method="sendPhoto", times=2 if kind == "500" else 1)
    await desk.olivia.writes("/report today")
    await desk.settled()

    got = desk.olivia.unread()
    assert ["photo" in one for one in got] == [True] * (2 if kind == "cut_after" else 1)
    assert await _undone(desk) == []


async def test_an_invitations_link_is_not_lost(desk: Desk) -> None:
    desk.play.faults.order("429", method="sendMessage", times=1)
    desk.play.faults.order("502", method="sendMessage", times=1)
    await desk.olivia.writes("/invite")
    (link,) = await desk.olivia.reads()

    assert "?start=inv_" in link
    assert await _undone(desk) == []


async def test_a_flood_wait_is_waited_for_by_its_chat_alone(desk: Desk) -> None:
    desk.play.faults.order("429", method="sendMessage", times=1, retry_after=2)
    await desk.anna.writes("Where is my order?")
    await desk.play.until(lambda: any(entry.error == "429" for entry in desk.play.calls("sendMessage")))
    asked_at = asyncio.get_running_loop().time()
    await desk.wang.writes("我的订单到哪了？")
    await desk.wang.reads()
    waited = asyncio.get_running_loop().time() - asked_at
    assert desk.anna.unread() == []
    await desk.anna.reads()

    assert waited < 1.9
    assert await _repeated(desk) == []


@pytest.mark.parametrize("kind", ["429", "502", "cut"])
async def test_the_bot_starts_though_telegram_fails_for_a_while(
    open_desk: Opening, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr("bot.app.WAIT_FOR_TELEGRAM_S", (0.05, 0.1))
    desk = await open_desk(start=False)
    await desk.anna.writes("Where is my order?")
    for method in ("getMe", "deleteWebhook", "setMyCommands"):
        desk.play.faults.order(kind, method=method)
    await desk.start_bot()
    await desk.settled()

    assert len(await desk.anna.reads()) == 1
    assert desk.anna.unread() == []


async def test_a_failing_telegram_is_no_reason_to_crash(desk: Desk) -> None:
    """Everything fails for a while, at every method at once."""
    for kind in ("500", "cut", "502"):
        desk.play.faults.order(kind, times=3)
    desk.play.faults.order("502", method="getUpdates", times=2)
    await desk.anna.writes("/ticket My lamp hums")
    await desk.wang.writes("我的订单到哪了？")
    await desk.anna.sends_photo(caption="this one")
    await desk.settled()

    assert (await desk.anna.reads())[0] == OPENED
    assert len(await desk.wang.reads()) == 1
    assert (await read_all(desk, topic_of(desk, desk.anna)))[1:] == ["/ticket My lamp hums", "this one"]
    assert await _unsettled(desk) == []
    assert not any(task.done() for task in desk.app._tasks if task.get_name() in ("lanes", "courier", "polling"))


async def test_what_was_not_sent_when_the_bot_stopped_is_sent_at_the_next_start(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.courier.courier.LAST_MAIL_S", 0.3)
    await desk.anna.starts()
    await desk.settled()
    await desk.anna.reads()
    desk.play.faults.order("500", method="sendMessage", times=1000)
    await desk.anna.writes("Where is my order?")
    await desk.play.until(lambda: any(entry.error == "500" for entry in desk.play.calls("sendMessage")))
    await desk.stop_bot()
    desk.play.faults.clear()
    assert desk.anna.unread() == []

    await desk.start_bot()
    await desk.settled()
    assert len(desk.anna.unread()) == 1
