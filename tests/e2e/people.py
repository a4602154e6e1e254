"""A local Telegram with a real aiogram Bot at the other end of the wire, for the tests of the local Bot API."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramAPIError
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from bot.playground.server import Playground


class LoopbackSession(AiohttpSession):
    """aiogram waits a quarter of a second for TLS to close; there is none on loopback."""

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()


def bot_for(play: Playground, token: str | None = None) -> Bot:
    """A real Bot that speaks HTTP to the playground. Close its session."""
    return Bot(token or play.token, session=LoopbackSession(api=TelegramAPIServer.from_base(play.url), timeout=10))


@asynccontextmanager
async def playing(state: Path | None = None, **options: Any) -> AsyncIterator[tuple[Playground, Bot]]:
    """A started playground and its bot, both put away afterwards. Rate limits are off unless a test turns them on."""
    play = Playground(state=state, **options)
    play.limits.enabled = False
    await play.start()
    bot = bot_for(play)
    try:
        yield play, bot
    finally:
        await bot.session.close()
        await play.stop()


@asynccontextmanager
async def bot_polling(play: Playground, dispatcher: Dispatcher, bot: Bot) -> AsyncIterator[None]:
    """Run a dispatcher over long polling, as a bot does."""
    start = dispatcher.start_polling(bot, handle_signals=False, close_bot_session=False)
    polling = asyncio.create_task(start, name="bot polling")
    await play.until(lambda: play.is_polled)
    try:
        yield
    finally:
        await dispatcher.stop_polling()
        await polling


async def refusal(call: Any) -> str:
    """The words with which Telegram refuses this call."""
    with pytest.raises(TelegramAPIError) as caught:
        await call
    return caught.value.message


def buttons(*rows: dict[str, str]) -> InlineKeyboardMarkup:
    """Rows of callback buttons, as {text: data}."""
    return InlineKeyboardMarkup(
        inline_keyboard=[
            [InlineKeyboardButton(text=text, callback_data=data) for text, data in row.items()] for row in rows
        ]
    )


def update_ids(updates: list[Any]) -> list[int]:
    return [update.update_id for update in updates]


def texts(updates: list[Any]) -> list[str | None]:
    return [update.message.text for update in updates]
