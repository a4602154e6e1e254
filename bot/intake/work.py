"""One stored update while it is worked off: its single transaction, which also marks it done."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

from bot.clock import utc_now
from bot.crm import updates
from bot.database import Database
from bot.transactions import Transaction


class Work:
    """Gives a handler its ``begin``; what is done in it and the done mark are kept together or not at all."""

    def __init__(self, database: Database, update_id: int, worker: str) -> None:
        self._database = database
        self._update_id = update_id
        self._worker = worker
        self.is_done = False

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Transaction]:
        """Open the update's one transaction; after one that failed it may be opened again.

        Raises:
            UpdateAlreadyDone: another process did, or took over, this update.
        """
        if self.is_done:
            raise RuntimeError("an update is worked off in one transaction")
        async with self._database.begin() as tx:
            await updates.mark_done(tx, self._update_id, self._worker, self._now())
            yield tx
        self.is_done = True

    async def finish(self) -> None:
        """Mark the update done where no handler had anything to keep."""
        if not self.is_done:
            async with self.begin():
                pass

    @staticmethod
    def _now() -> datetime:
        return utc_now()
