"""The desk in a forum group: a topic for each customer, what is written there reaches them, and what they write, it."""

from bot.crm.communications import Direction, communications
from bot.playground.messages import text_of
from tests.e2e.conftest import Desk
from tests.e2e.tickets import card, in_topic, labels, read_all, topic_of


async def test_a_ticket_is_answered_from_its_topic_and_solved(desk: Desk) -> None:
    thread = await in_topic(desk, desk.anna)
    assert [topic["name"] for topic in desk.group.topics] == ["Anna Berg · 1"]
    assert text_of(card(desk, thread)).splitlines()[:3] == [
        "🆕 #1 · Anna Berg",
        "My lamp hums",
        "new · nobody has it yet",
    ]

    await desk.carla.writes("Have you tried another bulb?", chat=desk.group, thread=thread)
    assert await desk.anna.reads() == ["Have you tried another bulb?"]
    await desk.anna.writes("That helped!")
    assert await desk.olivia.reads(chat=desk.group, thread=thread) == ["That helped!"]
    assert (await desk.carla.presses("✅ Solve", card(desk, thread))).text == (
        "✅ #1 is solved; the customer has been told."
    )
    await desk.settled()

    assert await desk.anna.reads() == ["✅ We have marked your ticket #1 as solved. If something is missing, tell us."]
    assert text_of(card(desk, thread)).splitlines()[2] == "solved · Carla"
    assert labels(card(desk, thread)) == ["↩️ Reopen", "📜 History"]


async def test_not_solved_opens_it_again_and_the_desk_hears(desk: Desk) -> None:
    thread = await in_topic(desk, desk.anna)
    await desk.carla.writes("/solve", chat=desk.group, thread=thread)
    await desk.settled()
    await read_all(desk, thread)

    assert (await desk.anna.presses("Not solved: reopen")).text == "Your ticket #1 is open again."
    await desk.settled()

    assert await read_all(desk, thread) == ["↩️ Anna Berg says that #1 is not solved."]
    assert text_of(card(desk, thread)).splitlines()[2] == "open · Carla"


async def test_edits_go_both_ways_and_both_versions_are_kept(desk: Desk) -> None:
    thread = await in_topic(desk, desk.anna)
    reply = await desk.carla.writes("Tommorow", chat=desk.group, thread=thread)
    (received,) = await desk.anna.reads_messages()
    asked = await desk.anna.writes("At nin?")
    (shown,) = await desk.olivia.reads_messages(chat=desk.group, thread=thread)

    await desk.carla.edits(reply, "Tomorrow")
    await desk.anna.edits(asked, "At nine?")
    await desk.settled()

    assert text_of(desk.anna.chat().messages[received["message_id"]]) == "Tomorrow"
    assert text_of(desk.group.chat.messages[shown["message_id"]]) == "At nine?"
    rows = await desk.rows(communications.select().where(communications.c.edited_at.is_not(None)))
    assert {row.text for row in rows} == {"Tomorrow", "At nine?"}


async def test_quotes_go_both_ways(desk: Desk) -> None:
    thread = await in_topic(desk, desk.anna)
    first = await desk.anna.writes("Is it the bulb?")
    await desk.anna.writes("Or the cable?")
    shown, _ = await desk.olivia.reads_messages(2, chat=desk.group, thread=thread)

    await desk.carla.writes("Yes, this", chat=desk.group, thread=thread, reply_to=shown)
    (reply,) = await desk.anna.reads_messages()
    assert reply["reply_to_message"]["message_id"] == first["message_id"]

    await desk.anna.writes("Thanks for this", reply_to=reply)
    (thanks,) = await desk.olivia.reads_messages(chat=desk.group, thread=thread)
    assert text_of(thanks["reply_to_message"]) == "Yes, this"


async def test_media_and_albums_go_both_ways(desk: Desk) -> None:
    thread = await in_topic(desk, desk.anna)
    await desk.anna.sends_voice()
    await desk.anna.sends_album(["photo", "photo", "video"], caption="the lamp")
    shown = await desk.olivia.reads_messages(4, chat=desk.group, thread=thread)
    assert ["voice" in shown[0], *("media_group_id" in part for part in shown[1:])] == [True] * 4
    assert len({part["media_group_id"] for part in shown[1:]}) == 1

    await desk.carla.sends_document(name="manual.pdf", caption="page 3", chat=desk.group, thread=thread)
    (manual,) = await desk.anna.reads_messages()
    assert (text_of(manual), manual["document"]["file_name"]) == ("page 3", "manual.pdf")


async def test_a_note_stays_among_colleagues(desk: Desk) -> None:
    thread = await in_topic(desk, desk.anna)
    note = await desk.carla.writes("// third time this month", chat=desk.group, thread=thread)
    await desk.settled()

    assert desk.anna.unread() == []
    rows = await desk.rows(communications.select().where(communications.c.direction == Direction.INTERNAL))
    assert [row.text for row in rows if row.text] == ["third time this month"]
    (reaction,) = desk.play.calls("setMessageReaction")
    assert reaction.params["message_id"] == note["message_id"]


async def test_a_deleted_topic_is_made_anew(desk: Desk) -> None:
    thread = await in_topic(desk, desk.anna)
    await desk.olivia.deletes_topic(desk.group, thread)
    await desk.anna.writes("Hello?")
    await desk.settled()

    assert topic_of(desk, desk.anna) != thread
    assert await desk.olivia.reads(chat=desk.group, thread=topic_of(desk, desk.anna)) == ["Hello?"]


async def test_whoever_is_no_agent_is_told_once_and_not_relayed(desk: Desk) -> None:
    thread = await in_topic(desk, desk.anna)
    desk.group.add(desk.wang)
    await desk.wang.writes("let me try", chat=desk.group, thread=thread)
    await desk.wang.writes("hello?", chat=desk.group, thread=thread)
    await desk.settled()

    assert desk.anna.unread() == []
    assert await read_all(desk, thread) == ["只有客服成员能从这里联系客户。请向所有者要 /invite 邀请链接。"]


async def test_talk_in_general_reaches_nobody(desk: Desk) -> None:
    await in_topic(desk, desk.anna)
    await desk.carla.writes("Lunch?", chat=desk.group)
    await desk.carla.writes("// soup", chat=desk.group)
    await desk.settled()

    assert desk.anna.unread() == []


async def test_a_customer_who_blocked_the_bot_shows_as_such(desk: Desk) -> None:
    thread = await in_topic(desk, desk.anna)
    await desk.anna.blocks()
    await desk.carla.writes("Are you there?", chat=desk.group, thread=thread)
    await desk.settled()

    assert await read_all(desk, thread) == ["❗ Not delivered to Anna Berg: they have blocked the bot"]


async def test_writing_to_a_customer_without_a_ticket_opens_one_again(desk: Desk) -> None:
    thread = await in_topic(desk, desk.anna)
    await desk.carla.writes("/solve", chat=desk.group, thread=thread)
    await desk.settled()
    await desk.anna.reads()

    await desk.carla.writes("One more thing", chat=desk.group, thread=thread)
    await desk.settled()

    assert await desk.anna.reads() == ["One more thing"]
    assert text_of(card(desk, thread)).splitlines()[2] == "open · Carla"


async def test_a_mistyped_command_never_reaches_the_customer(desk: Desk) -> None:
    thread = await in_topic(desk, desk.anna)
    await desk.carla.writes("/tkae", chat=desk.group, thread=thread)
    await desk.carla.writes("/take@kefu_bot now", chat=desk.group, thread=thread)
    await desk.settled()

    assert desk.anna.unread() == []
    assert await read_all(desk, thread) == [
        "There is no command /tkae. Did you mean /take?",
        "Like this: /take [number]\nFor example: /take 42",
    ]
