"""The desk's group breaks, moves or is let go; people block the bot, come back, or are gone: nothing is lost by it."""

from sqlalchemy import select

from bot.clock import utc_now
from bot.crm import agents
from bot.crm import desks as crm_desks
from bot.crm.audit import audit_events
from bot.crm.communications import Direction, communications
from bot.crm.customers import customers
from bot.crm.desks import desks
from bot.crm.outbox import OutboxState, outbox
from bot.crm.updates import updates
from bot.playground.messages import text_of
from bot.playground.people import Person
from tests.e2e.conftest import Desk
from tests.e2e.tickets import in_topic, opens_ticket, read_all, topic_of


async def _audited(desk: Desk, action: str) -> int:
    return len(await desk.rows(select(audit_events.c.id).where(audit_events.c.action == action)))


async def _undone(desk: Desk) -> list[str]:
    rows = await desk.rows(select(updates.c.error).where(updates.c.done_at.is_(None)))
    return [row.error for row in rows]


async def _failed(desk: Desk) -> list[str]:
    rows = await desk.rows(select(outbox.c.error).where(outbox.c.state == OutboxState.FAILED))
    return [row.error for row in rows]


async def _blocked(desk: Desk) -> list[bool]:
    rows = await desk.rows(select(customers.c.blocked_at).order_by(customers.c.id))
    return [row.blocked_at is not None for row in rows]


async def _all_read(desk: Desk, person: Person) -> list[str]:
    await desk.settled()
    return await person.reads(len(person.unread()))


async def test_what_the_group_did_not_take_any_more_is_shown_in_private(desk: Desk) -> None:
    """Nobody told the bot that it was put out: it learns so by sending."""
    await in_topic(desk, desk.anna)
    await desk.carla.writes("/take 1")
    await _all_read(desk, desk.carla)
    desk.play.remove_bot(desk.group)
    desk.play.world.updates.drop_all()
    await desk.anna.writes("Is anybody there?")
    await desk.wang.writes("/ticket 灯坏了")
    await desk.settled()

    to_carla, to_ming = await _all_read(desk, desk.carla), await _all_read(desk, desk.ming)
    (to_olivia, *cards) = await _all_read(desk, desk.olivia)
    assert to_olivia.startswith("⚠️ I cannot work in the desk group any more")
    assert [text for text in to_carla if "Is anybody there?" in text and "Anna Berg" in text] != []
    assert [text for text in [*cards, *to_ming, *to_carla] if text.startswith("🆕 #2 · 王 芳")] != []
    assert await _audited(desk, "desk_broken") == 1
    assert await _undone(desk) == []


async def test_put_out_and_brought_back_by_bind_the_desk_goes_on(desk: Desk) -> None:
    thread = await in_topic(desk, desk.anna)
    desk.play.remove_bot(desk.group)
    await desk.settled()
    await desk.anna.writes("In between")
    await desk.settled()
    desk.play.add_bot(desk.group, admin=True)
    await desk.settled()
    await desk.olivia.writes("/bind", chat=desk.group)
    await desk.settled()
    await read_all(desk, thread)
    await desk.anna.writes("And now?")
    await desk.settled()

    rows = await desk.rows(select(desks.c.chat_id, desks.c.broken_at))
    assert [tuple(row) for row in rows] == [(desk.group.id, None)]
    assert (await read_all(desk, topic_of(desk, desk.anna)))[-1] == "And now?"
    await desk.carla.writes("Now, yes", chat=desk.group, thread=topic_of(desk, desk.anna))
    assert (await _all_read(desk, desk.anna))[-1] == "Now, yes"
    assert await _undone(desk) == []


async def test_rights_taken_away_in_the_middle_lose_no_message(desk: Desk) -> None:
    await in_topic(desk, desk.anna)
    await desk.carla.writes("/take 1")
    await _all_read(desk, desk.carla)
    desk.play.demote_bot(desk.group)
    for number in range(3):
        await desk.anna.writes(f"line {number}")
    await desk.wang.writes("/ticket 灯坏了")
    await desk.settled()

    seen = "\n".join(await _all_read(desk, desk.carla)) + "\n".join(
        text_of(one) for one in desk.olivia.sees(desk.group)
    )
    assert [number for number in range(3) if f"line {number}" not in seen] == []
    assert "王 芳" in seen
    heard = await desk.rows(select(communications.c.text).where(communications.c.direction == Direction.IN))
    assert {f"line {number}" for number in range(3)} <= {row.text for row in heard}
    assert await _audited(desk, "desk_broken") == 1
    assert await _undone(desk) == []


async def test_a_group_that_moved_while_posts_waited_is_followed_with_all_of_them(private_desk: Desk) -> None:
    desk = private_desk
    group = desk.play.group("Another desk")
    group.add(desk.olivia)
    desk.play.add_bot(group)
    async with desk.database.begin() as tx:
        (olivia, *_) = await agents.active(tx)
        await crm_desks.bind(tx, chat_id=group.id, title="Another desk", agent_id=olivia.id, now=utc_now())
    before = group.id
    desk.play.migrate(group, forum=True)
    desk.play.world.updates.drop_all()  # the bot is not told; it learns so by sending
    await desk.anna.writes("/ticket Still there?")
    await desk.wang.writes("/ticket 灯坏了")
    await desk.settled()

    rows = await desk.rows(select(desks.c.chat_id, desks.c.broken_at))
    assert group.id != before
    assert [tuple(row) for row in rows] == [(group.id, None)]
    said = [text_of(one) for one in group.messages]
    assert "/ticket Still there?" in said
    assert any(text.startswith("🆕 #2 · 王 芳") for text in said)
    assert await _failed(desk) == []
    assert await _undone(desk) == []


async def test_a_customer_who_blocks_and_unblocks(desk: Desk) -> None:
    thread = await in_topic(desk, desk.anna)
    await desk.anna.blocks()
    for number in range(3):
        await desk.carla.writes(f"reply {number}", chat=desk.group, thread=thread)
    await desk.settled()
    told = await read_all(desk, thread)
    blocked = await _blocked(desk)
    await desk.anna.unblocks()
    await desk.anna.writes("I am back")
    await desk.carla.writes("Welcome back", chat=desk.group, thread=thread)
    await desk.settled()

    assert told == ["❗ Not delivered to Anna Berg: they have blocked the bot"] * 3
    assert [blocked, await _blocked(desk)] == [[True], [False]]
    assert await _failed(desk) == ["Forbidden: bot was blocked by the user"] * 3
    assert (await read_all(desk, thread))[-1] == "I am back"
    assert "Welcome back" in await _all_read(desk, desk.anna)
    rows = await desk.rows(
        select(communications.c.text, communications.c.message_id)
        .where(communications.c.agent_id.is_not(None))
        .order_by(communications.c.id)
    )
    assert [(row.text, row.message_id is None) for row in rows] == [
        *((f"reply {number}", True) for number in range(3)),
        ("Welcome back", False),
    ]


async def test_a_customer_whose_account_is_gone(desk: Desk) -> None:
    thread = await in_topic(desk, desk.anna)
    desk.play.deactivate(desk.anna)
    await desk.carla.writes("Hello?", chat=desk.group, thread=thread)
    await desk.settled()

    assert await read_all(desk, thread) == ["❗ Not delivered to Anna Berg: their account is gone"]
    assert await _blocked(desk) == [True]
    await desk.wang.writes("我的订单到哪了？")
    assert len(await desk.wang.reads()) == 1


async def test_an_agent_who_blocked_the_bot_keeps_nobody_else_from_their_work(private_desk: Desk) -> None:
    desk = private_desk
    await desk.ming.blocks()
    await opens_ticket(desk, desk.anna)
    await desk.carla.presses("✋ Take")
    await desk.settled()
    await desk.olivia.writes("/assign 1 ming")
    await desk.anna.writes("Hello?")
    await desk.settled()

    assert (await _all_read(desk, desk.olivia))[-1] == "📥 #1 is Ming's now."
    heard = await desk.rows(select(communications.c.text).where(communications.c.direction == Direction.IN))
    assert [row.text for row in heard] == ["/ticket My lamp hums", "Hello?"]
    assert await _undone(desk) == []
    await desk.ming.unblocks()
    await desk.ming.writes("/history 1")
    (history,) = await desk.ming.reads()
    assert "Hello?" in history


async def test_a_topic_deleted_between_two_messages_is_made_anew_and_both_sides_go_on(desk: Desk) -> None:
    thread = await in_topic(desk, desk.anna)
    await desk.carla.writes("Which lamp?", chat=desk.group, thread=thread)
    (question,) = await desk.anna.reads_messages()
    await desk.olivia.deletes_topic(desk.group, thread)
    answer = await desk.anna.writes("The blue one", reply_to=question)
    await desk.anna.edits(answer, "The blue one!")
    await desk.anna.sends_album(["photo", "photo"])
    await desk.olivia.reads_messages(3, chat=desk.group, thread=await _new_topic(desk, thread))
    anew = topic_of(desk, desk.anna)
    await desk.carla.writes("Thanks", chat=desk.group, thread=anew)

    assert await desk.anna.reads() == ["Thanks"]
    assert [text_of(one) for one in desk.olivia.sees(desk.group, anew) if "blue" in text_of(one)] == ["The blue one!"]
    assert await _undone(desk) == []


async def test_a_closed_topic_is_written_to_all_the_same(desk: Desk) -> None:
    thread = await in_topic(desk, desk.anna)
    await desk.olivia.closes_topic(desk.group, thread)
    await desk.anna.writes("Hello?")
    await desk.settled()

    assert await read_all(desk, thread) == ["Hello?"]
    assert await _failed(desk) == []


async def _new_topic(desk: Desk, old: int) -> int:
    """Wait until Anna has another topic."""
    await desk.play.until(lambda: any(topic["message_thread_id"] != old for topic in desk.group.topics))
    return topic_of(desk, desk.anna)
