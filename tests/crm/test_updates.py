"""Stored updates: kept once, claimed chat by chat, done once."""

import asyncio
from collections.abc import Callable

import pytest

from bot.crm import updates, workers
from bot.crm.updates import StoredUpdate, UpdateAlreadyDone, lane_of
from bot.database import Database
from tests.factories import NOW, after


async def store(database: Database, *places: tuple[int, int], payload: str = "{}") -> None:
    """Store updates given as (update id, lane)."""
    rows = [{"update_id": number, "lane": lane, "payload": payload, "received_at": NOW} for number, lane in places]
    async with database.begin() as tx:
        await updates.store(tx, rows)


async def claim(database: Database, worker: str, limit: int = 100) -> list[int]:
    async with database.begin() as tx:
        return [each.update_id for each in await updates.claim(tx, worker, limit)]


async def count_undone(database: Database) -> int:
    async with database.read() as tx:
        return await updates.count_undone(tx)


async def test_an_update_stored_twice_is_kept_once_as_it_came_first(database: Database) -> None:
    await store(database, (1, 5), payload='{"update_id":1}')
    await store(database, (1, 5), (2, 5), payload="other")
    async with database.begin() as tx:
        assert await updates.claim(tx, "a") == [
            StoredUpdate(1, 5, '{"update_id":1}', NOW, 0),
            StoredUpdate(2, 5, "other", NOW, 0),
        ]


async def test_claims_take_the_oldest_first_and_each_once(database: Database) -> None:
    await store(database, (3, 5), (1, 6), (2, 5))
    assert await claim(database, "a", limit=2) == [1, 2]
    assert await claim(database, "a") == [3]
    assert await claim(database, "a") == []


@pytest.mark.postgres
async def test_a_lane_is_worked_on_by_one_worker_only(postgres_url: str, opened: Callable[[str], Database]) -> None:
    database = opened(postgres_url)
    await store(database, (1, 5), (2, 5), (3, 6))
    assert await claim(database, "a", limit=1) == [1]
    assert await claim(database, "b") == [3]
    assert await claim(database, "a") == [2]


@pytest.mark.postgres
async def test_workers_that_claim_at_the_same_instant_never_share_a_lane(
    postgres_url: str, opened: Callable[[str], Database]
) -> None:
    databases = {name: opened(postgres_url) for name in ("a", "b", "c", "d")}
    await store(databases["a"], *((number, number % 20) for number in range(200)))
    taken: list[tuple[str, int]] = []

    async def work(name: str) -> None:
        was_busy: list[bool] = []
        databases[name].listen(workers.BUSY, lambda: was_busy.append(True))
        while (claimed := await claim(databases[name], name, limit=3)) or was_busy:
            was_busy.clear()
            taken.extend((name, number) for number in claimed)

    await asyncio.gather(*(work(name) for name in databases))
    assert sorted(number for _, number in taken) == list(range(200))
    assert len({(name, number % 20) for name, number in taken}) == 20
    for name in databases:
        theirs = [number for each, number in taken if each == name]
        assert theirs == sorted(theirs)


async def test_what_a_dead_worker_claimed_is_free_again(database: Database) -> None:
    await store(database, (1, 5), (2, 6))
    async with database.begin() as tx:
        await workers.register(tx, "dead", NOW)
        await workers.register(tx, "alive", NOW)
        await updates.claim(tx, "dead", 1)
        await updates.claim(tx, "alive", 1)
        await workers.register(tx, "alive", after(minutes=1))
        await workers.forget_unseen(tx, after(minutes=1))
        assert await workers.names(tx) == ["alive"]
        await updates.inbox.release_dead(tx)
    assert await claim(database, "alive") == [1]


async def test_an_update_is_done_once_and_by_its_own_worker_only(database: Database) -> None:
    await store(database, (1, 5))
    await claim(database, "a")
    with pytest.raises(UpdateAlreadyDone):
        async with database.begin() as tx:
            await updates.mark_done(tx, 1, "b", NOW)
    async with database.begin() as tx:
        await updates.mark_done(tx, 1, "a", NOW)
    with pytest.raises(UpdateAlreadyDone):
        async with database.begin() as tx:
            await updates.mark_done(tx, 1, "a", NOW)
    assert await count_undone(database) == 0
    await store(database, (1, 5))
    assert await count_undone(database) == 0


async def test_a_poisoned_update_is_put_aside_with_its_error(database: Database) -> None:
    await store(database, (1, 5))
    await claim(database, "a")
    async with database.begin() as tx:
        await updates.mark_attempt(tx, 1, "ValueError: 1", None)
    assert await count_undone(database) == 1
    async with database.begin() as tx:
        await updates.mark_attempt(tx, 1, "ValueError: 2", NOW)
        row = await tx.first(updates.updates.select())
    assert row is not None
    assert (row.attempts, row.error, row.failed_at) == (2, "ValueError: 2", NOW)
    assert await count_undone(database) == 0


async def test_only_what_is_done_long_ago_is_pruned(database: Database) -> None:
    await store(database, (1, 5), (2, 5), (3, 5))
    await claim(database, "a")
    async with database.begin() as tx:
        await updates.mark_done(tx, 1, "a", NOW)
        await updates.mark_done(tx, 2, "a", after(days=2))
        assert await updates.prune(tx, after(days=1), 100) == 1
        rows = await tx.all(updates.updates.select())
    assert sorted(row.update_id for row in rows) == [2, 3]


@pytest.mark.parametrize(
    ("raw", "lane"),
    [
        ({"update_id": 1, "message": {"chat": {"id": 5}, "from": {"id": 6}}}, 5),
        ({"update_id": 1, "edited_message": {"chat": {"id": -100}}}, -100),
        ({"update_id": 1, "callback_query": {"from": {"id": 6}, "message": {"chat": {"id": -100}}}}, -100),
        ({"update_id": 1, "callback_query": {"from": {"id": 6}, "inline_message_id": "x"}}, 6),
        ({"update_id": 1, "inline_query": {"from": {"id": 6}, "query": "refund"}}, 6),
        ({"update_id": 1, "my_chat_member": {"chat": {"id": -100}, "from": {"id": 6}}}, -100),
        ({"update_id": 1, "message_reaction": {"chat": {"id": 5}, "user": {"id": 6}}}, 5),
        ({"update_id": 1, "poll_answer": {"user": {"id": 6}}}, 6),
        ({"update_id": 1, "poll": {"id": "7"}}, 0),
    ],
)
def test_an_update_goes_to_the_lane_of_its_chat_or_else_of_its_user(raw: dict[str, object], lane: int) -> None:
    assert lane_of(raw) == lane
