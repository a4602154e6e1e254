"""Where a post goes is looked up when it is sent: topics, groups that move, quoted and edited messages."""

import pytest
from sqlalchemy import select

from bot.clock import utc_now
from bot.crm import communications, customers, desks, outbox
from bot.crm.audit import audit_events
from bot.crm.communications import Direction, Kind
from bot.crm.customers import Customer
from bot.playground.people import Group
from tests.e2e.conftest import Desk, Opening
from tests.e2e.posts import (
    SENT,
    Fate,
    fates,
    let_in,
    numbered,
    queue,
    queue_behind_its_back,
    received,
    shown_in,
)
from tests.e2e.tickets import in_topic, topic_of

FINE = Fate(SENT, possibly_repeated=False, error=None)


async def anna_and_her_answer(desk: Desk) -> tuple[Customer, int]:
    """Anna as a customer, and the communication that answered her, which her chat shows."""
    await desk.anna.writes("Where is my order?")
    await desk.settled()
    async with desk.database.read() as tx:
        customer = await customers.by_telegram_id(tx, desk.anna.id)
        assert customer is not None
    table = communications.communications
    (answer,) = await desk.rows(select(table.c.id).where(table.c.direction == Direction.OUT))
    return customer, answer.id


# Topics


async def test_a_deleted_topic_is_made_anew_and_the_post_arrives_there(desk: Desk) -> None:
    thread = await in_topic(desk, desk.anna)
    await desk.olivia.deletes_topic(desk.group, thread)

    await desk.anna.writes("Is the lamp lost?")
    await desk.anna.writes("Hello?")
    await desk.settled()

    anew = topic_of(desk, desk.anna)
    assert anew != thread
    assert (await desk.olivia.reads(2, chat=desk.group, thread=anew))[-2:] == ["Is the lamp lost?", "Hello?"]
    await desk.carla.writes("We have it", chat=desk.group, thread=anew)
    assert await desk.anna.reads() == ["We have it"]


async def test_many_posts_to_a_new_topic_make_one_topic(desk: Desk) -> None:
    customer, _ = await anna_and_her_answer(desk)
    await queue(desk, desk.group.id, *numbered(5), topic_of=customer.id)
    await desk.settled()

    assert [topic["name"] for topic in desk.group.topics] == ["Anna Berg · 1"]
    assert [text for text in shown_in(desk.group) if text.startswith("message")] == numbered(5)


@pytest.mark.parametrize("trouble", ["429", "500", "cut"])
async def test_trouble_while_a_topic_is_made_is_waited_out(desk: Desk, trouble: str) -> None:
    customer, _ = await anna_and_her_answer(desk)
    desk.play.faults.order(trouble, "createForumTopic")
    posts = await queue(desk, desk.group.id, *numbered(2), topic_of=customer.id)
    await desk.settled()

    assert len(desk.group.topics) == 1
    assert [text for text in shown_in(desk.group) if text.startswith("message")] == numbered(2)
    assert [fate.state for fate in await fates(desk, *posts)] == [SENT, SENT]


async def test_a_group_without_topics_is_no_desk_any_more_and_the_owner_hears_it(desk: Desk) -> None:
    customer, _ = await anna_and_her_answer(desk)
    desk.play.make_forum(desk.group, forum=False)
    await queue(desk, desk.group.id, *numbered(2), topic_of=customer.id)
    await desk.settled()

    async with desk.database.read() as tx:
        bound = await desks.current(tx)
    assert bound is not None
    assert bound.broken_why == "Bad Request: the chat is not a forum"
    assert len([text for text in received(desk.olivia) if text.startswith("⚠️")]) == 1


# A group that becomes a supergroup


async def old_group(desk: Desk) -> Group:
    """A basic group, named on the record as the desk."""
    group = desk.play.group("Small desk")
    group.add(desk.olivia)
    desk.play.add_bot(group, admin=True)
    desk.play.world.updates.drop_all()
    return group


async def test_a_group_that_became_a_supergroup_is_followed_with_all_that_waits(open_desk: Opening) -> None:
    desk = await open_desk(bound=False, start=False)
    group = await old_group(desk)
    old = group.id
    async with desk.database.begin() as tx:
        await desks.bind(tx, chat_id=old, title="Small desk", agent_id=1, now=utc_now())
    await desk.database.dispose()
    await queue_behind_its_back(desk, old, *numbered(120))
    desk.play.migrate(group)
    desk.play.world.updates.drop_all()  # the bot learns it from the answer alone

    await desk.start_bot()
    await desk.settled()

    assert shown_in(group) == numbered(120)
    assert len([call for call in desk.play.calls("sendMessage") if call.params["chat_id"] == old]) == 1
    async with desk.database.read() as tx:
        bound = await desks.current(tx)
    assert bound is not None
    assert bound.chat_id == group.id
    moves = await desk.rows(audit_events.select().where(audit_events.c.action == "desk_moved"))
    assert [(row.subject, row.detail) for row in moves] == [(f"chat {old}", f"to {group.id}")]


async def test_what_is_queued_to_the_new_group_comes_after_what_waited_for_the_old(open_desk: Opening) -> None:
    desk = await open_desk(bound=False, sends_per_second=20)
    group = await old_group(desk)
    old = group.id
    desk.play.migrate(group)
    desk.play.world.updates.drop_all()

    await queue(desk, old, *numbered(12))
    await desk.play.until(lambda: shown_in(group))
    await queue(desk, group.id, "message 13")
    await desk.settled()

    assert shown_in(group) == numbered(13)


# Quotes and edits


async def test_a_quoted_message_is_found_where_the_chat_shows_it(desk: Desk) -> None:
    _, answer = await anna_and_her_answer(desk)
    (shown,) = await desk.anna.reads_messages()
    await queue(desk, desk.anna.id, "about this", reply_to_id=answer)

    (message,) = await desk.anna.reads_messages()
    assert message["reply_to_message"]["message_id"] == shown["message_id"]


async def test_a_post_can_quote_the_one_just_before_it(desk: Desk) -> None:
    customer, _ = await anna_and_her_answer(desk)
    await desk.anna.reads()
    async with desk.database.begin() as tx:
        said = await communications.record(
            tx,
            customer_id=customer.id,
            direction=Direction.OUT,
            kind=Kind.TEXT,
            text="first",
            chat_id=desk.anna.id,
            created_at=utc_now(),
        )
    for number in range(5):
        shows = {"shows": [said]} if number == 0 else {"reply_to_id": said}
        await queue(desk, desk.anna.id, f"message {number}", **shows)

    first, *later = await desk.anna.reads_messages(5)
    assert [each["reply_to_message"]["message_id"] for each in later] == [first["message_id"]] * 4


async def test_a_quoted_message_that_is_gone_is_not_quoted(desk: Desk) -> None:
    _, answer = await anna_and_her_answer(desk)
    (shown,) = await desk.anna.reads_messages()
    await desk.anna.deletes(shown)
    (post,) = await queue(desk, desk.anna.id, "about this", reply_to_id=answer)

    (message,) = await desk.anna.reads_messages()
    await desk.settled()
    assert "reply_to_message" not in message
    assert await fates(desk, post) == [FINE]


async def test_a_quoted_message_that_the_chat_never_showed_is_not_quoted(desk: Desk) -> None:
    _, answer = await anna_and_her_answer(desk)
    let_in(desk.wang)
    await queue(desk, desk.wang.id, "about this", reply_to_id=answer)

    (message,) = await desk.wang.reads_messages()
    assert "reply_to_message" not in message


async def edit(desk: Desk, chat_id: int, communication_id: int, text: str) -> int:
    async with desk.database.begin() as tx:
        return await outbox.queue(
            tx, chat_id, "editMessageText", {"text": text}, now=utc_now(), edit_of_id=communication_id
        )


async def test_an_edit_changes_the_message_that_shows_it_and_once_is_enough(desk: Desk) -> None:
    _, answer = await anna_and_her_answer(desk)
    posts = [await edit(desk, desk.anna.id, answer, "Better words") for _ in range(2)]
    await desk.settled()

    assert received(desk.anna) == ["Better words"]
    first, again = desk.play.calls("editMessageText")
    assert first.error is None
    assert str(again.error).startswith("Bad Request: message is not modified")
    assert await fates(desk, *posts) == [FINE, FINE]


async def test_an_edit_of_what_the_chat_does_not_show_is_dropped(desk: Desk) -> None:
    _, answer = await anna_and_her_answer(desk)
    let_in(desk.wang)
    post = await edit(desk, desk.wang.id, answer, "Better words")
    await queue(desk, desk.wang.id, "hello")
    await desk.settled()

    assert desk.play.calls("editMessageText") == []
    assert received(desk.wang) == ["hello"]
    assert await fates(desk, post) == [FINE]
