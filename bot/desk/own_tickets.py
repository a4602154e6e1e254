"""A customer's own tickets: open one, look at them, add to one, close one. Called by the customers' handlers."""

from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import ClassVar

from bot.crm import tickets, timelines
from bot.crm.communications import Communication, Decision, Direction
from bot.crm.customers import Customer
from bot.crm.tickets import Ticket, TicketState, TicketUnknown
from bot.desk import dialogs, handover, ticketing
from bot.desk.acquaintance import customer_for
from bot.desk.cards import words
from bot.desk.dialogs import TicketDialog
from bot.desk.incoming import Incoming, Person
from bot.desk.presses import Button, Press
from bot.desk.rich import Screen
from bot.desk.speech import shorten
from bot.desk.timeline import hear, say
from bot.errors import KefuError
from bot.settings import Settings
from bot.texts import N_, Translator, translator
from bot.transactions import Transaction

PAGE = 6
MAX_PAGE = 10_000
CARD_SHOWS = 6
LONGEST_LINE = 200

STATE_WORDS = {
    TicketState.NEW: N_("waiting for our team"),
    TicketState.OPEN: N_("in progress"),
    TicketState.PENDING: N_("waiting for your answer"),
    TicketState.ON_HOLD: N_("paused, we'll come back to you"),
    TicketState.SOLVED: N_("solved"),
    TicketState.CLOSED: N_("closed"),
}


@dataclass(frozen=True, slots=True)
class TicketsPagePress(Press):
    """A page of the customer's list of tickets."""

    prefix: ClassVar[str] = "mytickets"
    page: int


@dataclass(frozen=True, slots=True)
class OpenCardPress(Press):
    """Look at one of the customer's tickets."""

    prefix: ClassVar[str] = "myticket"
    number: int


@dataclass(frozen=True, slots=True)
class AddPress(Press):
    """Add a message to this ticket."""

    prefix: ClassVar[str] = "myadd"
    number: int


@dataclass(frozen=True, slots=True)
class ClosePress(Press):
    """The customer needs no more help with this ticket."""

    prefix: ClassVar[str] = "myclose"
    number: int


class TicketNotYours(KefuError):
    """A customer asked for a ticket that is not theirs, or that there is not: for them that is the same."""


async def start_ticket(tx: Transaction, heard: Incoming, text: str, settings: Settings, now: datetime) -> None:
    """``/ticket``: open one with the text that came with the command, else ask for it."""
    customer = await customer_for(tx, heard.sender, settings.language, now)
    number = await hear(tx, customer, heard, now=now)
    if text:
        await _open(tx, customer, number, heard, text, now=now)
        return
    await dialogs.enter(tx, customer, None, now)
    t = translator(customer.language)
    asked = t("What is it about? Write it in one message, or send a photo. /cancel to leave it.")
    await say(tx, customer, asked, now=now, reply_to_id=number)


async def finish_dialog(
    tx: Transaction, customer: Customer, dialog: TicketDialog, heard: Incoming, *, now: datetime
) -> None:
    """Take the message that was waited for: a new ticket's text, or a word on one that there is."""
    await dialogs.leave(tx, customer)
    number = await hear(tx, customer, heard, now=now, decision=Decision.TICKET)
    ticket = None if dialog.number is None else await tickets.by_id(tx, dialog.number, lock=True)
    if ticket is None or ticket.customer_id != customer.id:
        await _open(tx, customer, number, heard, heard.text, now=now)
    elif ticket.state is TicketState.CLOSED:
        await handover.open_new(tx, customer, number, heard, previous=ticket, now=now)
    else:
        await handover.add_to(tx, customer, ticket, number, heard, is_asked_for=True, now=now)


async def tell_list(tx: Transaction, heard: Incoming, settings: Settings, now: datetime) -> None:
    """``/tickets``: the customer's tickets, to open one by a button."""
    customer = await customer_for(tx, heard.sender, settings.language, now)
    number = await hear(tx, customer, heard, now=now)
    screen = await _list(tx, customer, 0)
    await say(tx, customer, screen.text, now=now, buttons=screen.buttons, reply_to_id=number)


async def turn_page(
    tx: Transaction, person: Person, press: TicketsPagePress, settings: Settings, now: datetime
) -> Screen:
    """Return another page of the customer's tickets."""
    customer = await customer_for(tx, person, settings.language, now)
    return await _list(tx, customer, min(max(0, press.page), MAX_PAGE))


async def open_card(tx: Transaction, person: Person, number: int, settings: Settings, now: datetime) -> Screen:
    """Return one of the customer's tickets; raises :class:`TicketNotYours` for anybody else's."""
    customer = await customer_for(tx, person, settings.language, now)
    return await _card(tx, customer, number, settings.zone)


async def start_adding(tx: Transaction, person: Person, press: AddPress, settings: Settings, now: datetime) -> str:
    """Wait for a message to one of the customer's tickets; returns the few words that answer the press."""
    customer = await customer_for(tx, person, settings.language, now)
    t = translator(customer.language)
    ticket = await _own(tx, customer, press.number)
    dialog = dialogs.dialog_of(customer, now)
    if dialog is None or dialog.number != ticket.id:
        await dialogs.enter(tx, customer, ticket.id, now)
        asked = t(
            "Write what to add to ticket #{number}, or send a photo or a file. /cancel to leave it.", number=ticket.id
        )
        await say(tx, customer, asked, now=now, ticket_id=ticket.id)
    return t("Write your message now.")


async def close(tx: Transaction, person: Person, press: ClosePress, settings: Settings, now: datetime) -> str:
    """Let the customer close a ticket of theirs; returns the few words that answer the press."""
    customer = await customer_for(tx, person, settings.language, now)
    t = translator(customer.language)
    ticket = await _own(tx, customer, press.number)
    if not ticket.is_unsolved:
        return t("Ticket #{number} is closed already.", number=ticket.id)
    await ticketing.solve(tx, ticket.id, None, now=now)
    return t("Ticket #{number} is closed. Thank you!", number=ticket.id)


async def _list(tx: Transaction, customer: Customer, page: int) -> Screen:
    """Return a page of tickets, newest first, a button each."""
    t = translator(customer.language)
    found = await tickets.of_customer(tx, customer.id, PAGE + 1, page * PAGE)
    if not found and page == 0:
        return Screen(t("You have no tickets yet. /ticket opens one, or just ask me anything."))
    rows = [[Button(_line(t, ticket), OpenCardPress(ticket.id))] for ticket in found[:PAGE]]
    turning = []
    if page > 0:
        turning.append(Button(t("◀️ Newer"), TicketsPagePress(page - 1)))
    if len(found) > PAGE:
        turning.append(Button(t("Older ▶️"), TicketsPagePress(page + 1)))
    return Screen(t("Your tickets:"), buttons=[*rows, turning] if turning else rows)


async def _card(tx: Transaction, customer: Customer, number: int, zone: tzinfo) -> Screen:
    """Return one ticket as its customer sees it."""
    t = translator(customer.language)
    ticket = await _own(tx, customer, number)
    said = await timelines.last_on_ticket(tx, ticket.id, CARD_SHOWS)
    head = [
        t("Ticket #{number}: {state}", number=ticket.id, state=t(STATE_WORDS[ticket.state])),
        t("Opened {moment}", moment=t.moment(ticket.created_at, zone, "short")),
        ticket.subject,
    ]
    lines = [f"{_speaker(t, each)}: {shorten(words(t, each), LONGEST_LINE)}" for each in said]
    back = Button(t("« All tickets"), TicketsPagePress(0))
    rows = [[back]]
    if ticket.state is not TicketState.CLOSED:
        rows = [[Button(t("Add a message"), AddPress(ticket.id))], [back]]
    if ticket.is_unsolved:
        rows[0].append(Button(t("Close it ✅"), ClosePress(ticket.id)))
    return Screen("\n".join([*head, "", *lines] if lines else head), buttons=rows)


async def _own(tx: Transaction, customer: Customer, number: int) -> Ticket:
    try:
        ticket = await tickets.by_id(tx, number, lock=True)
    except TicketUnknown as unknown:
        raise TicketNotYours(str(unknown)) from unknown
    if ticket.customer_id != customer.id:
        raise TicketNotYours(f"ticket #{number} is of customer {ticket.customer_id}")
    return ticket


async def _open(
    tx: Transaction, customer: Customer, communication_id: int, heard: Incoming, text: str, *, now: datetime
) -> None:
    await handover.open_new(tx, customer, communication_id, heard, subject=handover.subject_of(text, heard), now=now)


def _line(t: Translator, ticket: Ticket) -> str:
    return shorten(f"#{ticket.id} · {t(STATE_WORDS[ticket.state])} · {ticket.subject}", 60)


def _speaker(t: Translator, said: Communication) -> str:
    return t("You") if said.direction is Direction.IN else t("We")
