"""What the desk's stories begin with: a customer whose ticket is open, and where staff see them."""

from typing import Any

from bot.playground.messages import text_of
from bot.playground.people import Person
from tests.e2e.conftest import Desk


async def opens_ticket(desk: Desk, customer: Person, text: str = "My lamp hums") -> None:
    """The customer asks for a person and has read the answer."""
    await customer.writes(f"/ticket {text}")
    await desk.settled()
    await customer.reads()


async def in_topic(desk: Desk, customer: Person, text: str = "My lamp hums") -> int:
    """The customer has a ticket; returns their topic, whose messages so far have been read by Olivia."""
    await opens_ticket(desk, customer, text)
    await desk.settled()
    thread = topic_of(desk, customer)
    await read_all(desk, thread)
    return thread


def topic_of(desk: Desk, customer: Person) -> int:
    """Return the customer's topic in the desk group."""
    name = customer.user["first_name"]
    (thread,) = [topic["message_thread_id"] for topic in desk.group.topics if topic["name"].startswith(name)]
    return int(thread)


async def read_all(desk: Desk, thread: int) -> list[str]:
    """Return what the bot has put into a topic and Olivia has not read."""
    count = len(desk.olivia.unread(desk.group, thread))
    return await desk.olivia.reads(count, chat=desk.group, thread=thread)


def card(desk: Desk, thread: int) -> dict[str, Any]:
    """Return the ticket's card: the topic's first message of the bot that has buttons."""
    return next(message for message in desk.olivia.sees(desk.group, thread) if "reply_markup" in message)


def labels(message: dict[str, Any]) -> list[str]:
    """Return what the buttons under a message say."""
    return [button["text"] for row in message["reply_markup"]["inline_keyboard"] for button in row]


def seen_by(person: Person) -> list[str]:
    """Return every text in a person's private chat, as it reads now."""
    return [text_of(message) for message in person.sees()]
