"""The pace at which Telegram takes messages, kept before Telegram complains; people go before broadcasts.

Telegram's limits: about 30 messages a second in all, one a second to a chat (short bursts pass), 20 a minute to a
group. The first two are buckets of tokens that refill steadily; a group's minute is counted as it is.
"""

import asyncio
import heapq
import itertools
import math
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

CHAT_BURST = 4
"""Messages that one chat may get at once after a silence."""
GROUP_MINUTE_S = 61.0
"""A minute, and a little for messages that travel faster than those before them."""
ROUNDING = 1e-6
"""A part of a token that is not worth a nap."""
IDLE_CHATS = 5000
"""Chats remembered; beyond that those are forgotten that have rested long enough to begin anew."""


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

    def wait(self, now: float, count: int = 1) -> float:
        """Return the seconds until so many tokens are there (0: they are); more than fit in need a full bucket."""
        self._refill(now)
        missing = min(count, self.size) - self.tokens
        return missing / self.rate if missing > ROUNDING else 0.0

    def take(self, now: float, count: int = 1) -> None:
        self._refill(now)
        self.tokens -= count

    def hold(self, until: float, now: float) -> None:
        """Give no token before ``until``."""
        self._refill(now)
        self.tokens = min(self.tokens, 1 - (until - now) * self.rate)

    def is_rested(self, now: float) -> bool:
        """Whether a new one would say the same."""
        self._refill(now)
        return self.tokens >= self.size

    def _refill(self, now: float) -> None:
        if now > self.at:
            self.tokens = min(self.size, self.tokens + (now - self.at) * self.rate)
            self.at = now


class Window:
    """At most ``most`` in any stretch of ``length`` seconds; they may come at once."""

    __slots__ = ("held_until", "length", "most", "taken")

    def __init__(self, most: float, length: float) -> None:
        self.most, self.length = max(1, int(most)), length
        self.taken: deque[float] = deque()
        self.held_until = -math.inf

    def wait(self, now: float, count: int = 1) -> float:
        """Return the seconds until so many more may go (0: now); more than ever fit in need an empty window."""
        self._forget(now)
        in_the_way = len(self.taken) + min(count, self.most) - self.most
        free_at = self.taken[in_the_way - 1] + self.length if in_the_way > 0 else now
        return max(0.0, free_at - now, self.held_until - now)

    def take(self, now: float, count: int = 1) -> None:
        self.taken.extend([now] * count)

    def hold(self, until: float, now: float) -> None:
        """Let none go before ``until``."""
        self.held_until = max(self.held_until, until)

    def is_rested(self, now: float) -> bool:
        """Whether a new one would say the same."""
        self._forget(now)
        return not self.taken and self.held_until <= now

    def _forget(self, now: float) -> None:
        while self.taken and now - self.taken[0] >= self.length:
            self.taken.popleft()


class Total(Protocol):
    """The limit over all chats, which the processes of one bot share."""

    async def take(self) -> float:
        """Take a token (returns 0), or return the seconds until one may be there."""
        ...

    async def hold(self, seconds: float) -> None:
        """Give no token for so long."""
        ...


def shape_of(per_second: float) -> tuple[float, float]:
    """Return rate and size of the bucket with which no second holds more than ``per_second`` messages.

    What a second can hold at most is the full bucket and what comes in meanwhile: less than one above the limit.
    """
    return per_second * 0.96, max(1.0, per_second * 0.04 + 0.8)


class LocalTotal:
    """The limit over all chats for a bot that is one process."""

    def __init__(self, per_second: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._bucket = Bucket(*shape_of(per_second), clock())

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
    """A gate that every message passes: ``await pace.turn(...)``."""

    def __init__(self, limits: Limits, total: Total | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._limits = limits
        self._clock = clock
        self._total = total or LocalTotal(limits.per_second, clock)
        self._chats: dict[int, Bucket | Window] = {}
        self._queue: list[tuple[int, int, asyncio.Future[None]]] = []
        self._order = itertools.count()
        self._gatekeeper: asyncio.Task[None] | None = None

    async def turn(self, chat_id: int, priority: int, count: int = 1) -> None:
        """Wait until ``count`` messages may go to this chat at once; a lower ``priority`` number goes first."""
        while wait := self._gate(chat_id).wait(self._clock(), count):  # noqa: ASYNC110 - a clock opens it, no event
            await asyncio.sleep(wait)
        self._gate(chat_id).take(self._clock(), count)
        for _ in range(count):
            await self._wait_for_total(priority)

    async def hold(self, chat_id: int, seconds: float) -> None:
        """Telegram asked for silence: for this chat, and a moment of it for all."""
        now = self._clock()
        self._gate(chat_id).hold(now + seconds, now)
        await self._total.hold(min(seconds, 1.0))

    async def close(self) -> None:
        if self._gatekeeper is not None:
            self._gatekeeper.cancel()
            await asyncio.gather(self._gatekeeper, return_exceptions=True)

    def _gate(self, chat_id: int) -> Bucket | Window:
        gate = self._chats.get(chat_id)
        if gate is None:
            now = self._clock()
            if len(self._chats) >= IDLE_CHATS:
                self._chats = {chat: each for chat, each in self._chats.items() if not each.is_rested(now)}
            gate = self._chats[chat_id] = self._new_gate(chat_id, now)
        return gate

    def _new_gate(self, chat_id: int, now: float) -> Bucket | Window:
        if chat_id < 0:  # a group
            return Window(self._limits.per_minute_group, GROUP_MINUTE_S)
        rate = self._limits.per_second_chat
        return Bucket(rate, max(CHAT_BURST, rate), now)

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
