"""The desk group: plain messages of agents in a customer's topic are replies, those with // are notes."""

from datetime import datetime, timedelta

from aiogram import F, Router
from aiogram.enums import ChatType
from aiogram.types import Message

from bot.crm import audit, desks
from bot.crm.agents import Agent
from bot.desk import replying
from bot.handlers import screens
from bot.handlers.filters import IsAgent
from bot.handlers.incoming import SAID, incoming
from bot.handlers.staff import subjects
from bot.settings import Settings
from bot.texts import language_of, translator
from bot.transactions import Begin, Transaction

router = Router(name="staff.topics")
for observer in (router.message, router.edited_message):
    observer.filter(F.chat.type.in_({ChatType.GROUP, ChatType.SUPERGROUP}))

HINT_LASTS = timedelta(days=1)
"""Who is no agent is told so once in this time, not after every word."""


@router.message(IsAgent(), F.content_type.in_(SAID), F.is_topic_message, ~F.sender_chat)
async def write(message: Message, agent: Agent, begin: Begin, settings: Settings, now: datetime) -> None:
    heard = incoming(message)
    async with begin() as tx:
        customer_id = await _topic_owner(tx, message)
        if customer_id is not None:
            quoted = await subjects.quoted_by(tx, message)
            await replying.write(tx, agent, heard, customer_id, quoted, reopen_days=settings.reopen_days, now=now)


@router.edited_message(IsAgent(), F.content_type.in_(SAID))
async def rewrite(message: Message, agent: Agent, begin: Begin, now: datetime) -> None:
    heard = incoming(message)
    async with begin() as tx:
        await replying.rewrite(tx, agent, heard, now=now)


@router.message(F.content_type.in_(SAID), F.is_topic_message)
async def stranger(message: Message, begin: Begin, settings: Settings, now: datetime) -> None:
    """Somebody who is no agent, or writes in the group's name, is told once that customers do not see it."""
    author = message.from_user
    async with begin() as tx:
        if author is None or await _topic_owner(tx, message) is None:
            return
        if author.is_bot and message.sender_chat is None:
            return
        if await audit.has_since(tx, "desk_stranger", author.id, now - HINT_LASTS):
            return
        t = translator(language_of(author.language_code, settings.language))
        text = t("Only the desk's people reach customers from here. Ask an owner for an /invite link.")
        if message.sender_chat is not None:
            text = t("You write anonymously here, so I cannot tell who you are: switch off “Remain anonymous”.")
        await audit.record(tx, "desk_stranger", now=now, telegram_id=author.id, subject=f"chat {message.chat.id}")
        await screens.say(tx, message, text, now=now)


@router.message()
@router.edited_message()
async def pass_over(message: Message) -> None:
    """Talk in General and in other groups, and Telegram's own news, are nobody's message to a customer."""


async def _topic_owner(tx: Transaction, message: Message) -> int | None:
    """Return whose topic of the desk a message stands in."""
    desk = await desks.current(tx)
    if desk is None or desk.chat_id != message.chat.id or message.message_thread_id is None:
        return None
    return await desks.customer_of(tx, message.chat.id, message.message_thread_id)
