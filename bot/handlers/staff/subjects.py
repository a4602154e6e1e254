"""Which ticket or customer a command is about: its number, else the topic it stands in, else the replied-to message."""

import re
from dataclasses import dataclass

from aiogram.enums import ChatType
from aiogram.types import Message

from bot.crm import communications, customers, desks, tickets
from bot.crm.communications import Communication
from bot.crm.customers import Customer
from bot.desk import finding
from bot.desk.handover import last_ticket
from bot.desk.replying import CustomerUnknown
from bot.handlers.commands import Command, UsageError
from bot.transactions import Transaction

_NUMBER = re.compile(r"(#?)(-?\d{1,30})(?:\s+(.*))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Subject:
    """A ticket's number and the rest of the command's arguments."""

    number: int
    rest: str


async def ticket_of(
    tx: Transaction, message: Message, command: Command, args: str, *, is_text: bool = False
) -> Subject:
    """Return the ticket that a command is about.

    ``is_text`` says that free text follows: where the place tells the ticket, a number that starts the text is then
    taken for the ticket's only with a ``#``.

    Raises:
        UsageError: no ticket is named, and the place does not tell.
    """
    match = _NUMBER.fullmatch(args)
    if match is not None and (match[1] or not is_text):
        return Subject(int(match[2]), (match[3] or "").strip())
    implied = await ticket_here(tx, message)
    if implied is not None:
        return Subject(implied, args)
    if match is not None:
        return Subject(int(match[2]), (match[3] or "").strip())
    raise UsageError(command)


async def customer_of(tx: Transaction, message: Message, command: Command, args: str) -> Customer:
    """Return the customer that a command is about; raises UsageError or CustomerUnknown."""
    if args:
        customer = await finding.one(tx, args)
        if customer is None:
            raise CustomerUnknown(args)
        return customer
    customer = await customer_here(tx, message)
    if customer is None:
        raise UsageError(command)
    return customer


async def ticket_here(tx: Transaction, message: Message) -> int | None:
    """Return the ticket of the replied-to message, else the newest (unsolved) one of the topic's customer."""
    quoted = await quoted_by(tx, message)
    if quoted is not None and quoted.ticket_id is not None:
        ticket = await tickets.by_id(tx, quoted.ticket_id)
        if ticket.is_unsolved or message.chat.type == ChatType.PRIVATE:
            return ticket.id
    customer = await customer_here(tx, message)
    if customer is None:
        return None
    last = await last_ticket(tx, customer)
    return None if last is None else last.id


async def customer_here(tx: Transaction, message: Message) -> Customer | None:
    """Return whose topic this is, or whose message is replied to."""
    if message.is_topic_message and message.message_thread_id is not None:
        customer_id = await desks.customer_of(tx, message.chat.id, message.message_thread_id)
        return None if customer_id is None else await customers.by_id(tx, customer_id)
    quoted = await quoted_by(tx, message)
    return None if quoted is None else await customers.by_id(tx, quoted.customer_id)


async def quoted_by(tx: Transaction, message: Message) -> Communication | None:
    """Return the communication that the replied-to message shows."""
    reply = message.reply_to_message
    if reply is None or reply.forum_topic_created:  # in a topic, plain messages "reply" to its start
        return None
    return await communications.by_copy(tx, message.chat.id, reply.message_id)
