"""Knowing agents by the name they have at Telegram now; an owner named in the settings is first met here."""

from collections.abc import Awaitable, Callable
from typing import Any

from aiogram import BaseMiddleware
from aiogram.types import Message, TelegramObject

from bot.crm.agents import Agent
from bot.database import Database
from bot.desk import staffing
from bot.handlers.incoming import person
from bot.handlers.roster import Roster


class Recognise(BaseMiddleware):
    """Before an agent's message is handled, takes over a name that changed; hands on the ``agent`` as they are now."""

    async def __call__(
        self,
        handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:
        agent: Agent | None = data.get("agent")
        sender = event.from_user if isinstance(event, Message) else None
        if agent is not None and sender is not None and not staffing.is_met(agent, person(sender)):
            database: Database = data["db"]
            roster: Roster = data["roster"]
            async with database.begin() as tx:
                data["agent"] = await staffing.meet(tx, agent, person(sender))
                tx.after_commit(roster.forget)
        return await handler(event, data)
