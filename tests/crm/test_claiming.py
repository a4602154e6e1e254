"""Claims and prunings over long tables: by index, no more than asked for, in small steps."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import Connection, event, func, insert, select, text

from bot.crm import outbox, updates
from bot.crm.outbox import OutboxState, SendPriority
from bot.database import Database
from bot.jobs import Jobs
from bot.transactions import Transaction
from tests.factories import NOW, after

DONE, FREE = 3000, 300

Work = Callable[[Transaction], Awaitable[Any]]


async def fill(tx: Transaction) -> None:
    """Store a long past that is done and a little that is not."""
    await tx.execute(
        insert(updates.updates),
        [
            {
                "update_id": number,
                "lane": number % 40,
                "payload": "{}",
                "received_at": NOW,
                "done_at": after(seconds=number) if number <= DONE else None,
                "worker": "a" if number <= DONE else None,
            }
            for number in range(1, DONE + FREE + 1)
        ],
    )
    await tx.execute(
        insert(outbox.outbox),
        [
            {
                "id": number,
                "chat_id": number % 40,
                "method": "sendMessage",
                "payload": "{}",
                "priority": int(SendPriority.PERSON),
                "state": OutboxState.SENT if number <= DONE else OutboxState.PENDING,
                "settled_at": after(seconds=number) if number <= DONE else None,
                "worker": "a" if number <= DONE else None,
                "created_at": NOW,
            }
            for number in range(1, DONE + FREE + 1)
        ],
    )


async def plan_of(database: Database, work: Work) -> str:
    """How the database goes about the last statement of a unit of work."""
    seen: list[tuple[str, Any]] = []

    def note(_: object, __: object, statement: str, parameters: Any, *___: object) -> None:
        seen.append((statement, parameters))

    engine = database._writing_engine if database.is_sqlite else database.engine.sync_engine
    async with database.begin() as tx:
        await fill(tx)
        await tx.execute(text("ANALYZE"))
        event.listen(engine, "before_cursor_execute", note)
        await work(tx)
        event.remove(engine, "before_cursor_execute", note)
        statement, parameters = seen[-1]
        explain = "EXPLAIN QUERY PLAN" if database.is_sqlite else "EXPLAIN"

        def explained(connection: Connection) -> str:
            rows = connection.exec_driver_sql(f"{explain} {statement}", parameters).all()
            return "\n".join(str(row[-1]) for row in rows)

        return await tx.connection.run_sync(explained)


async def claim_updates(tx: Transaction, most: int = 7) -> list[int]:
    return [each.update_id for each in await updates.claim(tx, "b", most)]


async def claim_posts(tx: Transaction, most: int = 7) -> list[int]:
    return [each.id for each in await outbox.claim(tx, "b", after(days=1), most, (39,))]


async def prune_updates(tx: Transaction) -> int:
    return await updates.prune(tx, after(days=1), 500)


async def prune_posts(tx: Transaction) -> int:
    return await outbox.prune(tx, after(days=1), 500)


@pytest.mark.parametrize("claim", [claim_updates, claim_posts])
async def test_no_more_is_claimed_than_asked_for(database: Database, claim: Work) -> None:
    async with database.begin() as tx:
        await fill(tx)
    async with database.begin() as tx:
        taken = await claim(tx)
    assert taken == list(range(DONE + 1, DONE + 8))


@pytest.mark.parametrize(
    ("work", "index"),
    [
        (claim_updates, "ix_updates_free"),
        (claim_posts, "ix_outbox_free"),
        (prune_updates, "ix_updates_done_at"),
        (prune_posts, "ix_outbox_settled_at"),
    ],
)
async def test_what_is_done_and_sent_is_not_read_to_find_what_to_do(database: Database, work: Work, index: str) -> None:
    plan = await plan_of(database, work)
    assert index in plan
    assert not [line for line in plan.splitlines() if line.startswith("SCAN") and "USING" not in line], plan


@pytest.mark.parametrize("prune", [prune_updates, prune_posts])
async def test_the_past_is_dropped_step_by_step_oldest_first(database: Database, prune: Work) -> None:
    async with database.begin() as tx:
        await fill(tx)
    dropped: list[int] = []
    while not dropped or dropped[-1]:
        async with database.begin() as tx:
            dropped.append(await prune(tx))
    assert dropped == [500] * (DONE // 500) + [0]
    async with database.read() as tx:
        assert (await updates.count_undone(tx), await outbox.count_undone(tx)) == (FREE, FREE)


async def test_the_job_drops_it_all_and_lets_others_in_between(database: Database) -> None:
    async with database.begin() as tx:
        await fill(tx)
    jobs = Jobs(database, Any, Any, Any, "a")  # type: ignore[arg-type]
    pruning = asyncio.create_task(jobs.prune())
    looks = []
    while not pruning.done():
        async with database.begin() as tx:
            looks.append(await tx.scalar(select(func.count()).select_from(updates.updates)))
        await asyncio.sleep(0.005)
    await pruning
    async with database.read() as tx:
        left = [await tx.scalar(select(func.count()).select_from(table)) for table in (updates.updates, outbox.outbox)]
    assert left == [FREE, FREE]
    assert len(set(looks)) > 2  # somebody else wrote while it was going on
