"""What the stories of several workers on one database have in common."""

import asyncio
from collections.abc import Callable
from typing import Any

from sqlalchemy import text

from bot.crm import outbox, updates, workers
from bot.database import Database

Open = Callable[[str], Database]


async def until(is_true: Callable[[], Any], within: float = 20) -> None:
    """Wait until an awaited look says yes."""
    async with asyncio.timeout(within):
        while not await is_true():  # noqa: ASYNC110 - another connection does it; no event of ours
            await asyncio.sleep(0.01)


async def forget(database: Database, worker: str) -> None:
    """Do what the others do when a worker was not seen for a while."""
    async with database.begin() as tx:
        await workers.forget(tx, worker)
        await updates.inbox.release_dead(tx)
        await outbox.posts.release_dead(tx)


async def deadlocks(database: Database) -> int:
    """How often PostgreSQL had to break one in this database."""
    async with database.read() as tx:
        number: int = await tx.scalar(text("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"))
        return number
