"""Edited and deleted messages: twice, to the same words, by both sides, unknown ones, and what is quoted and gone."""

from typing import Any

from sqlalchemy import select

from bot.crm.communications import Direction, communication_versions, communications
from bot.crm.outbox import outbox
from bot.crm.tickets import tickets
from bot.crm.updates import updates
from bot.playground.messages import text_of
from tests.e2e.conftest import Desk, Opening
from tests.e2e.tickets import in_topic, opens_ticket, read_all, topic_of


async def _story(desk: Desk, text: str) -> list[str]:
    """Every version of the message that now reads so, oldest first."""
    rows = await desk.rows(
        select(communication_versions.c.text)
        .join(communications, communications.c.id == communication_versions.c.communication_id)
        .where(communications.c.text == text)
        .order_by(communication_versions.c.id)
    )
    return [row.text for row in rows]


async def _nothing_failed(desk: Desk) -> None:
    assert await desk.rows(select(updates.c.error).where(updates.c.done_at.is_(None))) == []
    assert await desk.rows(select(outbox.c.error).where(outbox.c.error.is_not(None))) == []


def _now(desk: Desk, message: dict[str, Any]) -> str:
    """How a message reads now."""
    return text_of(desk.play.world.chats[message["chat"]["id"]].messages[message["message_id"]])


async def test_edited_twice_by_the_customer_and_then_to_the_same_words(desk: Desk) -> None:
    thread = await in_topic(desk, desk.anna)
    asked = await desk.anna.writes("one")
    (shown,) = await desk.olivia.reads_messages(chat=desk.group, thread=thread)
    for text in ("two", "three", "three"):
        await desk.anna.edits(asked, text)
    await desk.settled()

    assert _now(desk, shown) == "three"
    assert await _story(desk, "three") == ["one", "two"]
    assert desk.olivia.unread(desk.group, thread) == []
    assert desk.anna.unread() == []
    await _nothing_failed(desk)


async def test_edited_twice_by_the_agent_and_then_to_the_same_words(desk: Desk) -> None:
    thread = await in_topic(desk, desk.anna)
    reply = await desk.carla.writes("one", chat=desk.group, thread=thread)
    (received,) = await desk.anna.reads_messages()
    for text in ("two", "<b>three</b> 👩‍👩‍👧‍👦", "<b>three</b> 👩‍👩‍👧‍👦"):
        await desk.carla.edits(reply, text)
    await desk.settled()

    assert _now(desk, received) == "<b>three</b> 👩‍👩‍👧‍👦"
    assert await _story(desk, "<b>three</b> 👩‍👩‍👧‍👦") == ["one", "two"]
    assert desk.anna.unread() == []
    await _nothing_failed(desk)


async def test_an_edit_in_the_middle_of_a_burst_keeps_its_place(desk: Desk) -> None:
    thread = await in_topic(desk, desk.anna)
    asked = await desk.anna.writes("a")
    await desk.anna.edits(asked, "A")
    await desk.anna.writes("b")
    await desk.anna.edits(asked, "AA")
    await desk.anna.writes("c")
    await desk.settled()

    assert [text_of(one) for one in desk.olivia.sees(desk.group, thread)][-3:] == ["AA", "b", "c"]
    assert await _story(desk, "AA") == ["a", "A"]


async def test_what_was_edited_while_the_bot_was_down_is_known_in_both_versions(open_desk: Opening) -> None:
    desk = await open_desk(start=False)
    asked = await desk.anna.writes("/ticket Can my pengiun sleep here?")
    second = await desk.anna.writes("in the sofe")
    await desk.anna.edits(second, "in the sofa")
    await desk.anna.edits(asked, "/ticket Can my penguin sleep here?")
    await desk.start_bot()
    await desk.settled()

    shown = await read_all(desk, topic_of(desk, desk.anna))
    assert shown[-2:] == ["/ticket Can my penguin sleep here?", "in the sofa"]
    assert await _story(desk, "in the sofa") == ["in the sofe"]
    assert len(await desk.rows(select(tickets))) == 1
    await _nothing_failed(desk)


async def test_an_edit_whose_original_never_came_is_let_be(desk: Desk) -> None:
    thread = await in_topic(desk, desk.anna)
    for person, chat in ((desk.anna, None), (desk.carla, None), (desk.carla, desk.group), (desk.wang, None)):
        where = {"chat": person.chat(chat).public(), "from": person.user, "date": 1, "edit_date": 2}
        desk.play.world.updates.push("edited_message", where | {"message_id": 5000, "text": "from before the bot"})
    topic = {"is_topic_message": True, "message_thread_id": thread}
    where = {"chat": desk.group.chat.public(), "from": desk.carla.user, "date": 1, "edit_date": 2}
    desk.play.world.updates.push("edited_message", where | topic | {"message_id": 5001, "text": "from before the bot"})
    await desk.settled()

    assert [person.unread() for person in (desk.anna, desk.carla, desk.wang)] == [[], [], []]
    assert desk.olivia.unread(desk.group, thread) == []
    assert await desk.rows(select(communications).where(communications.c.text == "from before the bot")) == []
    await _nothing_failed(desk)


async def test_an_edited_caption_follows_in_both_directions(private_desk: Desk) -> None:
    desk = private_desk
    await opens_ticket(desk, desk.anna)
    await desk.carla.presses("✋ Take")
    await desk.settled()
    await desk.carla.reads(len(desk.carla.unread()))
    photo = await desk.anna.sends_photo(caption="bleu")
    (shown,) = await desk.carla.reads_messages()
    reply = await desk.carla.sends_document(name="a.pdf", caption="rde", reply_to=shown)
    (received,) = await desk.anna.reads_messages()

    await desk.anna.edits(photo, "blue")
    await desk.anna.edits(photo, "b" * 1024)
    await desk.carla.edits(reply, "red")
    await desk.settled()

    assert _now(desk, shown) == "b" * 1024  # no room for the header any more
    assert _now(desk, received) == "red"
    assert await _story(desk, "b" * 1024) == ["bleu", "blue"]
    assert await _story(desk, "red") == ["rde"]
    await _nothing_failed(desk)


async def test_a_command_that_is_edited_is_not_done_again(desk: Desk) -> None:
    asked = await desk.anna.writes("/ticket My lamp hums")
    await desk.settled()
    await desk.anna.edits(asked, "/ticket My lamp hums loudly")
    taken = await desk.carla.writes("/take 1")
    await desk.settled()
    await desk.carla.edits(taken, "/solve 1")
    await desk.settled()

    (ticket,) = await desk.rows(select(tickets.c.state, tickets.c.assignee_id))
    assert tuple(ticket) == ("open", 3)
    await _nothing_failed(desk)


async def test_an_edit_of_a_question_that_the_bot_answered_is_kept_and_not_answered_again(desk: Desk) -> None:
    asked = await desk.anna.writes("Where is my order?")
    await desk.anna.reads()
    await desk.anna.edits(asked, "Where is my order, please?")
    await desk.settled()

    assert desk.anna.unread() == []
    assert await _story(desk, "Where is my order, please?") == ["Where is my order?"]


async def test_a_quoted_message_that_is_deleted_is_simply_not_quoted(desk: Desk) -> None:
    thread = await in_topic(desk, desk.anna)
    asked = await desk.anna.writes("Is it the bulb?")
    (shown,) = await desk.olivia.reads_messages(chat=desk.group, thread=thread)
    await desk.anna.deletes(asked)
    await desk.carla.writes("Yes, the bulb", chat=desk.group, thread=thread, reply_to=shown)
    (reply,) = await desk.anna.reads_messages()
    await desk.olivia.deletes(shown)
    await desk.anna.writes("Thanks", reply_to=reply)
    await desk.settled()

    assert (text_of(reply), reply.get("reply_to_message")) == ("Yes, the bulb", None)
    quoting = await desk.rows(
        select(communications.c.text, communications.c.reply_to_id)
        .where(communications.c.reply_to_id.is_not(None), communications.c.text != "")
        .order_by(communications.c.id)
    )
    assert {"Yes, the bulb", "Thanks"} <= {row.text for row in quoting}
    await _nothing_failed(desk)


async def test_an_edit_of_what_the_other_side_deleted_is_kept_on_the_record(desk: Desk) -> None:
    thread = await in_topic(desk, desk.anna)
    asked = await desk.anna.writes("bulb")
    (shown,) = await desk.olivia.reads_messages(chat=desk.group, thread=thread)
    reply = await desk.carla.writes("yes", chat=desk.group, thread=thread)
    (received,) = await desk.anna.reads_messages()
    await desk.olivia.deletes(shown)
    await desk.anna.deletes(received)
    await desk.anna.edits(asked, "Bulb")
    await desk.carla.edits(reply, "Yes")
    await desk.anna.writes("and now?")
    await desk.settled()

    rows = await desk.rows(
        select(communications.c.text)
        .where(communications.c.direction != Direction.INTERNAL)
        .order_by(communications.c.id)
    )
    assert [row.text for row in rows][-3:] == ["Bulb", "Yes", "and now?"]
    assert "and now?" in await read_all(desk, thread)
    assert await desk.rows(select(updates.c.error).where(updates.c.done_at.is_(None))) == []


async def test_the_customer_is_told_nothing_when_an_agent_edits_a_reply_into_a_note(desk: Desk) -> None:
    thread = await in_topic(desk, desk.anna)
    reply = await desk.carla.writes("You are right", chat=desk.group, thread=thread)
    (received,) = await desk.anna.reads_messages()
    await desk.carla.edits(reply, "// what a fuss")
    await desk.settled()

    assert _now(desk, received) == "You are right"
    assert await read_all(desk, thread) == ["The customer has this message already; it cannot become a note."]
