"""The load: customers who write, and how long they wait to be answered."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from bot.playground.people import Person
from bot.playground.server import Playground
from tests.bench.bots import ROOT, RunningBot

SENDS = frozenset({"sendMessage", "copyMessage", "sendPhoto"})


def questions() -> list[str]:
    """Questions that the demo FAQ answers for sure: phrasings of its own, so that each costs one answer."""
    texts: list[str] = []
    for path in sorted((ROOT / "faq").glob("*.yaml")):
        if path.name in ("shop.yaml", "check.yaml", "smalltalk.yaml"):
            continue
        for entry in yaml.safe_load(Path(path).read_text(encoding="utf-8")):
            texts.extend(entry["questions"]["en"][:3])
    return texts


def crowd(play: Playground, size: int) -> list[Person]:
    """Customers who have started the bot."""
    people = [play.person(f"Customer {number}", language_code="en") for number in range(size)]
    for person in people:
        person.account.started = True
    return people


@dataclass
class Answers:
    """Watches the ledger: who was answered when."""

    play: Playground
    seen: int = 0
    by_chat: dict[int, list[float]] = field(default_factory=dict)
    count: int = 0

    def look(self) -> int:
        """Read what is new in the ledger; returns how many messages the bot has sent in all."""
        ledger = self.play.ledger
        while self.seen < len(ledger):
            entry = ledger[self.seen]
            if entry.method in SENDS and entry.error is None:
                self.by_chat.setdefault(int(entry.params["chat_id"]), []).append(entry.at)
                self.count += 1
            self.seen += 1
        return self.count

    async def until(self, count: int, timeout_s: float) -> None:
        """Wait until the bot has sent so many messages."""
        give_up_at = time.monotonic() + timeout_s
        while self.look() < count:
            if time.monotonic() > give_up_at:
                raise TimeoutError(f"{self.count} of {count} answers within {timeout_s} s")
            await asyncio.sleep(0.005)


async def flood(play: Playground, people: Sequence[Person], texts: Sequence[str], count: int) -> None:
    """Everybody writes at once; ``count`` messages in all."""
    for number in range(count):
        await people[number % len(people)].writes(texts[number % len(texts)])


async def measure_flood(play: Playground, bot: RunningBot, people: Sequence[Person], count: int) -> tuple[float, float]:
    """Return (messages a second, the bot's CPU seconds a message) over ``count`` messages that wait already."""
    texts = questions()
    answers = Answers(play)
    await flood(play, people, texts, 200)
    await answers.until(200, 60)  # warm
    cpu, start = bot.cpu_s(), time.monotonic()
    await flood(play, people, texts, count)
    await answers.until(200 + count, 180)
    return count / (time.monotonic() - start), (bot.cpu_s() - cpu) / count


async def measure_latency(play: Playground, people: Sequence[Person], per_second: float, seconds: float) -> list[float]:
    """Write steadily, each person in turn, and return every wait for the answer in seconds, sorted."""
    texts = questions()
    answers = Answers(play)
    answers.look()
    before = answers.count
    had = {person.id: len(answers.by_chat.get(person.id, ())) for person in people}
    written: dict[int, list[float]] = {person.id: [] for person in people}
    start = time.monotonic()
    total = int(per_second * seconds)
    for number in range(total):
        await asyncio.sleep(max(0.0, start + number / per_second - time.monotonic()))
        person = people[number % len(people)]
        written[person.id].append(time.time())
        await person.writes(texts[number % len(texts)])
    await answers.until(before + total, 60)
    return sorted(
        answered - asked
        for person in people
        for asked, answered in zip(written[person.id], answers.by_chat[person.id][had[person.id] :], strict=False)
    )


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the nearest-rank percentile of sorted values."""
    return values[min(len(values) - 1, round(percent / 100 * (len(values) - 1)))]
