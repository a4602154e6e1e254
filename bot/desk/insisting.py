"""A customer who is told that their ticket is solved says that it is not. Called by the handler of that button."""

from datetime import datetime

from bot.crm import tickets
from bot.crm.tickets import TicketUnknown
from bot.desk import relaying, ticketing
from bot.desk.acquaintance import customer_for
from bot.desk.handover import was_just_solved
from bot.desk.incoming import Person
from bot.desk.presses import Button
from bot.desk.rich import Screen
from bot.desk.staff_presses import TicketPress
from bot.desk.timeline import say
from bot.texts import Translator, translator
from bot.transactions import Transaction


async def not_solved(
    tx: Transaction, person: Person, number: int, default_language: str, reopen_days: int, *, now: datetime
) -> str:
    """Open the customer's ticket again and tell the desk; returns the word that answers the press."""
    customer = await customer_for(tx, person, default_language, now)
    t = translator(customer.language)
    try:
        ticket = await tickets.by_id(tx, number, lock=True)
    except TicketUnknown:
        return t("This button is out of date.")
    if ticket.customer_id != customer.id:
        return t("This button is out of date.")
    if ticket.is_unsolved:
        return t("Your ticket #{number} is open already.", number=number)
    if not was_just_solved(ticket, reopen_days, now):
        return t("Ticket #{number} is closed. Just write to us, and we look at it anew.", number=number)
    ticket = await ticketing.reopen(tx, ticket, now=now, agent=None)

    def news(t: Translator) -> Screen:
        text = t("↩️ {name} says that #{number} is not solved.", name=customer.name, number=number)
        return Screen(text, buttons=[[Button(t("Open"), TicketPress(number))]])

    await relaying.tell_desk(tx, customer, ticket, news, now=now)
    text = t("I have opened your ticket #{number} again. Tell us what is missing.", number=number)
    await say(tx, customer, text, now=now, ticket_id=number)
    return t("Your ticket #{number} is open again.", number=number)
