"""Telegram's pace: about 30 messages a second in all, one a second in a chat with short bursts, 20 a minute in a group.

`play.limits` holds one; tests and benchmarks set its figures or switch it off. A refused call costs nothing.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.playground.errors import too_many_requests


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float


@dataclass
class Limits:
    enabled: bool = True
    total_per_second: float = 30
    chat_per_second: float = 1
    chat_burst: float = 5
    group_per_minute: float = 20
    monotonic: Callable[[], float] = time.monotonic
    refusals: int = 0
    _buckets: dict[tuple[str, int], _Bucket] = field(default_factory=dict)

    def spend(self, chat_id: int, count: int = 1, *, is_group: bool = False) -> None:
        """Count `count` messages to a chat, or refuse with 429 and the seconds after which they would pass."""
        if not self.enabled:
            return
        if len(self._buckets) > 50_000:
            self._forget_full()
        rules = [("all", 0, self.total_per_second, self.total_per_second)]
        if is_group:
            rules.append(("group", chat_id, self.group_per_minute / 60, self.group_per_minute))
        else:
            rules.append(("chat", chat_id, self.chat_per_second, self.chat_burst))
        now = self.monotonic()
        buckets = [(self._filled(kind, key, rate, size, now), rate, size) for kind, key, rate, size in rules]
        # An album larger than the bucket must still pass once the bucket is full.
        wait = max((min(count, size) - bucket.tokens) / rate for bucket, rate, size in buckets)
        if wait > 0:
            self.refusals += 1
            raise too_many_requests(max(1, math.ceil(wait)))
        for bucket, _, _ in buckets:
            bucket.tokens -= count

    def _filled(self, kind: str, key: int, rate: float, size: float, now: float) -> _Bucket:
        bucket = self._buckets.get((kind, key))
        if bucket is None:
            bucket = self._buckets[kind, key] = _Bucket(size, now)
        bucket.tokens = min(size, bucket.tokens + (now - bucket.at) * rate)
        bucket.at = now
        return bucket

    def _forget_full(self) -> None:
        """A bucket untouched for two minutes is full again, and need not be remembered."""
        limit = self.monotonic() - 120
        self._buckets = {key: bucket for key, bucket in self._buckets.items() if bucket.at > limit}
