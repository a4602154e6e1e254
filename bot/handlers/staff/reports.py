"""``/report``: the numbers of a day or a week as one picture, and buttons for the other periods."""

import asyncio
from datetime import datetime

import structlog
from aiogram import Bot, Router
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import BufferedInputFile, CallbackQuery, InlineKeyboardMarkup, InputMediaPhoto, Message

from bot.crm.agents import Agent, RoleTooLow
from bot.database import Database
from bot.desk import charts, report_texts, reporting
from bot.desk.presses import inline_keyboard
from bot.desk.report_texts import ReportPress
from bot.desk.reporting import PeriodKind
from bot.desk.zones import zone_of
from bot.handlers import screens
from bot.handlers.commands import STAFF_COMMANDS, Command, StaffCommand, UsageError
from bot.handlers.filters import IsAgent, Pressed
from bot.settings import Settings
from bot.texts import translator

log = structlog.get_logger()

router = Router(name="staff.reports")
router.callback_query.filter(IsAgent())

PERIODS = {
    "": PeriodKind.TODAY,
    "today": PeriodKind.TODAY,
    "今天": PeriodKind.TODAY,
    "yesterday": PeriodKind.YESTERDAY,
    "昨天": PeriodKind.YESTERDAY,
    "week": PeriodKind.WEEK,
    "周": PeriodKind.WEEK,
    "一周": PeriodKind.WEEK,
}


@router.message(StaffCommand("report"))
async def report(
    message: Message,
    command: Command,
    args: str,
    agent: Agent,
    db: Database,
    settings: Settings,
    bot: Bot,
    now: datetime,
) -> None:
    kind = PERIODS.get(args.lower())
    if kind is None:
        raise UsageError(command)
    picture = await _picture(kind, agent, db, settings, now)
    await bot.send_photo(
        message.chat.id,
        picture.media,
        message_thread_id=message.message_thread_id if message.is_topic_message else None,
        caption=picture.caption,
        reply_markup=_buttons(kind, agent),
    )


@router.callback_query(Pressed(ReportPress))
async def switch(
    query: CallbackQuery,
    press: ReportPress,
    agent: Agent,
    db: Database,
    settings: Settings,
    bot: Bot,
    now: datetime,
) -> None:
    """Put another period's report in place of the shown one."""
    needed = STAFF_COMMANDS["report"].role
    if needed is not None and not agent.role.covers(needed):
        raise RoleTooLow(needed, "/report")
    kind = PERIODS.get(press.period)
    if kind is None or query.message is None:
        await screens.answer(bot, query, translator(agent.language)("This button is out of date."))
        return
    await screens.answer(bot, query)
    picture = await _picture(kind, agent, db, settings, now)
    try:
        await bot.edit_message_media(
            picture,
            chat_id=query.message.chat.id,
            message_id=query.message.message_id,
            reply_markup=_buttons(kind, agent),
        )
    except TelegramBadRequest as error:  # deleted meanwhile, or too old to be edited
        log.info("report not switched", error=str(error))


async def _picture(kind: PeriodKind, agent: Agent, db: Database, settings: Settings, now: datetime) -> InputMediaPhoto:
    """Return the report as a picture with its caption, in the agent's language and zone."""
    t = translator(agent.language)
    period = reporting.period_of(kind, now, zone_of(agent, settings.zone))
    async with db.read() as tx:
        made = await reporting.make(tx, period, now)
    drawn = await asyncio.to_thread(charts.draw, t, made)
    return InputMediaPhoto(media=BufferedInputFile(drawn, f"{kind}.png"), caption=report_texts.caption(t, made))


def _buttons(kind: PeriodKind, agent: Agent) -> InlineKeyboardMarkup:
    rows = report_texts.period_buttons(translator(agent.language), kind)
    return InlineKeyboardMarkup.model_validate(inline_keyboard(rows))
