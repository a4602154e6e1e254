"""A customer says that a ticket we call solved is not: the button under that message."""

from datetime import datetime

from aiogram import Bot, Router
from aiogram.types import CallbackQuery

from bot.desk import insisting
from bot.desk.staff_presses import NotSolvedPress
from bot.handlers import screens
from bot.handlers.filters import Pressed
from bot.handlers.incoming import person
from bot.settings import Settings
from bot.transactions import Begin

router = Router(name="staff.aftercare")


@router.callback_query(Pressed(NotSolvedPress))
async def not_solved(
    query: CallbackQuery, press: NotSolvedPress, begin: Begin, settings: Settings, bot: Bot, now: datetime
) -> None:
    async with begin() as tx:
        words = await insisting.not_solved(
            tx, person(query.from_user), press.number, settings.language, settings.reopen_days, now=now
        )
    await screens.answer(bot, query, words)
    await screens.put_away(bot, query)
