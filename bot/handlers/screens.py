"""Putting screens before people: where a command was typed, under the button that was pressed, and a press's answer.

Used by the staff's handlers and by the one place that words errors.
"""

from datetime import datetime
from typing import Any

import structlog
from aiogram import Bot
from aiogram.exceptions import TelegramAPIError
from aiogram.types import CallbackQuery, InaccessibleMessage, Message

from bot.crm import communications, outbox
from bot.crm.outbox import SendPriority
from bot.desk.rich import Screen
from bot.transactions import Transaction

log = structlog.get_logger()

Place = Message | InaccessibleMessage

MAX_ALERT = 200


async def show(tx: Transaction, place: Place, screen: Screen, *, now: datetime, **more: Any) -> None:
    """Send a screen to the chat, and the topic, of a message; ``more`` as for :func:`bot.crm.outbox.queue`."""
    payload = screen.as_payload()
    if isinstance(place, Message) and place.is_topic_message and place.message_thread_id is not None:
        payload["message_thread_id"] = place.message_thread_id
    await outbox.queue(tx, place.chat.id, "sendMessage", payload, now=now, priority=SendPriority.DESK, **more)


async def say(tx: Transaction, place: Place, text: str, *, now: datetime) -> None:
    """Send a plain line to where a message was written."""
    await show(tx, place, Screen(text), now=now)


async def redraw(tx: Transaction, query: CallbackQuery, screen: Screen, *, now: datetime) -> None:
    """Put a screen in place of the one whose button was pressed."""
    if query.message is None:
        return
    payload = screen.as_payload() | {"message_id": query.message.message_id}
    await outbox.queue(tx, query.message.chat.id, "editMessageText", payload, now=now, priority=SendPriority.DESK)


async def is_latest_card(tx: Transaction, query: CallbackQuery, card: int | None) -> bool:
    """Whether the pressed message is the ticket's card of this chat, which is drawn anew by itself."""
    if query.message is None or card is None:
        return False
    return await communications.place_in(tx, card, query.message.chat.id) == query.message.message_id


async def put_away(bot: Bot, query: CallbackQuery) -> None:
    """Take the buttons from under a message whose press is done with."""
    if query.message is None:
        return
    try:
        await bot.edit_message_reply_markup(chat_id=query.message.chat.id, message_id=query.message.message_id)
    except TelegramAPIError as error:
        log.info("buttons not put away", error=str(error))


async def answer(bot: Bot, query: CallbackQuery, text: str = "", *, is_alert: bool = False) -> None:
    """Answer a press; one that is too old cannot be answered any more, which harms nobody."""
    try:
        await bot.answer_callback_query(query.id, text=text[:MAX_ALERT] or None, show_alert=is_alert)
    except TelegramAPIError as error:
        log.info("press not answered", error=str(error))
