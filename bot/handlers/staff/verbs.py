"""What agents do with tickets, by command: take, assign, note, pending, hold, solve, reopen."""

from datetime import datetime

from aiogram import Router
from aiogram.types import Message

from bot.crm import customers, tickets
from bot.crm.agents import Agent
from bot.crm.tickets import Ticket
from bot.desk import relaying, replying, staffing, ticketing
from bot.desk.presses import Button
from bot.desk.rich import Screen
from bot.desk.staff_presses import ReleasePress, UnsolvePress
from bot.handlers import screens
from bot.handlers.commands import Command, StaffCommand, UsageError
from bot.handlers.incoming import incoming
from bot.handlers.staff import subjects
from bot.texts import Translator, translator
from bot.transactions import Begin, Transaction

router = Router(name="staff.verbs")


@router.message(StaffCommand("take"))
async def take(message: Message, command: Command, args: str, agent: Agent, begin: Begin, now: datetime) -> None:
    async with begin() as tx:
        number = await _only_number(tx, message, command, args)
        ticket = await ticketing.take(tx, number, agent, now=now)
        await screens.show(tx, message, taken(translator(agent.language), ticket), now=now)
        if message.chat.id == agent.telegram_id:
            await relaying.hand_over(tx, ticket, agent, now=now)


@router.message(StaffCommand("assign"))
async def assign(message: Message, command: Command, args: str, agent: Agent, begin: Begin, now: datetime) -> None:
    t = translator(agent.language)
    async with begin() as tx:
        subject = await subjects.ticket_of(tx, message, command, args)
        if not subject.rest:
            raise UsageError(command)
        target = await staffing.find_colleague(tx, subject.rest, agent)
        ticket = await ticketing.assign(tx, subject.number, target, agent, now=now)
        text = t("📥 #{number} is {name}'s now.", number=ticket.id, name=target.name)
        await screens.say(tx, message, text, now=now)


@router.message(StaffCommand("note"))
async def note(message: Message, command: Command, args: str, agent: Agent, begin: Begin, now: datetime) -> None:
    heard = incoming(message)
    async with begin() as tx:
        subject = await subjects.ticket_of(tx, message, command, args, is_text=True)
        if not subject.rest:
            raise UsageError(command)
        noted = await ticketing.note(tx, subject.number, agent, subject.rest, now=now)
        ticket = await tickets.by_id(tx, subject.number)
        await replying.share_note(tx, ticket, noted, agent, subject.rest, message.chat.id, now=now)
        await replying.react(tx, heard, replying.NOTED, now)


@router.message(StaffCommand("pending"))
async def pending(message: Message, command: Command, args: str, agent: Agent, begin: Begin, now: datetime) -> None:
    t = translator(agent.language)
    async with begin() as tx:
        number = await _only_number(tx, message, command, args)
        await ticketing.pending(tx, number, agent, now=now)
        await screens.say(tx, message, t("⏳ #{number} waits for the customer.", number=number), now=now)


@router.message(StaffCommand("hold"))
async def hold(message: Message, command: Command, args: str, agent: Agent, begin: Begin, now: datetime) -> None:
    t = translator(agent.language)
    async with begin() as tx:
        number = await _only_number(tx, message, command, args)
        await ticketing.hold(tx, number, agent, now=now)
        await screens.say(tx, message, t("⏸ #{number} is on hold.", number=number), now=now)


@router.message(StaffCommand("solve"))
async def solve(message: Message, command: Command, args: str, agent: Agent, begin: Begin, now: datetime) -> None:
    async with begin() as tx:
        number = await _only_number(tx, message, command, args)
        ticket = await ticketing.solve(tx, number, agent, now=now)
        await screens.show(tx, message, await solved(tx, translator(agent.language), ticket), now=now)


@router.message(StaffCommand("reopen"))
async def reopen(message: Message, command: Command, args: str, agent: Agent, begin: Begin, now: datetime) -> None:
    t = translator(agent.language)
    async with begin() as tx:
        number = await _only_number(tx, message, command, args)
        await ticketing.reopen_again(tx, number, agent, now=now)
        await screens.say(tx, message, t("📬 #{number} is open again.", number=number), now=now)


def taken(t: Translator, ticket: Ticket) -> Screen:
    """Return the word that the ticket is yours, with a way back."""
    text = t("✋ #{number} is yours.", number=ticket.id)
    return Screen(text, buttons=[[Button(t("Undo"), ReleasePress(ticket.id))]])


async def solved(tx: Transaction, t: Translator, ticket: Ticket) -> Screen:
    """Return the word that the ticket is solved, with a way back."""
    customer = await customers.by_id(tx, ticket.customer_id)
    name = customer.name if customer else "?"
    text = t("✅ #{number} is solved. {name} has been told.", number=ticket.id, name=name)
    return Screen(text, buttons=[[Button(t("Undo"), UnsolvePress(ticket.id))]])


async def _only_number(tx: Transaction, message: Message, command: Command, args: str) -> int:
    """Return the ticket of a command that takes nothing else."""
    subject = await subjects.ticket_of(tx, message, command, args)
    if subject.rest:
        raise UsageError(command)
    return subject.number
