"""Whatever a customer writes or sends: the hot path, and the last of the customers' doors."""

from datetime import datetime

from aiogram import F, Router
from aiogram.enums import ChatType
from aiogram.filters import Filter
from aiogram.types import Message

from bot.crm.agents import Agent
from bot.desk import conversation
from bot.desk.knowledge import Knowledge
from bot.handlers.filters import IsPrivate
from bot.handlers.incoming import SAID, incoming
from bot.settings import Settings
from bot.transactions import Begin

router = Router(name="customer.ask")
front_door = Router(name="customer.front_door")
"""Tried before all others: plain words of a customer, nine messages in ten. Asking forty doors first would cost
more than the answer."""


class IsPlainWords(Filter):
    """Lets a customer's text in a private chat through that is no command."""

    async def __call__(self, message: Message, agent: Agent | None = None) -> bool:
        is_private = message.chat.type == ChatType.PRIVATE
        return agent is None and is_private and message.text is not None and not message.text.startswith("/")


@front_door.message(IsPlainWords())
@router.message(IsPrivate(), F.content_type.in_(SAID))
async def ask(message: Message, begin: Begin, knowledge: Knowledge, settings: Settings, now: datetime) -> None:
    heard = incoming(message)
    verdict = knowledge.understand(heard.text) if heard.text else None
    async with begin() as tx:
        await conversation.receive(tx, heard, verdict, knowledge, settings, now)


@router.edited_message(IsPrivate())
async def edited(message: Message, begin: Begin, now: datetime) -> None:
    heard = incoming(message)
    async with begin() as tx:
        await conversation.edited(tx, heard, now)
