"""A customer's own tickets: /ticket, /tickets and their buttons."""

from datetime import datetime

from aiogram import Bot, Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, Message

from bot.desk import own_tickets
from bot.desk.incoming import clean
from bot.desk.own_tickets import AddPress, ClosePress, OpenCardPress, TicketsPagePress
from bot.handlers.customer import pressing
from bot.handlers.filters import IsPrivate, Pressed
from bot.handlers.incoming import incoming, person
from bot.settings import Settings
from bot.transactions import Begin

router = Router(name="customer.own_tickets")


@router.message(Command("ticket", ignore_case=True), IsPrivate())
async def ticket(message: Message, command: CommandObject, begin: Begin, settings: Settings, now: datetime) -> None:
    heard = incoming(message)
    async with begin() as tx:
        await own_tickets.start_ticket(tx, heard, clean(command.args or "").strip(), settings, now)


@router.message(Command("tickets", ignore_case=True), IsPrivate())
async def tickets(message: Message, begin: Begin, settings: Settings, now: datetime) -> None:
    heard = incoming(message)
    async with begin() as tx:
        await own_tickets.tell_list(tx, heard, settings, now)


@router.callback_query(Pressed(TicketsPagePress))
async def page(
    query: CallbackQuery, press: TicketsPagePress, begin: Begin, settings: Settings, now: datetime, bot: Bot
) -> None:
    async with begin() as tx:
        screen = await own_tickets.turn_page(tx, person(query.from_user), press, settings, now)
    await pressing.answer(bot, query)
    await pressing.redraw(bot, query, screen)


@router.callback_query(Pressed(OpenCardPress))
async def card(
    query: CallbackQuery, press: OpenCardPress, begin: Begin, settings: Settings, now: datetime, bot: Bot
) -> None:
    async with begin() as tx:
        screen = await own_tickets.open_card(tx, person(query.from_user), press.number, settings, now)
    await pressing.answer(bot, query)
    await pressing.redraw(bot, query, screen)


@router.callback_query(Pressed(AddPress))
async def add(query: CallbackQuery, press: AddPress, begin: Begin, settings: Settings, now: datetime, bot: Bot) -> None:
    async with begin() as tx:
        words = await own_tickets.start_adding(tx, person(query.from_user), press, settings, now)
    await pressing.answer(bot, query, words)


@router.callback_query(Pressed(ClosePress))
async def close(
    query: CallbackQuery, press: ClosePress, begin: Begin, settings: Settings, now: datetime, bot: Bot
) -> None:
    async with begin() as tx:
        words = await own_tickets.close(tx, person(query.from_user), press, settings, now)
        screen = await own_tickets.open_card(tx, person(query.from_user), press.number, settings, now)
    await pressing.answer(bot, query, words)
    await pressing.redraw(bot, query, screen)
