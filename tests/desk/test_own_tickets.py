"""A customer's own tickets: opened by command, listed and paged, added to, closed; nobody else's."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.crm import tickets
from bot.crm.communications import Kind
from bot.crm.outbox import outbox
from bot.crm.tickets import TicketState
from bot.database import Database
from bot.desk import own_tickets, welcoming
from bot.desk.own_tickets import AddPress, ClosePress, OpenCardPress, TicketNotYours, TicketsPagePress
from bot.desk.rich import Screen
from tests import factories
from tests.desk.talking import SETTINGS, SURE, WANG, Chat, Said

OPENED = "I've passed this on to our team: ticket #1.\nAnything you add here goes straight to it."
ASKED = "What is it about? Write it in one message, or send a photo. /cancel to leave it."


async def test_a_ticket_opens_with_the_commands_text_or_the_next_message(database: Database) -> None:
    chat = await Chat.open(database)
    assert await ticket(chat, "My lamp flickers") == [(OPENED, [])]
    assert await ticket(chat, "") == [(ASKED, [])]
    said = "I've passed this on to our team: ticket #2.\nAnything you add here goes straight to it."
    assert await chat.writes("Where is my order?", SURE) == [(said, [])]
    async with database.read() as tx:
        assert [(await tickets.by_id(tx, number)).subject for number in (1, 2)] == [
            "My lamp flickers",
            "Where is my order?",
        ]
    assert (await chat.customer()).dialog is None


async def test_a_photo_opens_the_ticket_that_was_begun(database: Database) -> None:
    chat = await Chat.open(database)
    await ticket(chat, "")
    assert await chat.sends(chat.heard(kind=Kind.PHOTO, file_id="p"), None) == [(OPENED, [])]


async def test_cancel_leaves_the_dialog_and_so_does_time(database: Database) -> None:
    chat = await Chat.open(database)
    await ticket(chat, "")
    assert await cancel(chat) == [("Cancelled. Just write when you need me.", [])]
    assert await cancel(chat) == [("There is nothing to cancel. Just write your question.", [])]
    await ticket(chat, "")
    chat.now += timedelta(days=1)
    assert (await chat.writes("Where is my order?", SURE))[0][0] == "It is on its way."


async def test_tickets_are_listed_newest_first_and_paged(database: Database) -> None:
    chat = await Chat.open(database)
    assert await listed(chat) == [("You have no tickets yet. /ticket opens one, or just ask me anything.", [])]
    async with database.begin() as tx:
        for number in range(8):
            await factories.ticket(
                tx, await chat.customer(), subject=f"Lamp {number}", now=factories.after(hours=number)
            )
    first = [[f"#{number} · waiting for our team · Lamp {number - 1}"] for number in (8, 7, 6, 5, 4, 3)]
    assert await listed(chat) == [("Your tickets:", [*first, ["Older ▶️"]])]
    async with database.begin() as tx:
        second = await own_tickets.turn_page(tx, chat.person, TicketsPagePress(1), SETTINGS, chat.now)
    assert labels(second) == [
        ["#2 · waiting for our team · Lamp 1"],
        ["#1 · waiting for our team · Lamp 0"],
        ["◀️ Newer"],
    ]


async def test_a_card_tells_how_the_ticket_stands(database: Database) -> None:
    chat = await Chat.open(database)
    await ticket(chat, "My lamp flickers")
    screen = await card(chat, 1)
    assert screen.text == (
        "Ticket #1: waiting for our team\nOpened 3/2/26, 9:30\u202fAM\nMy lamp flickers\n\n"
        f"You: /ticket My lamp flickers\nWe: {OPENED}"
    )
    assert labels(screen) == [["Add a message", "Close it ✅"], ["« All tickets"]]


async def test_a_message_is_added_to_an_older_ticket(database: Database) -> None:
    chat = await Chat.open(database)
    await ticket(chat, "My lamp flickers")
    await ticket(chat, "My sofa squeaks")
    words, said = await add(chat, 1)
    assert (words, said) == (
        "Write your message now.",
        [("Write what to add to ticket #1, or send a photo or a file. /cancel to leave it.", [])],
    )
    assert await add(chat, 1) == ("Write your message now.", [])
    said = await chat.writes("It is the blue one", SURE)
    assert said == [("Got it, I've added this to your ticket #1. A person will answer here.", [])]
    assert [each.ticket_id for each in await chat.timeline() if each.text == "It is the blue one"] == [1]


async def test_a_customer_closes_a_ticket_once(database: Database) -> None:
    chat = await Chat.open(database)
    await ticket(chat, "My lamp flickers")
    assert await close(chat, 1) == "Ticket #1 is closed. Thank you!"
    assert await close(chat, 1) == "Ticket #1 is closed already."
    async with database.read() as tx:
        assert (await tickets.by_id(tx, 1)).state is TicketState.SOLVED
    assert labels(await card(chat, 1)) == [["Add a message"], ["« All tickets"]]
    assert (await chat.writes("Where is my order?", SURE))[0][0] == "It is on its way."


async def test_a_ticket_that_nobody_had_is_announced_again_when_its_customer_comes_back(database: Database) -> None:
    chat = await Chat.open(database)
    async with database.begin() as tx:
        await factories.agent(tx, telegram_id=70)
    await ticket(chat, "My lamp flickers")
    await close(chat, 1)
    await chat.writes("It flickers again")
    async with database.read() as tx:
        cards = await tx.all(select(outbox.c.id).where(outbox.c.chat_id == 70, outbox.c.method == "sendMessage"))
    assert len(cards) == 2


async def test_start_leaves_what_was_begun(database: Database) -> None:
    chat = await Chat.open(database)
    await ticket(chat, "")
    async with database.begin() as tx:
        await welcoming.greet(tx, chat.heard("/start"), chat.knowledge, SETTINGS, chat.now)
    assert (await chat.customer()).dialog is None


async def test_nobody_elses_ticket_can_be_looked_at(database: Database) -> None:
    anna = await Chat.open(database)
    await ticket(anna, "My lamp flickers")
    wang = Chat(database, anna.knowledge, WANG)
    for look in (card, add, close):
        with pytest.raises(TicketNotYours):
            await look(wang, 1)


async def ticket(chat: Chat, text: str) -> list[Said]:
    async with chat.database.begin() as tx:
        await own_tickets.start_ticket(tx, chat.heard(f"/ticket {text}".strip()), text, SETTINGS, chat.now)
    return await chat.reads()


async def cancel(chat: Chat) -> list[Said]:
    async with chat.database.begin() as tx:
        await welcoming.cancel(tx, chat.heard("/cancel"), SETTINGS, chat.now)
    return await chat.reads()


async def listed(chat: Chat) -> list[Said]:
    async with chat.database.begin() as tx:
        await own_tickets.tell_list(tx, chat.heard("/tickets"), SETTINGS, chat.now)
    return await chat.reads()


async def card(chat: Chat, number: int) -> Screen:
    async with chat.database.begin() as tx:
        return await own_tickets.open_card(tx, chat.person, OpenCardPress(number).number, SETTINGS, chat.now)


async def add(chat: Chat, number: int) -> tuple[str, list[Said]]:
    async with chat.database.begin() as tx:
        words = await own_tickets.start_adding(tx, chat.person, AddPress(number), SETTINGS, chat.now)
    return words, await chat.reads()


async def close(chat: Chat, number: int) -> str:
    async with chat.database.begin() as tx:
        return await own_tickets.close(tx, chat.person, ClosePress(number), SETTINGS, chat.now)


def labels(screen: Screen) -> list[list[str]]:
    return [[button.text for button in row] for row in screen.buttons]
