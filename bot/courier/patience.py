"""Direct calls (a picture, a menu, an invitation's link, the answer to a press) outlast what passes by itself.

Used by the application for aiogram's Bot; everything else that goes out is a post, which the courier sees through.
"""

import asyncio
import time

import structlog
from aiogram import Bot
from aiogram.client.session.middlewares.base import BaseRequestMiddleware, NextRequestMiddlewareType
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramAPIError,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)
from aiogram.methods import AnswerCallbackQuery, Response, TelegramMethod
from aiogram.methods.base import TelegramType

log = structlog.get_logger()

LONGEST_S = 60.0
"""How long a call may be tried; a chat's other updates wait meanwhile."""
PRESS_S = 8.0
"""The same for the answer to a press, which nobody waits for any longer."""
PAUSE_S = (0.25, 8.0)
"""First and longest pause after a failure for which Telegram names none."""


class Patience(BaseRequestMiddleware):
    """Tries a call again after 429 (when Telegram says), 5xx and a failing network; then lets the error through."""

    async def __call__(
        self, make_request: NextRequestMiddlewareType[TelegramType], bot: Bot, method: TelegramMethod[TelegramType]
    ) -> Response[TelegramType]:
        give_up_at = time.monotonic() + (PRESS_S if isinstance(method, AnswerCallbackQuery) else LONGEST_S)
        pause, longest = PAUSE_S
        trouble: TelegramAPIError
        while True:
            wait = pause
            try:
                return await make_request(bot, method)
            except TelegramRetryAfter as error:
                wait, trouble = float(error.retry_after), error
            except (TelegramServerError, TelegramNetworkError) as error:
                trouble = error
            except ClientDecodeError as error:  # a page of a proxy instead of Telegram's word
                trouble = TelegramServerError(method, f"unreadable answer: {error.message}")
            if time.monotonic() + wait > give_up_at:
                raise trouble
            log.warning("call failed", method=type(method).__name__, error=type(trouble).__name__, next_try_s=wait)
            await asyncio.sleep(wait)
            pause = min(pause * 2, longest)
