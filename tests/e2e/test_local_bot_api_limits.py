"""Telegram's pace with retry_after, and trouble that was ordered."""

import asyncio

import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramNetworkError, TelegramRetryAfter, TelegramServerError

from bot.playground.limits import Limits
from bot.playground.people import Person
from bot.playground.server import Playground
from tests.e2e.people import playing


class Watch:
    """A clock that a test moves by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


async def _refused_after(bot: Bot, chat_id: int, most: int) -> tuple[int, int]:
    """How many messages passed before the first 429, and its retry_after."""
    for passed in range(most):
        try:
            await bot.send_message(chat_id, str(passed))
        except TelegramRetryAfter as refused:
            assert f"retry after {refused.retry_after}" in refused.message.lower()
            return passed, refused.retry_after
    raise AssertionError("never refused")


async def test_a_chat_takes_a_short_burst_and_then_one_a_second():
    async with playing() as (play, bot):
        watch = Watch()
        play.limits = Limits(monotonic=watch)
        anna = play.person("Anna")
        await anna.starts()
        assert await _refused_after(bot, anna.id, 10) == (5, 1)
        watch.now += 2
        assert await _refused_after(bot, anna.id, 10) == (2, 1)
        assert len(anna.unread()) == 7


async def test_a_group_takes_twenty_a_minute():
    async with playing() as (play, bot):
        watch = Watch()
        play.limits = Limits(monotonic=watch)
        group = play.group("Desk", supergroup=True)
        play.add_bot(group)
        assert await _refused_after(bot, group.id, 30) == (20, 3)
        watch.now += 3
        assert await _refused_after(bot, group.id, 30) == (1, 3)


async def test_thirty_a_second_in_all():
    async with playing() as (play, bot):
        play.limits = Limits(monotonic=Watch())
        people = [play.person(f"P{number}") for number in range(31)]
        for person in people:
            await person.starts()
        for person in people[:30]:
            await bot.send_message(person.id, "hello")
        with pytest.raises(TelegramRetryAfter, match="retry after 1") as refused:
            await bot.send_message(people[30].id, "hello")
        assert refused.value.retry_after == 1
        assert play.limits.refusals == 1


async def test_an_album_counts_each_part():
    async with playing() as (play, bot):
        play.limits = Limits(monotonic=Watch())
        anna = play.person("Anna")
        await anna.starts()
        await bot.copy_messages(anna.id, anna.id, [1])
        for _ in range(3):
            await bot.send_message(anna.id, "x")
        with pytest.raises(TelegramRetryAfter):
            await bot.forward_messages(anna.id, anna.id, [2, 3])
        assert len(anna.unread()) == 4


async def _anna(play: Playground) -> Person:
    anna = play.person("Anna")
    await anna.starts()
    return anna


async def test_an_ordered_429_tells_how_long_to_wait():
    async with playing() as (play, bot):
        anna = await _anna(play)
        play.faults.order("429", method="sendMessage", times=2, retry_after=7)
        await bot.send_chat_action(anna.id, "typing")
        for _ in range(2):
            with pytest.raises(TelegramRetryAfter) as refused:
                await bot.send_message(anna.id, "x")
            assert refused.value.retry_after == 7
        assert (await bot.send_message(anna.id, "x")).text == "x"
        assert [entry.error for entry in play.calls("sendMessage")] == ["429", "429", None]


@pytest.mark.parametrize(("kind", "words"), [("500", "Internal Server Error"), ("502", "Bad Gateway")])
async def test_an_ordered_server_error(kind: str, words: str):
    async with playing() as (play, bot):
        anna = await _anna(play)
        play.faults.order(kind)
        with pytest.raises(TelegramServerError, match=words):
            await bot.send_message(anna.id, "x")
        assert anna.unread() == []


async def test_a_cut_before_the_effect_leaves_nothing_and_one_after_it_leaves_the_message():
    async with playing() as (play, bot):
        anna = await _anna(play)
        play.faults.order("cut")
        play.faults.order("cut_after")
        for text in ("never", "unheard"):
            with pytest.raises(TelegramNetworkError):
                await bot.send_message(anna.id, text)
        assert await anna.reads() == ["unheard"]
        assert [(entry.answered, entry.error) for entry in play.ledger] == [(False, "cut"), (False, None)]


async def test_a_hanging_call_is_noticed_when_the_bot_gives_up():
    async with playing() as (play, bot):
        anna = await _anna(play)
        play.faults.order("hang")
        hanging = asyncio.create_task(bot.send_message(anna.id, "x"))
        await play.until(lambda: play.calls("sendMessage"))
        hanging.cancel()
        await asyncio.gather(hanging, return_exceptions=True)
        assert (await bot.send_message(anna.id, "y")).text == "y"
        assert await anna.reads() == ["y"]


async def test_getupdates_fails_only_when_it_is_named():
    async with playing() as (play, bot):
        await _anna(play)
        play.faults.order("500")
        assert len(await bot.get_updates()) == 1
        play.faults.order("500", method="getUpdates")
        with pytest.raises(TelegramServerError):
            await bot.get_updates()
        assert len(await bot.get_updates()) == 1


def test_an_unknown_fault_is_not_taken():
    with pytest.raises(ValueError, match="no such fault: fire"):
        Playground().faults.order("fire")
