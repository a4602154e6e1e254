"""Buttons under the bot's words: each does its work once, however often, late or wrongly it is pressed."""

import json
from datetime import timedelta

from sqlalchemy import select

from bot.crm import tickets
from bot.crm.communications import Decision, Direction, Outcome
from bot.crm.outbox import outbox
from bot.database import Database
from bot.desk import ticketing
from bot.desk.asking import PickPress, SolvedPress, TalkPress, TopicPress, entry_of, mark_of
from tests import factories
from tests.desk.talking import NEARLY, SURE, WANG, Chat, Said

BUTTONS = [["Solved ✅", "Talk to a person 🙋"]]
OPENED = "I've passed this on to our team: ticket #1.\nAnything you add here goes straight to it."


async def test_solved_is_noted_once(database: Database) -> None:
    chat = await asked(database)
    assert await chat.presses(SolvedPress(1)) == ("Glad that helped! 😊", [])
    assert await chat.presses(SolvedPress(1)) == ("Already noted, thank you!", [])
    assert [each.outcome for each in await chat.timeline()] == [Outcome.CONFIRMED, None]


async def test_a_person_is_called_once_even_weeks_later(database: Database) -> None:
    chat = await asked(database)
    chat.now += timedelta(weeks=3)
    assert await chat.presses(TalkPress(1)) == ("Your ticket is #1.", [(OPENED, [])])
    assert await chat.presses(TalkPress(1)) == ("Our team has this already: ticket #1.", [])
    assert await chat.presses(SolvedPress(1)) == (
        "Our team has this as ticket #1. You can close it in /tickets.",
        [],
    )
    question = (await chat.timeline())[0]
    assert (question.outcome, question.ticket_id) == (Outcome.HANDED_OVER, 1)
    async with database.read() as tx:
        assert (await tickets.by_id(tx, 1)).subject == "Where is my order?"


async def test_a_person_called_for_a_second_question_has_one_ticket(database: Database) -> None:
    chat = await asked(database)
    await chat.writes("Where is it?", SURE)
    await chat.presses(TalkPress(1))
    assert await chat.presses(TalkPress(3)) == ("Added to your ticket #1.", [])
    assert [each.ticket_id for each in await chat.timeline() if each.message_id] == [1, 1]


async def test_calling_a_person_after_a_solved_ticket_reopens_it(database: Database) -> None:
    chat = await asked(database)
    await chat.presses(TalkPress(1))
    async with database.begin() as tx:
        await ticketing.solve(tx, 1, None, now=chat.now)
    assert await chat.presses(TalkPress(1)) == (
        "Your ticket is #1.",
        [("I've reopened your ticket #1 and told our team.", [])],
    )


async def test_a_picked_suggestion_is_answered_once(database: Database) -> None:
    chat = await Chat.open(database)
    await chat.writes("refund my gift", NEARLY)
    said: list[Said] = [("Yes, for S$5.", BUTTONS)]
    assert await chat.presses(PickPress(1, "gift-wrap")) == ("", said)
    assert await chat.presses(PickPress(1, "gift-wrap")) == ("I have answered that above 👆", [])
    assert await chat.presses(PickPress(1, "refund")) == ("I have answered that above 👆", [])
    question, _, choice, answer = await chat.timeline()
    assert (question.outcome, question.decision) == (Outcome.CHOSEN, Decision.SUGGEST)
    assert (choice.direction, choice.text, choice.decision, choice.entry, choice.reply_to_id) == (
        Direction.IN,
        "Do you wrap gifts?",
        Decision.ANSWER,
        "gift-wrap",
        question.id,
    )
    assert (answer.reply_to_id, answer.entry) == (choice.id, "gift-wrap")


async def test_none_of_these_opens_a_ticket_about_the_question(database: Database) -> None:
    chat = await Chat.open(database)
    await chat.writes("refund my gift", NEARLY)
    assert await chat.presses(TalkPress(1)) == ("Your ticket is #1.", [(OPENED, [])])
    assert await chat.presses(PickPress(1, "refund")) == ("Our team has this already: ticket #1.", [])


async def test_a_suggestion_that_left_the_faq_is_said_so(database: Database) -> None:
    chat = await Chat.open(database)
    await chat.writes("refund my gift", NEARLY)
    words = "I don't have this answer any more. Just ask me again in your own words."
    assert await chat.presses(PickPress(1, "gone")) == (words, [])
    assert await chat.presses(TopicPress("gone")) == (words, [])


async def test_somebody_elses_button_and_an_unknown_one_are_refused(database: Database) -> None:
    anna = await asked(database)
    wang = Chat(database, anna.knowledge, WANG)
    refused = "这个按钮不属于本聊天。"
    for press in (SolvedPress(1), TalkPress(1), PickPress(1, "refund"), TalkPress(2), SolvedPress(99)):
        assert await wang.presses(press) == (refused, [])
    assert [each.outcome for each in await anna.timeline()] == [None, None]


async def test_a_topic_is_answered_and_a_second_tap_is_not(database: Database) -> None:
    chat = await Chat.open(database)
    said: list[Said] = [("It is on its way.", BUTTONS)]
    assert await chat.presses(TopicPress("where-is-my-order")) == ("", said)
    assert await chat.presses(TopicPress("where-is-my-order")) == ("I have answered that above 👆", [])
    chat.now += timedelta(minutes=2)
    assert await chat.presses(TopicPress("where-is-my-order")) == ("", said)


async def test_a_person_called_for_a_topic_shows_the_question_at_the_desk(database: Database) -> None:
    chat = await asked(database)
    async with database.begin() as tx:
        await factories.agent(tx, telegram_id=70)
    await chat.presses(TopicPress("gift-wrap"))
    assert await chat.presses(TalkPress(3)) == ("Your ticket is #1.", [(OPENED, [])])
    await chat.presses(TopicPress("refund"))
    asked_last = (await chat.timeline())[-2].id
    assert (await chat.presses(TalkPress(asked_last)))[0] == "Added to your ticket #1."
    async with database.read() as tx:
        rows = await tx.all(select(outbox.c.method, outbox.c.payload).where(outbox.c.chat_id == 70))
    methods = [(row.method, json.loads(row.payload)["text"].splitlines()[-1]) for row in rows]
    assert methods == [("sendMessage", "🤖 Yes, for S$5."), ("sendMessage", "I want a refund")]


async def test_the_longest_names_of_entries_fit_on_buttons(database: Database) -> None:
    chat = await Chat.open(database)
    longest = "e" * 64
    assert len(PickPress(10**15, mark_of(longest)).pack()) <= 64
    assert mark_of(longest) != mark_of("e" * 63)
    assert entry_of(mark_of("gift-wrap"), chat.knowledge) == "gift-wrap"


async def asked(database: Database) -> Chat:
    chat = await Chat.open(database)
    await chat.writes("Where is my order?", SURE)
    return chat
