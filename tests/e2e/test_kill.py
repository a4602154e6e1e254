"""A real bot killed with ``kill -9`` in mid-load, again and again: nothing is lost, nothing is done twice."""

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.crm.communications import Direction, communications
from bot.crm.outbox import OutboxState, outbox
from bot.crm.tickets import tickets
from bot.crm.updates import updates
from bot.database import Database
from bot.playground.people import Person
from bot.playground.server import Playground
from tests.bench.bots import RunningBot, kefu_environment, playing, start_kefu
from tests.bench.load import SENDS, crowd

pytestmark = pytest.mark.kill

PEOPLE = 40
KILLS = 4
PAUSE_S = 0.02
TEXTS = (
    "Where is my order?",
    "How do I return a lamp?",
    "The neighbour's parrot has learned to imitate the dimmer",
    "我的订单到哪了？",
    "thanks!",
)


async def test_nothing_is_lost_and_nothing_done_twice(database_url: str, tmp_path: Path) -> None:
    log = tmp_path / "bot.log"
    async with playing() as play, AsyncExitStack() as stack:
        database = Database(database_url)
        stack.push_async_callback(database.dispose)
        bot, written = await _killed_again_and_again(play, kefu_environment(play, database_url), log, stack)
        await _worked_off(database, len(written), bot, log)
        await bot.stop()
        assert bot.process.returncode == 0, told(log)
        await _compare(play, database, written)


async def _killed_again_and_again(
    play: Playground, environment: dict[str, str], log: Path, stack: AsyncExitStack
) -> tuple[RunningBot, list[tuple[int, int]]]:
    """Start the bot, kill it while people write, start it again …; returns the last one, and what was written."""
    chance = random.Random(7)
    people, killed = crowd(play, PEOPLE), asyncio.Event()

    async def start() -> RunningBot:
        bot = await start_kefu(environment, log.parent, log)
        stack.push_async_callback(bot.stop, 9)
        return bot

    bot = await start()
    writing = asyncio.create_task(_write(people, chance, killed))
    for _ in range(KILLS):
        await _someone_is_answered(play, bot, log)
        await asyncio.sleep(chance.uniform(0.1, 0.6))  # the kill comes at any moment
        await bot.stop(9)
        bot = await start()
    killed.set()
    return bot, await writing


def told(log: Path) -> str:
    """The end of the bot's log, for whoever wonders why it failed."""
    return log.read_text()[-2000:]


async def _write(people: Sequence[Person], chance: random.Random, end: asyncio.Event) -> list[tuple[int, int]]:
    """Everybody writes, all the time; returns (chat, message) of each message in the order of writing."""
    written: list[tuple[int, int]] = []
    while not end.is_set():
        person = people[len(written) % len(people)]
        message = await person.writes(chance.choice(TEXTS))
        written.append((person.id, message["message_id"]))
        await asyncio.sleep(PAUSE_S)
    return written


async def _someone_is_answered(play: Playground, bot: RunningBot, log: Path) -> None:
    """Wait until this run of the bot has begun to send: then it is in the middle of it."""
    before = len(play.ledger)
    for _ in range(6000):
        if any(entry.method in SENDS for entry in play.ledger[before:]):
            return
        assert bot.process.returncode is None, told(log)
        await asyncio.sleep(0.01)
    raise AssertionError(told(log))


async def _worked_off(database: Database, count: int, bot: RunningBot, log: Path) -> None:
    """Wait until everything written is done and everything queued is sent."""
    undone = select(func.count()).where(updates.c.done_at.is_(None))
    unsent = select(func.count()).where(outbox.c.settled_at.is_(None))
    for _ in range(1200):
        async with database.read() as tx:
            stored = await tx.scalar(select(func.count()).select_from(updates))
            if stored == count and not await tx.scalar(undone) and not await tx.scalar(unsent):
                return
        assert bot.process.returncode is None, told(log)
        await asyncio.sleep(0.1)
    raise AssertionError(f"{stored} of {count} updates stored; {told(log)}")


async def _compare(play: Playground, database: Database, written: list[tuple[int, int]]) -> None:
    async with database.read() as tx:
        heard = await tx.all(
            select(communications.c.chat_id, communications.c.message_id, communications.c.id)
            .where(communications.c.direction == Direction.IN)
            .order_by(communications.c.id)
        )
        failed = await tx.all(select(updates.c.error).where(updates.c.error.is_not(None)))
        posts = await tx.all(select(outbox))
        said = await tx.all(select(communications).where(communications.c.direction == Direction.OUT))
        active = await tx.all(select(tickets.c.customer_id).where(tickets.c.state.in_(["new", "open"])))
    assert failed == []
    assert sorted((row.chat_id, row.message_id) for row in heard) == sorted(written)  # none lost, none twice
    assert _by_chat((row.chat_id, row.message_id) for row in heard) == _by_chat(written)  # each chat in order
    assert max(Counter(row.reply_to_id for row in said).values(), default=0) == 1  # no question answered twice
    assert max(Counter(row.customer_id for row in active).values(), default=0) <= 1  # no ticket opened twice
    assert {post.state for post in posts} == {OutboxState.SENT}
    twice = _compare_sent(play, posts)
    print(f"\n{len(written)} messages, {KILLS} kills: 0 lost, 0 done twice, {twice} replies sent twice")


def _compare_sent(play: Playground, posts: Sequence[Any]) -> int:
    """Every post arrived; what arrived more than once was in the air at a kill, and says so. Returns how many did."""
    arrived = Counter(
        int(entry.params["chat_id"]) for entry in play.ledger if entry.method in SENDS and not entry.error
    )
    queued = Counter(post.chat_id for post in posts if post.method in SENDS)
    marked = Counter(post.chat_id for post in posts if post.possibly_repeated)
    lost = {chat: queued[chat] - arrived[chat] for chat in queued if arrived[chat] < queued[chat]}
    assert lost == {}
    # a post can be in the air at more than one of the kills
    most = {chat: queued[chat] + KILLS * marked[chat] for chat in arrived}
    repeated = {chat: arrived[chat] - queued[chat] for chat in arrived if arrived[chat] > most[chat]}
    assert repeated == {}
    return arrived.total() - queued.total()


def _by_chat(places: Any) -> dict[int, list[int]]:
    chats: dict[int, list[int]] = {}
    for chat, message in places:
        chats.setdefault(chat, []).append(message)
    return chats
