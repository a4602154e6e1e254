"""Filters: who is at the door, and what was pressed. Used by the handlers' routers only."""

from typing import Any

from aiogram.enums import ChatType
from aiogram.filters import Filter
from aiogram.types import CallbackQuery, Message, TelegramObject

from bot.crm.agents import Agent
from bot.desk.presses import Press


class IsAgent(Filter):
    """Lets only the desk's people through."""

    async def __call__(self, event: TelegramObject, agent: Agent | None = None) -> bool:
        return agent is not None


class IsPrivate(Filter):
    """Lets messages and presses in a private chat through."""

    async def __call__(self, event: Message | CallbackQuery) -> bool:
        message = event.message if isinstance(event, CallbackQuery) else event
        return message is not None and message.chat.type == ChatType.PRIVATE


class Pressed(Filter):
    """Lets a press of one kind through and hands it on as ``press``."""

    def __init__(self, kind: type[Press]) -> None:
        self.kind = kind

    async def __call__(self, event: CallbackQuery) -> bool | dict[str, Any]:
        press = self.kind.unpack(event.data or "")
        return press is not None and {"press": press}
