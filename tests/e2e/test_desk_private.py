"""The same desk without a group: the queue, [Take], and replies in agents' private chats."""

import asyncio

from bot.playground.messages import text_of
from bot.playground.people import Person
from tests.e2e.conftest import Desk
from tests.e2e.tickets import card, labels, opens_ticket, read_all, seen_by, topic_of


async def _takes(desk: Desk, agent: Person) -> None:
    await agent.presses("✋ Take")
    await desk.settled()
    await agent.reads(len(agent.unread()))


async def test_a_ticket_is_announced_taken_answered_and_solved_in_private(private_desk: Desk) -> None:
    desk = private_desk
    await opens_ticket(desk, desk.anna)
    await desk.settled()
    (card,) = await desk.carla.reads_messages()
    assert text_of(card).splitlines()[:3] == ["🆕 #1 · Anna Berg", "My lamp hums", "new · nobody has it yet"]

    assert (await desk.carla.presses("✋ Take", card)).text == "✋ #1 is yours."
    await desk.settled()
    so_far = await desk.carla.reads_messages(len(desk.carla.unread()))
    assert text_of(so_far[0]) == "👤 Anna Berg · #1\n/ticket My lamp hums"
    assert [text_of(one).splitlines()[2] for one in (desk.olivia.sees()[-1], desk.carla.sees()[0])] == [
        "open · Carla",
        "open · Carla",
    ]

    await desk.carla.writes("Which lamp is it?", reply_to=so_far[0])
    (question,) = await desk.anna.reads_messages()
    assert text_of(question) == "Which lamp is it?"
    await desk.anna.writes("The blue one", reply_to=question)
    (answer,) = await desk.carla.reads_messages()
    assert text_of(answer) == "Anna Berg · #1\nThe blue one"
    assert text_of(answer["reply_to_message"]) == "Which lamp is it?"
    assert len(desk.olivia.unread()) == 1  # the card alone

    await desk.carla.writes("/solve", reply_to=answer)
    assert await desk.anna.reads() == ["✅ We have marked your ticket #1 as solved. If something is missing, tell us."]


async def test_media_come_with_a_header_and_edits_follow(private_desk: Desk) -> None:
    desk = private_desk
    await opens_ticket(desk, desk.anna)
    await _takes(desk, desk.carla)
    asked = await desk.anna.writes("Bleu")
    await desk.anna.sends_photo(caption="this one")
    await desk.anna.sends_sticker()
    shown = await desk.carla.reads_messages(4)
    assert [text_of(one) for one in shown[:3]] == [
        "Anna Berg · #1\nBleu",
        "Anna Berg · #1\nthis one",
        "Anna Berg · #1",
    ]
    assert "sticker" in shown[3]

    await desk.anna.edits(asked, "Blue")
    await desk.settled()
    assert "Anna Berg · #1\nBlue" in seen_by(desk.carla)

    reply = await desk.carla.sends_photo(caption="lik this?", reply_to=shown[1])
    (received,) = await desk.anna.reads_messages()
    await desk.carla.edits(reply, "like this?")
    await desk.settled()
    assert text_of(desk.anna.chat().messages[received["message_id"]]) == "like this?"


async def test_a_reply_that_starts_with_slashes_is_a_note(private_desk: Desk) -> None:
    desk = private_desk
    await opens_ticket(desk, desk.anna)
    await _takes(desk, desk.carla)
    shown = desk.carla.sees()[0]
    note = await desk.carla.writes("// be gentle", reply_to=shown)
    await desk.settled()

    assert desk.anna.unread() == []
    (reaction,) = desk.play.calls("setMessageReaction")
    assert reaction.params["message_id"] == note["message_id"]


async def test_words_that_are_no_reply_get_a_hint_with_the_agents_tickets(private_desk: Desk) -> None:
    desk = private_desk
    await opens_ticket(desk, desk.anna)
    await _takes(desk, desk.carla)
    await desk.carla.writes("Hello there")
    (hint,) = await desk.carla.reads_messages()

    assert text_of(hint) == (
        "To answer a customer, reply to their message or to their ticket's card here. Open one of your tickets:"
    )
    assert labels(hint) == ["📬 #1 Anna Berg", "Show the queue"]
    assert desk.anna.unread() == []


async def test_a_reply_to_a_ticket_card_answers_its_customer(private_desk: Desk) -> None:
    desk = private_desk
    await opens_ticket(desk, desk.anna)
    await _takes(desk, desk.carla)
    await desk.carla.writes("/ticket 1")
    (card,) = await desk.carla.reads_messages()
    await desk.carla.writes("Good news", reply_to=card)

    assert await desk.anna.reads() == ["Good news"]


async def test_of_two_who_press_take_at_once_one_has_it_and_the_other_is_told_who(private_desk: Desk) -> None:
    desk = private_desk
    await opens_ticket(desk, desk.anna)
    await desk.settled()

    answers = await asyncio.gather(desk.carla.presses("✋ Take"), desk.olivia.presses("✋ Take"))

    assert sorted(answer.text for answer in answers) in (
        ["Carla has #1 already.", "✋ #1 is yours."],
        ["Olivia has #1 already.", "✋ #1 is yours."],
    )
    assert sorted(answer.alert for answer in answers) == [False, True]


async def test_a_colleague_speaks_chinese_with_us(private_desk: Desk) -> None:
    desk = private_desk
    await opens_ticket(desk, desk.wang, "我的灯有嗡嗡声")
    await desk.settled()
    (card,) = await desk.ming.reads_messages()

    assert text_of(card).splitlines()[2] == "新建 · 还没有人接"
    assert (await desk.ming.presses("✋ 接单", card)).text == "✋ #1 归您了。"


async def test_an_agent_may_work_in_private_though_there_is_a_group(desk: Desk) -> None:
    await opens_ticket(desk, desk.anna)
    await desk.carla.writes("/take 1")
    await desk.settled()
    so_far = await desk.carla.reads_messages(len(desk.carla.unread()))
    await desk.carla.writes("Which lamp is it?", reply_to=so_far[-1])
    assert await desk.anna.reads() == ["Which lamp is it?"]
    await desk.anna.writes("The blue one")
    await desk.settled()

    assert await desk.carla.reads() == ["Anna Berg · #1\nThe blue one"]
    assert await read_all(desk, topic_of(desk, desk.anna)) == [
        text_of(card(desk, topic_of(desk, desk.anna))),
        "/ticket My lamp hums",
        "💬 Carla\nWhich lamp is it?",
        "The blue one",
    ]
