"""The pace at which Telegram takes messages, kept before Telegram complains; people go before broadcasts.

Telegram's limits: about 30 messages a second in all, one a second to a chat (short bursts pass), 20 a minute to a
group. Each limit is a bucket of tokens that refills steadily.
"""

import asyncio
import heapq
import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

CHAT_BURST = 4
"""Messages that one chat may get at once after a silence."""
GROUP_BURST = 10
IDLE_CHATS = 5000
"""Buckets kept; full ones are forgotten beyond that."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How many messages Telegram takes."""

    per_second: float = 30
    per_second_chat: float = 1
    per_minute_group: float = 20


class Bucket:
    """Tokens that refill at ``rate`` a second up to ``size``."""

    __slots__ = ("at", "rate", "size", "tokens")

    def __init__(self, rate: float, size: float, now: float) -> None:
        self.rate, self.size, self.tokens, self.at = rate, size, size, now

    def wait(self, now: float) -> float:
        """Return the seconds until a token is there (0: it is)."""
        self._refill(now)
        return 0.0 if self.tokens >= 1 else (1 - self.tokens) / self.rate

    def take(self, now: float) -> None:
        self._refill(now)
        self.tokens -= 1

    def hold(self, until: float, now: float) -> None:
        """Give no token before ``until``."""
        self._refill(now)
        self.tokens = min(self.tokens, 1 - (until - now) * self.rate)

    def is_full(self, now: float) -> bool:
        self._refill(now)
        return self.tokens >= self.size

    def _refill(self, now: float) -> None:
        if now > self.at:
            self.tokens = min(self.size, self.tokens + (now - self.at) * self.rate)
            self.at = now


class Total(Protocol):
    """The limit over all chats, which the processes of one bot share."""

    async def take(self) -> float:
        """Take a token (returns 0), or return the seconds until one may be there."""
        ...

    async def hold(self, seconds: float) -> None:
        """Give no token for so long."""
        ...


class LocalTotal:
    """The limit over all chats for a bot that is one process."""

    def __init__(self, per_second: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        # half a second's worth at once: a burst passes, and no second ever holds more than Telegram takes
        self._bucket = Bucket(per_second * 0.96, max(1.0, per_second / 10), clock())

    async def take(self) -> float:
        now = self._clock()
        wait = self._bucket.wait(now)
        if not wait:
            self._bucket.take(now)
        return wait

    async def hold(self, seconds: float) -> None:
        now = self._clock()
        self._bucket.hold(now + seconds, now)


class Pace:
    """A gate: ``async with``-free, just ``await pace.turn(...)`` before each message."""

    def __init__(self, limits: Limits, total: Total | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._limits = limits
        self._clock = clock
        self._total = total or LocalTotal(limits.per_second, clock)
        self._chats: dict[int, Bucket] = {}
        self._queue: list[tuple[int, int, asyncio.Future[None]]] = []
        self._order = itertools.count()
        self._gatekeeper: asyncio.Task[None] | None = None

    async def turn(self, chat_id: int, priority: int) -> None:
        """Wait until a message may go to this chat; a lower ``priority`` number goes first."""
        bucket = self._bucket(chat_id)
        while wait := bucket.wait(self._clock()):  # noqa: ASYNC110 - a clock fills the bucket, no event does
            await asyncio.sleep(wait)
        bucket.take(self._clock())
        await self._wait_for_total(priority)

    async def hold(self, chat_id: int, seconds: float) -> None:
        """Telegram asked for silence: for this chat, and a moment of it for all."""
        now = self._clock()
        self._bucket(chat_id).hold(now + seconds, now)
        await self._total.hold(min(seconds, 1.0))

    async def close(self) -> None:
        if self._gatekeeper is not None:
            self._gatekeeper.cancel()
            await asyncio.gather(self._gatekeeper, return_exceptions=True)

    def _bucket(self, chat_id: int) -> Bucket:
        bucket = self._chats.get(chat_id)
        if bucket is None:
            now = self._clock()
            if len(self._chats) >= IDLE_CHATS:
                self._chats = {chat: each for chat, each in self._chats.items() if not each.is_full(now)}
            is_group = chat_id < 0
            bucket = self._chats[chat_id] = (
                Bucket(self._limits.per_minute_group / 60, min(GROUP_BURST, self._limits.per_minute_group), now)
                if is_group
                else Bucket(self._limits.per_second_chat, max(CHAT_BURST, self._limits.per_second_chat), now)
            )
        return bucket

    async def _wait_for_total(self, priority: int) -> None:
        if not self._queue and not await self._total.take():
            return
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._queue, (priority, next(self._order), place))
        if self._gatekeeper is None or self._gatekeeper.done():
            self._gatekeeper = asyncio.create_task(self._keep_gate(), name="gatekeeper")
        await place

    async def _keep_gate(self) -> None:
        while self._queue:
            wait = await self._total.take()
            if wait:
                await asyncio.sleep(wait)
                continue
            while self._queue:  # the token goes to the first who still waits
                _, _, place = heapq.heappop(self._queue)
                if not place.done():
                    place.set_result(None)
                    break
