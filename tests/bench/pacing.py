"""A broadcast through the real courier at Telegram's pace, while people write and wait."""

import asyncio
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.clock import utc_now
from bot.crm import outbox
from bot.crm.outbox import SendPriority
from bot.database import Database
from bot.playground.people import Person
from bot.playground.server import Playground
from tests.bench.bots import kefu_environment, start_kefu
from tests.bench.load import Answers, crowd, questions

WRITES_PER_S = 5


@dataclass
class Pacing:
    """How well the limits were used, and who waited."""

    share_of_limit: float
    refusals: int
    waits: list[float]


async def measure_pacing(seconds: float) -> Pacing:
    """Queue more broadcasts than fit into ``seconds`` and let other people write meanwhile."""
    with tempfile.TemporaryDirectory() as folder:
        play = Playground()
        await play.start()
        url = f"sqlite+aiosqlite:///{Path(folder) / 'kefu.db'}"
        pace = {"sends_per_second": 30, "sends_per_second_chat": 1, "sends_per_minute_group": 20}
        people = crowd(play, 60)
        bot = await start_kefu(kefu_environment(play, url, **pace), Path(folder))
        try:
            await people[0].writes(questions()[0])
            await Answers(play).until(1, 60)
            await _queue_broadcast(url, crowd_of_strangers(play, int(seconds * 40)))
            await asyncio.sleep(2)  # the burst that an idle bot may send first is not the pace
            return await _watch(play, people, seconds)
        finally:
            await bot.stop()
            await play.stop()


def crowd_of_strangers(play: Playground, size: int) -> Sequence[Person]:
    people = [play.person(f"Reader {number}", language_code="en") for number in range(size)]
    for person in people:
        person.account.started = True
    return people


async def _queue_broadcast(url: str, readers: Sequence[Person]) -> None:
    database = Database(url)
    async with database.begin() as tx:
        for reader in readers:
            payload = {"text": "Our summer sale has begun."}
            await outbox.queue(tx, reader.id, "sendMessage", payload, now=utc_now(), priority=SendPriority.BROADCAST)
    await database.dispose()


async def _watch(play: Playground, people: Sequence[Person], seconds: float) -> Pacing:
    answers = Answers(play)
    sent_before, refused_before = answers.look(), play.limits.refusals
    had = {person.id: len(answers.by_chat.get(person.id, ())) for person in people}
    written: dict[int, list[float]] = {person.id: [] for person in people}
    start = time.monotonic()
    texts = questions()
    for number in range(int(seconds * WRITES_PER_S)):
        await asyncio.sleep(max(0.0, start + number / WRITES_PER_S - time.monotonic()))
        person = people[number % len(people)]
        written[person.id].append(time.time())
        await person.writes(texts[number % len(texts)])
    await asyncio.sleep(max(0.0, start + seconds - time.monotonic()))
    sent = answers.look() - sent_before
    await asyncio.sleep(2)
    answers.look()
    waits = sorted(
        answered - asked
        for person in people
        for asked, answered in zip(
            written[person.id], answers.by_chat.get(person.id, [])[had[person.id] :], strict=False
        )
    )
    return Pacing(sent / seconds / 30, play.limits.refusals - refused_before, waits)
