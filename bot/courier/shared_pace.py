"""The limit over all chats for a bot that runs on several machines: one bucket in Redis."""

import random
from typing import Any

import structlog
from redis.exceptions import RedisError

from bot.courier.pace import LocalTotal, shape_of

log = structlog.get_logger()

_TAKE = """
local rate, size = tonumber(ARGV[1]), tonumber(ARGV[2])
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
local tokens = tonumber(redis.call('HGET', KEYS[1], 'tokens')) or size
local at = tonumber(redis.call('HGET', KEYS[1], 'at')) or now
tokens = math.min(size, tokens + math.max(0, now - at) * rate)
local wait = 0
local hold = tonumber(ARGV[3])
if hold > 0 then
  tokens = math.min(tokens, 1 - hold * rate)
elseif tokens >= 1 then
  tokens = tokens - 1
else
  wait = (1 - tokens) / rate
end
redis.call('HSET', KEYS[1], 'tokens', tostring(tokens), 'at', string.format('%.6f', now))
redis.call('EXPIRE', KEYS[1], 120)
return tostring(wait)
"""


class SharedTotal:
    """A token bucket in Redis, moved by one script so that no two processes take the same token.

    While Redis is away each process keeps the whole limit for itself; Telegram's own 429 does the rest.
    """

    def __init__(self, redis: Any, bot_id: int, per_second: float) -> None:
        """``redis`` is a ``redis.asyncio.Redis``."""
        self._take_token = redis.register_script(_TAKE)
        self._keys = [f"kefu:pace:{bot_id}"]
        self._shape = shape_of(per_second)
        self._own = LocalTotal(per_second)

    async def take(self) -> float:
        try:
            wait = float(await self._take_token(keys=self._keys, args=[*self._shape, 0]))
            # machines that ask in step would find that the same one always comes first
            return wait and wait + random.random() / self._shape[0]  # noqa: S311 - spreads, guards nothing
        except (RedisError, OSError) as error:
            log.warning("redis away", why=type(error).__name__)
            return await self._own.take()

    async def hold(self, seconds: float) -> None:
        try:
            await self._take_token(keys=self._keys, args=[*self._shape, seconds])
        except (RedisError, OSError):
            await self._own.hold(seconds)
