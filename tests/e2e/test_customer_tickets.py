"""Stories of a customer's own tickets: opened, listed, added to, closed, and answered by a person."""

from sqlalchemy import select

from bot.crm.tickets import TicketState, tickets
from tests.e2e.conftest import Desk
from tests.e2e.test_customer_asks import labels

OPENED = "I've passed this on to our team: ticket #1.\nAnything you add here goes straight to it."


async def test_a_ticket_is_opened_looked_at_added_to_and_closed(desk: Desk) -> None:
    anna = desk.anna
    await anna.writes("/ticket")
    assert await anna.reads() == ["What is it about? Write it in one message, or send a photo. /cancel to leave it."]
    await anna.writes("My lamp flickers")
    assert await anna.reads() == [OPENED]

    await anna.writes("/tickets")
    (listed,) = await anna.reads_messages()
    assert labels(listed) == [["#1 · waiting for our team · My lamp flickers"]]

    await anna.presses("#1 · waiting for our team · My lamp flickers")
    await desk.settled()
    card = next(message for message in anna.sees() if message["message_id"] == listed["message_id"])
    assert card["text"].splitlines()[0] == "Ticket #1: waiting for our team"
    assert labels(card) == [["Add a message", "Close it ✅"], ["« All tickets"]]

    assert (await anna.presses("Add a message")).text == "Write your message now."
    assert await anna.reads() == ["Write what to add to ticket #1, or send a photo or a file. /cancel to leave it."]
    await anna.writes("It is the blue one")
    assert await anna.reads() == ["Got it, I've added this to your ticket #1. A person will answer here."]

    assert (await anna.presses("Close it ✅", listed)).text == "Ticket #1 is closed. Thank you!"
    await desk.settled()
    (ticket,) = await desk.rows(select(tickets))
    assert ticket.state is TicketState.SOLVED


async def test_the_question_and_all_that_follows_is_shown_in_the_topic(desk: Desk) -> None:
    await desk.anna.writes("Can my penguin sleep on your sofa?")
    await desk.anna.writes("It is a small one")
    _, *shown = await desk.olivia.reads(3, chat=desk.group)
    assert shown == ["Can my penguin sleep on your sofa?", "It is a small one"]
    (topic,) = desk.group.topics
    assert topic["name"].startswith("Anna Berg")


async def test_a_person_answers_and_the_customer_goes_on_without_echo(desk: Desk) -> None:
    await desk.anna.writes("Can my penguin sleep on your sofa?")
    assert await desk.anna.reads() == [OPENED]
    await desk.olivia.reads(2, chat=desk.group)
    (topic,) = desk.group.topics
    await desk.carla.writes("Gladly, if it is dry.", chat=desk.group, thread=topic["message_thread_id"])
    assert await desk.anna.reads() == ["Gladly, if it is dry."]
    await desk.anna.writes("It is always dry")
    await desk.settled()
    assert desk.anna.unread() == []


async def test_dialogs_survive_a_restart(desk: Desk) -> None:
    await desk.anna.writes("/ticket")
    await desk.settled()
    await desk.restart()
    await desk.anna.writes("My lamp flickers")
    assert (await desk.anna.reads(2))[1] == OPENED
