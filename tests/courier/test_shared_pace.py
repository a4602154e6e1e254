"""The limit that machines share: one bucket in Redis, and each its own while Redis is away."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

pytest.importorskip("redis", reason="redis is not installed (pip install '.[redis]')")

from redis.asyncio import Redis

from bot.courier.pace import Limits, Pace
from bot.courier.shared_pace import SharedTotal
from tests import servers

BOT = 100_000_001


@pytest_asyncio.fixture
async def connections(redis_url: str) -> AsyncIterator[list["Redis"]]:
    """Two machines' own connections to one Redis."""
    made = [Redis.from_url(redis_url) for _ in range(2)]
    yield made
    for connection in made:
        await connection.aclose()


async def take_for(total: SharedTotal, seconds: float) -> list[float]:
    """Take tokens as fast as they come; returns when each came."""
    end, moments = time.monotonic() + seconds, []
    while (now := time.monotonic()) < end:
        if wait := await total.take():
            await asyncio.sleep(wait)
        else:
            moments.append(now)
    return moments


@pytest.mark.redis
async def test_two_machines_together_never_pass_the_limit(connections: list["Redis"]) -> None:
    totals = [SharedTotal(connection, BOT, per_second=50) for connection in connections]

    one, two = await asyncio.gather(*(take_for(total, 1.5) for total in totals))

    moments = sorted(one + two)
    assert max(sum(start <= moment < start + 1 for moment in moments) for start in moments) <= 55  # and scheduling
    assert min(len(one), len(two)) >= 1  # neither starves


@pytest.mark.redis
async def test_a_silence_that_one_machine_is_asked_for_holds_for_the_other(connections: list["Redis"]) -> None:
    one, two = (SharedTotal(connection, BOT, per_second=30) for connection in connections)
    assert await two.take() == 0
    await one.hold(5)
    assert 4.9 < await two.take() <= 5 + 1 / 28


@pytest.mark.redis
async def test_two_bots_on_one_redis_have_a_limit_each(connections: list["Redis"]) -> None:
    one, two = SharedTotal(connections[0], BOT, per_second=1), SharedTotal(connections[1], BOT + 1, per_second=1)
    assert [await one.take(), await two.take()] == [0, 0]
    assert await one.take() > 0.5


@pytest.mark.redis
async def test_the_bucket_is_forgotten_when_nobody_sends(connections: list["Redis"]) -> None:
    await SharedTotal(connections[0], BOT, per_second=30).take()
    assert 0 < await connections[0].ttl(f"kefu:pace:{BOT}") <= 120


@pytest.mark.redis
async def test_gates_on_two_machines_share_the_pace(connections: list["Redis"]) -> None:
    paces = [Pace(Limits(per_second=40), SharedTotal(connection, BOT, 40)) for connection in connections]
    start = time.monotonic()

    await asyncio.gather(*(pace.turn(chat, 0) for chat in range(1, 31) for pace in paces))

    assert time.monotonic() - start >= (60 - 3) / 40
    for pace in paces:
        await pace.close()


async def test_while_redis_is_away_each_machine_keeps_the_limit_by_itself() -> None:
    away = Redis.from_url(f"redis://127.0.0.1:{servers.free_port()}/0", socket_connect_timeout=1)
    total = SharedTotal(away, BOT, per_second=1)

    assert await total.take() == 0
    assert 0.9 < await total.take() <= 1 / 0.96
    await total.hold(9)
    assert 8.9 < await total.take() <= 9
    await away.aclose()
