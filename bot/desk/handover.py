"""From the bot to a person: a ticket is opened, reopened or added to, and the customer is told once.

Called when the bot is unsure, when the customer asks for a person, and for everything that goes to a ticket of theirs.
"""

from datetime import datetime, timedelta
from functools import partial

from bot.crm import communications, customers, tickets, timelines
from bot.crm.customers import Customer
from bot.crm.tickets import Ticket, TicketState
from bot.desk import relaying, ticketing
from bot.desk.incoming import Incoming
from bot.desk.rich import Screen
from bot.desk.timeline import say
from bot.desk.waits import usual_wait
from bot.texts import Translator, translator
from bot.transactions import Transaction

QUIET_FOR = timedelta(minutes=10)
"""After a word from us on a ticket, so long nothing more is acknowledged: one acknowledgement a burst."""


async def hand_over(
    tx: Transaction, customer: Customer, communication_id: int, heard: Incoming, *, reopen_days: int, now: datetime
) -> Ticket:
    """Bring a message that no ticket has yet to a person: to an unsolved or lately solved ticket, else a new one."""
    last = await last_ticket(tx, customer)
    if last is not None and (last.is_unsolved or was_just_solved(last, reopen_days, now)):
        await add_to(tx, customer, last, communication_id, heard, is_asked_for=True, now=now)
        return last
    return await open_new(tx, customer, communication_id, heard, previous=last, now=now)


async def open_new(
    tx: Transaction,
    customer: Customer,
    communication_id: int,
    heard: Incoming,
    *,
    subject: str | None = None,
    previous: Ticket | None = None,
    now: datetime,
) -> Ticket:
    """Open a ticket with this message, and tell the customer its number and the usual wait."""
    previous_id = previous.id if previous else None
    subject = subject_of(heard.text, heard) if subject is None else subject
    ticket = await ticketing.open_ticket(tx, customer, subject, previous_ticket_id=previous_id, now=now)
    await communications.change(tx, communication_id, {"ticket_id": ticket.id})
    if heard.message_id:  # what was asked by a button the card shows
        await relaying.relay(tx, customer, heard, communication_id, ticket, now=now)
    t = translator(customer.language)
    words = [t("I've passed this on to our team: ticket #{number}.", number=ticket.id)]
    if previous_id is not None:
        words.append(t("It follows on from your ticket #{number}.", number=previous_id))
    wait = await usual_wait(tx, now)
    if wait is not None:
        words.append(t("People usually hear back within {wait}.", wait=t.duration(wait.median)))
    words.append(t("Anything you add here goes straight to it."))
    await say(tx, customer, "\n".join(words), now=now, reply_to_id=communication_id, ticket_id=ticket.id)
    return ticket


async def add_to(
    tx: Transaction,
    customer: Customer,
    ticket: Ticket,
    communication_id: int,
    heard: Incoming,
    *,
    is_asked_for: bool = False,
    now: datetime,
) -> None:
    """Add a message to a ticket (reopening it where it waited or was solved), show it at the desk, acknowledge it.

    A burst is acknowledged once, but a word that was asked for always is.
    """
    said_at = await timelines.last_said_at(tx, ticket.id)
    await communications.change(tx, communication_id, {"ticket_id": ticket.id})
    await note(tx, customer, ticket, communication_id, heard, now=now)
    t = translator(customer.language)
    if not ticket.is_unsolved:
        words = t("I've reopened your ticket #{number} and told our team.", number=ticket.id)
    elif is_asked_for or said_at is None or now - said_at >= QUIET_FOR:
        words = t("Got it, I've added this to your ticket #{number}. A person will answer here.", number=ticket.id)
    else:
        return
    await say(tx, customer, words, now=now, reply_to_id=communication_id, ticket_id=ticket.id)


async def note(
    tx: Transaction, customer: Customer, ticket: Ticket, communication_id: int, heard: Incoming, *, now: datetime
) -> None:
    """Let a ticket and the desk know that its customer wrote."""
    was_solved = not ticket.is_unsolved
    ticket = await ticketing.customer_wrote(tx, ticket, now=now)
    if customer.active_ticket_id != ticket.id:
        await customers.change(tx, customer.id, active_ticket_id=ticket.id)
    if was_solved and ticket.assignee_id is None:
        await relaying.announce(tx, customer, ticket, now=now)
    if heard.message_id:
        await relaying.relay(tx, customer, heard, communication_id, ticket, now=now)
    else:
        await relaying.tell_desk(tx, customer, ticket, partial(_asked, customer.name, ticket.id, heard.text), now=now)


def _asked(name: str, number: int, text: str, _t: Translator) -> Screen:
    """Return the desk's words for a question that was asked by a button: there is no message to copy."""
    return Screen(f"👤 {name} · #{number}\n{text}")


async def last_ticket(tx: Transaction, customer: Customer) -> Ticket | None:
    """Return the ticket that a customer's word may belong to: the newest unsolved one, else the newest."""
    latest = await tickets.of_customer(tx, customer.id, most=20)
    return next((ticket for ticket in latest if ticket.is_unsolved), latest[0] if latest else None)


def was_just_solved(ticket: Ticket, reopen_days: int, now: datetime) -> bool:
    """Whether writing again reopens this ticket."""
    return (
        ticket.state is TicketState.SOLVED
        and ticket.solved_at is not None
        and now - ticket.solved_at <= timedelta(days=reopen_days)
    )


def subject_of(text: str, heard: Incoming) -> str:
    """Return what a ticket that starts with this message is called: its first line, else what it is made of."""
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return line or f"[{heard.kind}]"
