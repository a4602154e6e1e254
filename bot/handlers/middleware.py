"""What every handler is given beside the update: the agent who acts (if any) and the time."""

from collections.abc import Awaitable, Callable
from typing import Any

from aiogram import BaseMiddleware
from aiogram.types import TelegramObject, User

from bot.clock import utc_now
from bot.handlers.roster import Roster


class Introduce(BaseMiddleware):
    """Hands ``agent`` (None for customers and strangers) and ``now`` to filters and handlers."""

    def __init__(self, roster: Roster) -> None:
        self._roster = roster

    async def __call__(
        self,
        handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:
        user: User | None = data.get("event_from_user")
        data["agent"] = await self._roster.agent(user.id) if user else None
        data["now"] = utc_now()
        return await handler(event, data)
