"""``/remind`` and ``/reminders``, and the buttons under reminders. Each agent sees and settles their own."""

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from aiogram import Bot, Router
from aiogram.types import CallbackQuery, Message

from bot.crm import reminders
from bot.crm.agents import Agent
from bot.crm.reminders import Reminder, ReminderState
from bot.desk import reminding
from bot.desk.duewords import USUAL_CLOCK, DueTimeUnreadable, read_due
from bot.desk.reminder_screens import (
    PAGE,
    ReminderCancelPress,
    ReminderDonePress,
    RemindersPress,
    SnoozePress,
    list_screen,
    outcome,
    set_screen,
    settled_screen,
)
from bot.desk.rich import Screen
from bot.desk.zones import zone_of
from bot.handlers import screens
from bot.handlers.commands import Command, StaffCommand, UsageError
from bot.handlers.filters import IsAgent, Pressed
from bot.handlers.staff import subjects
from bot.settings import Settings
from bot.texts import translator
from bot.transactions import Begin, Transaction

router = Router(name="staff.reminders")
router.callback_query.filter(IsAgent())

_NUMBERED = re.compile(r"#?(\d{1,9})\s+(.+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Wish:
    """What ``/remind`` was asked for."""

    ticket_id: int | None
    due_at: datetime
    text: str


def read_wish(words: str, now: datetime, zone: ZoneInfo) -> Wish:
    """Read ``[ticket] time text``; a number that can be part of the time is, unless a ``#`` says otherwise.

    Raises:
        DueTimeRefused: the time cannot be read, or is none that a reminder can have.
    """
    if not words.startswith("#"):
        with suppress(DueTimeUnreadable):
            return Wish(None, *read_due(words, now, zone))
    match = _NUMBERED.fullmatch(words)
    if match is None:
        raise DueTimeUnreadable
    return Wish(int(match[1]), *read_due(match[2], now, zone))


@router.message(StaffCommand("remind"))
async def remind(
    message: Message, command: Command, args: str, agent: Agent, begin: Begin, settings: Settings, now: datetime
) -> None:
    """Without a number it is about the ticket of the topic or of the replied-to message, else about nothing else."""
    zone = zone_of(agent, settings.zone)
    try:
        wish = read_wish(args, now, zone)
    except DueTimeUnreadable as error:
        raise UsageError(command) from error
    async with begin() as tx:
        customer = await subjects.customer_here(tx, message)
        reminder = await reminding.add(
            tx,
            agent,
            wish.text,
            wish.due_at,
            now=now,
            ticket_id=await subjects.ticket_here(tx, message) if wish.ticket_id is None else wish.ticket_id,
            customer_id=None if customer is None else customer.id,
        )
        about = await reminding.subject_of(tx, reminder)
        await screens.show(tx, message, set_screen(translator(agent.language), reminder, about, zone), now=now)


@router.message(StaffCommand("reminders"))
async def list_reminders(
    message: Message, command: Command, args: str, agent: Agent, begin: Begin, settings: Settings, now: datetime
) -> None:
    if args:
        raise UsageError(command)
    async with begin() as tx:
        await screens.show(tx, message, await _page(tx, agent, 0, zone_of(agent, settings.zone), now), now=now)


@router.callback_query(Pressed(RemindersPress))
async def turn_page(
    query: CallbackQuery,
    press: RemindersPress,
    agent: Agent,
    begin: Begin,
    settings: Settings,
    bot: Bot,
    now: datetime,
) -> None:
    """Another page of the list, or the same one after one of its reminders was settled."""
    async with begin() as tx:
        if press.agent_id != agent.id:
            raise reminding.ReminderNotYours
        if press.done:
            await reminding.done(tx, press.done, agent, now=now)
        if press.cancelled:
            await reminding.cancel(tx, press.cancelled, agent, now=now)
        screen = await _page(tx, agent, press.page, zone_of(agent, settings.zone), now)
        await screens.redraw(tx, query, screen, now=now)
    await screens.answer(bot, query)


@router.callback_query(Pressed(ReminderDonePress))
async def done(
    query: CallbackQuery,
    press: ReminderDonePress,
    agent: Agent,
    begin: Begin,
    settings: Settings,
    bot: Bot,
    now: datetime,
) -> None:
    async with begin() as tx:
        reminder = await reminding.done(tx, press.reminder_id, agent, now=now)
        answer = await _settled(tx, query, reminder, agent, zone_of(agent, settings.zone), now)
    await screens.answer(bot, query, answer)


@router.callback_query(Pressed(ReminderCancelPress))
async def cancel(
    query: CallbackQuery,
    press: ReminderCancelPress,
    agent: Agent,
    begin: Begin,
    settings: Settings,
    bot: Bot,
    now: datetime,
) -> None:
    async with begin() as tx:
        reminder = await reminding.cancel(tx, press.reminder_id, agent, now=now)
        answer = await _settled(tx, query, reminder, agent, zone_of(agent, settings.zone), now)
    await screens.answer(bot, query, answer)


@router.callback_query(Pressed(SnoozePress))
async def snooze(
    query: CallbackQuery, press: SnoozePress, agent: Agent, begin: Begin, settings: Settings, bot: Bot, now: datetime
) -> None:
    zone = zone_of(agent, settings.zone)
    until = tomorrow(now, zone) if press.until_tomorrow else now + timedelta(hours=1)
    async with begin() as tx:
        reminder = await reminding.snooze(tx, press.reminder_id, agent, until, press.snoozes)
        answer = await _settled(tx, query, reminder, agent, zone, now)
    await screens.answer(bot, query, answer)


def tomorrow(now: datetime, zone: ZoneInfo) -> datetime:
    """Return the usual time of the next morning in this zone."""
    return datetime.combine(now.astimezone(zone).date() + timedelta(days=1), USUAL_CLOCK, zone)


async def _settled(
    tx: Transaction, query: CallbackQuery, reminder: Reminder, agent: Agent, zone: ZoneInfo, now: datetime
) -> str:
    """Redraw the pressed message as the reminder now stands, and return that in words."""
    t = translator(agent.language)
    if reminder.state is ReminderState.FIRED:  # told again since: the newer message has the buttons
        return t("This button is out of date.")
    about = await reminding.subject_of(tx, reminder)
    await screens.redraw(tx, query, settled_screen(t, reminder, about, zone), now=now)
    return outcome(t, reminder, zone)


async def _page(tx: Transaction, agent: Agent, page: int, zone: ZoneInfo, now: datetime) -> Screen:
    """Return a page of the agent's reminders; past the end, the last one."""
    found, total = await reminders.waiting_of(tx, agent.id, PAGE, page * PAGE)
    if not found and total:
        page = (total - 1) // PAGE
        found, total = await reminders.waiting_of(tx, agent.id, PAGE, page * PAGE)
    shown = [(reminder, await reminding.subject_of(tx, reminder)) for reminder in found]
    return list_screen(translator(agent.language), agent.id, shown, page, total, zone, now)
