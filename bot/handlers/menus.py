"""The command menus that Telegram shows: customers', each agent's own, the desk group's. Set at start and when roles
change. A menu that cannot be set is logged and never in the way.
"""

from collections.abc import Iterable

import structlog
from aiogram import Bot
from aiogram.exceptions import TelegramAPIError
from aiogram.types import (
    BotCommand,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    BotCommandScopeDefault,
    BotCommandScopeUnion,
)

from bot.crm import agents, desks
from bot.crm.agents import Agent, Role
from bot.database import Database
from bot.desk import relaying
from bot.handlers.commands import COMMANDS, Command
from bot.settings import Settings
from bot.texts import LANGUAGES, translator

log = structlog.get_logger()

NOT_IN_GROUPS = ("start", "language", "invite")
"""Commands that are for private chats."""


async def publish(bot: Bot, database: Database, settings: Settings) -> None:
    """Set every menu, at start."""
    async with database.read() as tx:
        staff = await agents.active(tx)
        desk = await desks.current(tx)
        language = settings.language if desk is None else await relaying.desk_language(tx, desk)
    for code in (None, *(code for code in LANGUAGES if code != "en")):
        menu = [command for command in COMMANDS if command.role is None]
        for scope in (BotCommandScopeDefault(), BotCommandScopeAllPrivateChats()):
            await _set(bot, menu, scope, code or "en", code)
    for agent in staff:
        await set_for(bot, agent)
    if desk is not None:
        await set_for_desk(bot, desk.chat_id, language)


async def set_for(bot: Bot, agent: Agent) -> None:
    """Set an agent's menu in their private chat."""
    menu = [command for command in COMMANDS if command.is_for(agent.role)]
    await _set(bot, menu, BotCommandScopeChat(chat_id=agent.telegram_id), agent.language)


async def set_for_desk(bot: Bot, chat_id: int, language: str) -> None:
    """Set the menu of the desk group; what takes a higher role is refused there when used."""
    menu = [each for each in COMMANDS if each.is_for(Role.SUPERVISOR) and each.name not in NOT_IN_GROUPS]
    await _set(bot, menu, BotCommandScopeChat(chat_id=chat_id), language)


async def clear(bot: Bot, chat_id: int) -> None:
    """Take a chat's own menu away, so that it shows the customers' again."""
    try:
        await bot.delete_my_commands(scope=BotCommandScopeChat(chat_id=chat_id))
    except TelegramAPIError as error:
        log.warning("menu not cleared", chat=chat_id, error=str(error))


async def _set(
    bot: Bot, menu: Iterable[Command], scope: BotCommandScopeUnion, language: str, code: str | None = None
) -> None:
    t = translator(language)
    entries = [BotCommand(command=each.name, description=t(each.summary)) for each in menu]
    try:
        await bot.set_my_commands(entries, scope=scope, language_code=code)
    except TelegramAPIError as error:
        log.warning("menu not set", scope=scope.type, error=str(error))
