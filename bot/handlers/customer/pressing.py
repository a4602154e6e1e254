"""The two things that a press needs after its transaction: an answer, always, and a keyboard that is used up put away.

Both are best effort: the record is kept already, and a press that is too old cannot be answered any more.
"""

import structlog
from aiogram import Bot
from aiogram.exceptions import TelegramAPIError
from aiogram.types import CallbackQuery

from bot.desk.rich import Screen

log = structlog.get_logger()


async def answer(bot: Bot, query: CallbackQuery, words: str = "") -> None:
    """Answer a press; words show for a moment over the chat."""
    try:
        await bot.answer_callback_query(query.id, text=words[:200] or None)
    except TelegramAPIError as error:
        log.info("press not answered", reason=str(error))


async def put_away(bot: Bot, query: CallbackQuery) -> None:
    """Take the keyboard from under the message that was pressed."""
    if query.message is None:
        return
    try:
        await bot.edit_message_reply_markup(
            chat_id=query.message.chat.id, message_id=query.message.message_id, reply_markup=None
        )
    except TelegramAPIError as error:
        log.info("keyboard not put away", reason=str(error))


async def redraw(bot: Bot, query: CallbackQuery, screen: Screen) -> None:
    """Show another screen in place of the one that was pressed."""
    if query.message is None:
        return
    try:
        await bot.edit_message_text(
            **screen.as_payload(), chat_id=query.message.chat.id, message_id=query.message.message_id
        )
    except TelegramAPIError as error:
        log.info("screen not redrawn", reason=str(error))
