"""What no other staff door knows: commands that there are not, buttons out of date or meant for somebody else."""

from datetime import datetime

from aiogram import Bot, F, Router
from aiogram.dispatcher.event.bases import SkipHandler
from aiogram.enums import ChatType
from aiogram.types import CallbackQuery, Message

from bot.crm import audit
from bot.crm.agents import Agent
from bot.handlers import screens
from bot.handlers.commands import STAFF_COMMANDS, CommandUnknown, call_of
from bot.handlers.filters import IsAgent
from bot.settings import Settings
from bot.texts import language_of, translator
from bot.transactions import Begin

commands = Router(name="staff.unknown.commands")
presses = Router(name="staff.unknown.presses")


@commands.message(IsAgent(), F.text.startswith("/"), ~F.text.startswith("//"))
async def command(message: Message, bot: Bot) -> None:
    """In a topic, too: a mistyped command must never reach the customer."""
    call = await call_of(message, bot)
    if call is not None:
        raise CommandUnknown(call.name)
    if message.chat.type == ChatType.PRIVATE or "@" not in (message.text or "").split()[0]:
        raise CommandUnknown((message.text or "/").split()[0][1:])


@commands.message(F.chat.type != ChatType.PRIVATE, F.text.startswith("/"))
async def refused(message: Message, bot: Bot, begin: Begin, now: datetime) -> None:
    """In a group, staff's commands do not exist for anybody else; the attempt is kept."""
    call = await call_of(message, bot)
    if call is None or call.name not in STAFF_COMMANDS or message.from_user is None:
        raise SkipHandler
    async with begin() as tx:
        await audit.record(
            tx, "staff_command_refused", now=now, telegram_id=message.from_user.id, subject=f"/{call.name}"
        )


@presses.callback_query(F.data.startswith("s-"))
async def staff_press(
    query: CallbackQuery, begin: Begin, settings: Settings, bot: Bot, now: datetime, agent: object | None = None
) -> None:
    """A staff button that is out of date, or pressed by somebody who is no agent."""
    t = translator(language_of(query.from_user.language_code, settings.language))
    async with begin() as tx:
        if agent is None:
            await audit.record(tx, "staff_button_refused", now=now, telegram_id=query.from_user.id, detail=query.data)
    text = t("This button is out of date.") if agent is not None else t("This button is for the desk's people.")
    await screens.answer(bot, query, text, is_alert=True)


@presses.callback_query(IsAgent())
async def any_press(query: CallbackQuery, agent: Agent, bot: Bot) -> None:
    """An agent pressed a button from the days when they were a customer."""
    await screens.answer(bot, query, translator(agent.language)("This button is out of date."))
