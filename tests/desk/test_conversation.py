"""A customer writes: answered, offered choices, greeted, or brought to a person; nothing dropped, nothing doubled."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import CursorResult, Executable

from bot.crm import communications, tickets
from bot.crm.communications import Decision, Kind
from bot.crm.tickets import TicketState, TicketUnknown
from bot.database import Database
from bot.desk import conversation, ticketing
from bot.transactions import Connection, Transaction
from tests import factories
from tests.desk.talking import FRIENDLY, NEARLY, SETTINGS, SURE, UNSURE, WANG, Chat

BUTTONS = [["Solved ✅", "Talk to a person 🙋"]]
OPENED = "I've passed this on to our team: ticket #1.\nAnything you add here goes straight to it."
ADDED = "Got it, I've added this to your ticket #1. A person will answer here."


async def test_a_sure_answer_is_said_with_two_ways_on(database: Database) -> None:
    chat = await Chat.open(database)
    assert await chat.writes("Where's my order?", SURE) == [("It is on its way.", BUTTONS)]
    asked, said = await chat.timeline()
    assert (asked.text, asked.decision, asked.score, asked.entry) == (
        "Where's my order?",
        Decision.ANSWER,
        0.97,
        "where-is-my-order",
    )
    assert (said.text, said.decision, said.score, said.entry, said.reply_to_id) == (
        "It is on its way.",
        Decision.ANSWER,
        0.97,
        "where-is-my-order",
        asked.id,
    )


async def test_an_answered_question_costs_four_statements(database: Database) -> None:
    chat = await Chat.open(database)
    await chat.writes("Hello", FRIENDLY)
    async with database.begin() as tx:
        counting = Counting(tx.connection)
        await conversation.receive(counting, chat.heard("Where?"), SURE, chat.knowledge, SETTINGS, chat.now)
    kinds = [" ".join(statement.split()[:3]) for statement in counting.statements]
    assert kinds == [
        "SELECT customers.id, customers.first_name,",
        "INSERT INTO communications",
        "INSERT INTO communications",
        "INSERT INTO outbox",
    ]


async def test_an_answer_comes_in_the_customers_language(database: Database) -> None:
    chat = await Chat.open(database, WANG)
    assert (await chat.writes("订单呢", SURE))[0][0] == "正在路上。"


async def test_an_answer_in_another_language_says_so(database: Database) -> None:
    chat = await Chat.open(database, WANG)
    verdict = replace(SURE, candidates=(replace(SURE.candidates[0], entry="refund"),))
    assert (await chat.writes("退款", verdict))[0][0] == "（这条答案目前只有 English 版。）\n\nRefunds take five days."


async def test_a_nearly_sure_answer_offers_questions_but_no_small_talk(database: Database) -> None:
    chat = await Chat.open(database)
    offered = [["I want a refund"], ["Do you wrap gifts?"], ["None of these"]]
    assert await chat.writes("refund my gift", NEARLY) == [("Did you mean one of these?", offered)]


async def test_an_unsure_question_opens_a_ticket_with_its_number(database: Database) -> None:
    chat = await Chat.open(database)
    assert await chat.writes("Can I pay in shells?") == [(OPENED, [])]
    asked, said = await chat.timeline()
    assert (asked.decision, asked.ticket_id, said.ticket_id) == (Decision.UNSURE, 1, 1)
    async with database.read() as tx:
        ticket = await tickets.by_id(tx, 1)
    assert (ticket.subject, ticket.state) == ("Can I pay in shells?", TicketState.NEW)
    assert (await chat.customer()).active_ticket_id == 1


async def test_the_usual_wait_is_told_where_it_was_measured(database: Database) -> None:
    chat = await Chat.open(database)
    async with database.begin() as tx:
        for minutes in (2, 4, 6, 8, 30):
            began = chat.now - timedelta(days=1)
            await factories.ticket(tx, now=began, first_replied_at=began + timedelta(minutes=minutes))
    (said, _), *_ = await chat.writes("Can I pay in shells?")
    assert said == (
        "I've passed this on to our team: ticket #6.\nPeople usually hear back within 6 minutes.\n"
        "Anything you add here goes straight to it."
    )


async def test_small_talk_gets_a_word_and_never_a_ticket(database: Database) -> None:
    chat = await Chat.open(database)
    word = ("😊 How can I help? Write your question in your own words.", [])
    assert await chat.writes("hi", FRIENDLY) == [("Hello!", [])]
    assert await chat.writes("👍👍") == [word]
    assert await chat.sends(chat.heard(kind=Kind.STICKER, file_id="s1"), None) == [word]
    assert [each.decision for each in await chat.timeline()] == [Decision.SMALL_TALK] * 6


async def test_empty_texts_and_unreadable_kinds_are_answered(database: Database) -> None:
    chat = await Chat.open(database)
    assert (await chat.writes("  \n"))[0][0] == "That message was empty. Just write your question in a few words."
    (said, _), *_ = await chat.sends(chat.heard(kind=Kind.OTHER), None)
    assert said == "I can't read this kind of message. Please write it in words, or send a photo or a file."


async def test_a_burst_on_a_ticket_is_acknowledged_once(database: Database) -> None:
    chat = await Chat.open(database)
    await chat.writes("My lamp flickers")
    chat.now += timedelta(minutes=1)
    assert await chat.writes("It is the blue one", SURE) == []
    chat.now += timedelta(minutes=10)
    assert await chat.writes("Hello?", FRIENDLY) == [(ADDED, [])]
    assert await chat.writes("Anyone?") == []
    heard = [each for each in await chat.timeline() if each.message_id is not None]
    assert [(each.decision, each.ticket_id) for each in heard] == [(Decision.UNSURE, 1), *[(Decision.TICKET, 1)] * 3]


async def test_writing_on_a_pending_ticket_opens_it(database: Database) -> None:
    chat = await Chat.open(database)
    await chat.writes("My lamp flickers")
    async with database.begin() as tx:
        await ticketing.pending(tx, 1, await factories.agent(tx), now=chat.now)
    chat.now += timedelta(hours=1)
    assert await chat.writes("Here is the number") == [(ADDED, [])]
    async with database.read() as tx:
        assert (await tickets.by_id(tx, 1)).state is TicketState.OPEN


async def test_writing_again_within_the_days_reopens_and_later_names_the_old_one(database: Database) -> None:
    chat = await Chat.open(database)
    await chat.writes("My lamp flickers")
    await solve(chat, 1)
    chat.now += timedelta(days=7)
    assert await chat.writes("It flickers again") == [("I've reopened your ticket #1 and told our team.", [])]
    await solve(chat, 1)
    chat.now += timedelta(days=8)
    said = (
        "I've passed this on to our team: ticket #2.\nIt follows on from your ticket #1.\n"
        "Anything you add here goes straight to it."
    )
    assert await chat.writes("And once more") == [(said, [])]
    async with database.read() as tx:
        assert (await tickets.by_id(tx, 2)).previous_ticket_id == 1


async def test_a_known_question_after_a_solved_ticket_is_answered_by_the_faq(database: Database) -> None:
    chat = await Chat.open(database)
    await chat.writes("My lamp flickers")
    await solve(chat, 1)
    assert await chat.writes("Where is my order?", SURE) == [("It is on its way.", BUTTONS)]


async def test_a_quoted_reply_goes_to_the_quoted_messages_ticket(database: Database) -> None:
    chat = await Chat.open(database)
    await chat.writes("My lamp flickers")
    await solve(chat, 1)
    chat.now += timedelta(days=30)
    await chat.writes("Something else")
    await chat.writes("This one", SURE, reply_to_message_id=2)
    quoting = (await chat.timeline())[-1]
    assert (quoting.ticket_id, quoting.text) == (2, "This one")


async def test_media_without_words_open_a_ticket_and_an_album_stays_one(database: Database) -> None:
    chat = await Chat.open(database)
    assert await chat.sends(chat.heard(kind=Kind.PHOTO, file_id="p1", album="a"), None) == [(OPENED, [])]
    assert await chat.sends(chat.heard(kind=Kind.PHOTO, file_id="p2", album="a"), None) == []
    assert await chat.sends(chat.heard(kind=Kind.VOICE, file_id="v1"), None) == []
    heard = [each for each in await chat.timeline() if each.message_id is not None]
    assert [(each.kind, each.file_id, each.album, each.ticket_id) for each in heard] == [
        (Kind.PHOTO, "p1", "a", 1),
        (Kind.PHOTO, "p2", "a", 1),
        (Kind.VOICE, "v1", None, 1),
    ]


async def test_an_album_whose_caption_was_answered_opens_no_ticket(database: Database) -> None:
    chat = await Chat.open(database)
    photo = chat.heard("Where is my order?", Kind.PHOTO, file_id="p1", album="a")
    assert await chat.sends(photo, SURE) == [("It is on its way.", BUTTONS)]
    assert await chat.sends(chat.heard(kind=Kind.PHOTO, file_id="p2", album="a"), None) == []
    async with database.read() as tx:
        try:
            await tickets.by_id(tx, 1)
        except TicketUnknown as unknown:
            assert unknown.number == 1
        else:
            raise AssertionError("a ticket was opened")


async def test_somebody_elses_contact_is_refused_in_words(database: Database) -> None:
    chat = await Chat.open(database)
    contact = chat.heard(kind=Kind.CONTACT, contact_phone="+6591234567", contact_user_id=999)
    (said, _), *_ = await chat.sends(contact, None)
    assert said.startswith("This contact isn't your own")
    assert (await chat.timeline())[0].text == "+6591234567"


async def test_an_edit_keeps_both_versions_and_an_unknown_one_is_let_be(database: Database) -> None:
    chat = await Chat.open(database)
    first = chat.heard("My lamp flikers")
    await chat.sends(first, UNSURE)
    edit = replace(first, text="My lamp flickers", edited_at=factories.after(minutes=3))
    async with database.begin() as tx:
        await conversation.edited(tx, edit, factories.after(minutes=3))
        await conversation.edited(tx, edit, factories.after(minutes=3))
        await conversation.edited(tx, replace(edit, message_id=77), factories.after(minutes=3))
    said = (await chat.timeline())[0]
    assert (said.text, said.edited_at) == ("My lamp flickers", factories.after(minutes=3))
    async with database.read() as tx:
        assert await communications.versions_of(tx, said.id) == [(factories.NOW, "My lamp flikers")]


async def test_another_picture_in_place_of_one_makes_no_new_words(database: Database) -> None:
    chat = await Chat.open(database)
    photo = chat.heard("My lamp", Kind.PHOTO, file_id="p1")
    await chat.sends(photo, UNSURE)
    async with database.begin() as tx:
        await conversation.edited(tx, replace(photo, file_id="p2", edited_at=chat.now), chat.now)
        said = await communications.by_message(tx, photo.chat_id, photo.message_id)
        assert said is not None
        assert await communications.versions_of(tx, said.id) == []
    assert (said.text, said.file_id) == ("My lamp", "p2")


async def test_a_message_written_while_we_were_away_keeps_its_own_time(database: Database) -> None:
    chat = await Chat.open(database)
    await chat.writes("Where?", SURE, sent_at=chat.now - timedelta(hours=2))
    asked, said = await chat.timeline()
    assert (asked.created_at, said.created_at) == (chat.now - timedelta(hours=2), chat.now)


async def test_a_changed_name_is_taken_over_and_the_language_kept(database: Database) -> None:
    chat = await Chat.open(database)
    await chat.writes("hi", FRIENDLY)
    await chat.renamed(first_name="<b>Änn</b>", last_name=None, username="ann", language_code="zh")
    await chat.writes("hi", FRIENDLY)
    customer = await chat.customer()
    assert (customer.name, customer.username, customer.language) == ("<b>Änn</b>", "ann", "en")


class Counting(Transaction):
    """Keeps the statements that were executed."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self.statements: list[str] = []

    async def execute(self, statement: Executable, values: Any = None) -> CursorResult[Any]:
        self.statements.append(str(statement))
        return await super().execute(statement, values)


async def solve(chat: Chat, number: int) -> None:
    async with chat.database.begin() as tx:
        await ticketing.solve(tx, number, await factories.agent(tx), now=chat.now)
    await chat.reads()
