"""A customer's first words: /start, /help, /language, /cancel."""

from datetime import datetime

from aiogram import Bot, Router
from aiogram.filters import Command, CommandObject, CommandStart
from aiogram.types import CallbackQuery, Message

from bot.desk import welcoming
from bot.desk.knowledge import Knowledge
from bot.desk.welcoming import LanguagePress
from bot.handlers.commands import COMMANDS
from bot.handlers.customer import pressing
from bot.handlers.filters import IsPrivate, Pressed
from bot.handlers.incoming import incoming, person
from bot.settings import Settings
from bot.texts import Translator
from bot.transactions import Begin

router = Router(name="customer.start")


@router.message(CommandStart(ignore_case=True), IsPrivate())
async def start(message: Message, begin: Begin, knowledge: Knowledge, settings: Settings, now: datetime) -> None:
    heard = incoming(message)
    async with begin() as tx:
        await welcoming.greet(tx, heard, knowledge, settings, now)


@router.message(Command("help", ignore_case=True), IsPrivate())
async def help_(message: Message, begin: Begin, settings: Settings, now: datetime) -> None:
    heard = incoming(message)
    async with begin() as tx:
        await welcoming.reply(tx, heard, help_text, settings, now)


@router.message(Command("language", ignore_case=True), IsPrivate())
async def language(message: Message, command: CommandObject, begin: Begin, settings: Settings, now: datetime) -> None:
    heard = incoming(message)
    async with begin() as tx:
        await welcoming.ask_language(tx, heard, command.args or "", settings, now)


@router.callback_query(Pressed(LanguagePress))
async def language_pressed(
    query: CallbackQuery, press: LanguagePress, begin: Begin, settings: Settings, now: datetime, bot: Bot
) -> None:
    async with begin() as tx:
        words = await welcoming.press_language(tx, person(query.from_user), press.code, settings, now)
    await pressing.answer(bot, query, words)
    await pressing.put_away(bot, query)


@router.message(Command("cancel", ignore_case=True), IsPrivate())
async def cancel(message: Message, begin: Begin, settings: Settings, now: datetime) -> None:
    heard = incoming(message)
    async with begin() as tx:
        await welcoming.cancel(tx, heard, settings, now)


def help_text(t: Translator) -> str:
    """Return what a customer can do here."""
    head = t("Write your question in your own words, or send a photo or a file. I also know these:")
    return "\n".join([head, "", *(f"/{each.name} – {t(each.summary)}" for each in COMMANDS if each.is_for(None))])
