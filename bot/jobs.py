"""The clock's door: what happens by itself, one line each. The rows are the schedule, this is the metronome."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.clock import utc_now
from bot.crm import outbox, updates, workers
from bot.database import Database
from bot.desk import reminding
from bot.desk.faq_files import FaqWatcher
from bot.desk.knowledge import Knowledge
from bot.errors import DatabaseUnavailable
from bot.settings import Settings
from bot.transactions import Transaction

log = structlog.get_logger()

KEEP_DONE_FOR = timedelta(days=2)
"""How long done updates and sent posts are kept, to recognise what comes again."""
PRUNED_AT_ONCE = 500
"""Rows dropped in one transaction: a few milliseconds of the writer's time."""
PRUNING_PAUSE_S = 0.02
"""What people cause goes on in between."""

Pruning = Callable[[Transaction, datetime, int], Awaitable[int]]


class Jobs:
    """Runs each job at its interval; a job that is still running is not started again."""

    def __init__(
        self, database: Database, knowledge: Knowledge, watcher: FaqWatcher, settings: Settings, worker: str
    ) -> None:
        self._database = database
        self._knowledge = knowledge
        self._watcher = watcher
        self._settings = settings
        self._worker = worker
        self._scheduler = AsyncIOScheduler(
            timezone=UTC, job_defaults={"coalesce": True, "max_instances": 3, "misfire_grace_time": None}
        )

    def start(self) -> None:
        self._every(1, self.fire_reminders)
        self._every(2, self.refresh_knowledge)
        self._every(3, self.watch_faq_files)
        self._every(5, self.be_seen)
        self._every(3600, self.prune)
        self._scheduler.start()

    def stop(self) -> None:
        self._scheduler.shutdown(wait=False)

    async def fire_reminders(self) -> None:
        """Tell agents what is due."""
        async with self._database.begin() as tx:
            await reminding.fire_due(tx, self._settings.zone, utc_now())

    async def refresh_knowledge(self) -> None:
        """Notice what another process, or staff, changed in the FAQ."""
        await self._knowledge.refresh()

    async def watch_faq_files(self) -> None:
        """Notice what somebody changed in the FAQ's files."""
        await self._watcher.look(utc_now())

    async def be_seen(self) -> None:
        """Say that this worker lives, and free what dead ones had claimed."""
        now = utc_now()
        async with self._database.begin() as tx:
            await workers.register(tx, self._worker, now)
            await workers.forget_unseen(tx, now)
            await updates.inbox.release_dead(tx)
            await outbox.posts.release_dead(tx)

    async def prune(self) -> None:
        """Drop what was done and sent long ago."""
        before = utc_now() - KEEP_DONE_FOR
        for prune in (updates.prune, outbox.prune):
            await self._prune(prune, before)

    async def _prune(self, prune: Pruning, before: datetime) -> None:
        while True:
            async with self._database.begin() as tx:
                dropped = await prune(tx, before, PRUNED_AT_ONCE)
            if dropped < PRUNED_AT_ONCE:
                return
            await asyncio.sleep(PRUNING_PAUSE_S)

    def _every(self, seconds: int, job: Callable[[], Awaitable[None]]) -> None:
        """Run ``job`` so often, never twice at a time; a round that finds the last one still at it is left out."""
        at_it = asyncio.Lock()

        async def run() -> None:
            if at_it.locked():
                return
            try:
                async with at_it:
                    await job()
            except DatabaseUnavailable as error:
                log.warning("database away", where=job.__name__, why=str(error))
            except Exception:
                log.exception("job failed", job=job.__name__)

        self._scheduler.add_job(run, "interval", seconds=seconds, id=job.__name__)
