"""What no other door knows: commands that there are not (or not for customers), and buttons out of date."""

from datetime import datetime

from aiogram import Bot, F, Router
from aiogram.types import CallbackQuery, Message

from bot.crm.agents import Agent
from bot.desk import welcoming
from bot.handlers.commands import COMMANDS, STAFF_COMMANDS
from bot.handlers.customer import pressing
from bot.handlers.filters import IsPrivate
from bot.handlers.incoming import incoming
from bot.settings import Settings
from bot.texts import language_of, translator
from bot.transactions import Begin

router = Router(name="customer.unknown")

_CUSTOMERS_COMMANDS = {command.name for command in COMMANDS if command.is_for(None)}


@router.message(IsPrivate(), F.text.startswith("/"))
async def command(message: Message, agent: Agent | None, begin: Begin, settings: Settings, now: datetime) -> None:
    """Staff's commands do not exist for anybody else, but the attempt is kept."""
    heard = incoming(message)
    name = (heard.text[1:].split() or [""])[0].split("@")[0].lower()
    refused = name if agent is None and name in STAFF_COMMANDS.keys() - _CUSTOMERS_COMMANDS else None
    async with begin() as tx:
        await welcoming.unknown_command(tx, heard, refused, settings, now)


@router.callback_query()
async def button(query: CallbackQuery, settings: Settings, bot: Bot) -> None:
    t = translator(language_of(query.from_user.language_code, settings.language))
    await pressing.answer(bot, query, t("This button is out of date."))
