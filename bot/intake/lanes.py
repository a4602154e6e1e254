"""Lanes: stored updates are worked off one chat strictly in order, chats side by side.

Polling and the webhook store updates and wake the lanes; the lanes claim what is free, hand each update to the
dispatcher with its :class:`~bot.intake.work.Work`, try a failing one three times and then put it aside.
"""

import asyncio
import json
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import structlog
from aiogram import Bot, Dispatcher
from aiogram.types import Update

from bot.clock import utc_now
from bot.crm import updates, workers
from bot.crm.updates import StoredUpdate, UpdateAlreadyDone
from bot.database import Database
from bot.desk.incoming import clean
from bot.errors import DatabaseContended, DatabaseUnavailable
from bot.intake.work import Work
from bot.transactions import Transaction

log = structlog.get_logger()

ATTEMPTS = 3
SIDE_BY_SIDE = 48
"""Chats worked on at the same moment."""
IN_HAND = 1000
"""Claimed updates that may wait in memory; the rest waits in the table."""
LOOK_EVERY_S = 1.0
"""How often to look for updates that other processes stored, or left behind."""

GivenUp = Callable[[Transaction, StoredUpdate, str], Awaitable[None]]


class Lanes:
    """Works off stored updates until it is stopped."""

    def __init__(self, database: Database, dispatcher: Dispatcher, bot: Bot, worker: str, given_up: GivenUp) -> None:
        """``given_up`` is told, in the transaction that puts it aside, of an update that failed for good, and why."""
        self._database = database
        self._dispatcher = dispatcher
        self._bot = bot
        self._worker = worker
        self._given_up = given_up
        self._lanes: dict[int, deque[StoredUpdate]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._room = asyncio.Semaphore(SIDE_BY_SIDE)
        self._in_hand = 0
        self._is_looking = False
        self._left_some = False  # more may wait in the table than was claimed
        self._wake = asyncio.Event()
        self._is_stopping = False
        database.listen(workers.BUSY, self._look_again_soon)

    @property
    def is_idle(self) -> bool:
        """Whether nothing is in hand and nothing was announced."""
        return not self._in_hand and not self._wake.is_set() and not self._is_looking

    async def store(self, raws: Sequence[Mapping[str, Any]]) -> None:
        """Keep raw updates in one commit, then start on them.

        Raises:
            DatabaseUnavailable: nothing was kept, so nothing may be confirmed.
        """
        now = utc_now()
        rows = [
            {
                "update_id": raw["update_id"],
                "lane": updates.lane_of(raw),
                "payload": _payload(raw),
                "received_at": now,
            }
            for raw in raws
        ]
        async with self._database.begin() as tx:
            await updates.store(tx, rows)
            claimed = await self._claim(tx) if self._has_room else []
            self._left_some = self._left_some or not claimed
        self._take_in(claimed)

    async def run(self) -> None:
        """Look for free updates when woken and every second, until stopped; then finish what is in hand."""
        while not self._is_stopping:
            try:
                if self._has_room:
                    self._is_looking = True
                    async with self._database.begin() as tx:
                        claimed = await self._claim(tx)
                    self._take_in(claimed)
            except DatabaseUnavailable as error:
                log.warning("database away", where="lanes", why=str(error))
            finally:
                self._is_looking = False
            await self._nap()
        while self._tasks:
            await asyncio.wait(self._tasks)

    def stop(self) -> None:
        """Take no more; ``run`` returns when the running updates are finished."""
        self._is_stopping = True
        for lane in self._lanes.values():
            self._in_hand -= len(lane)
            lane.clear()
        self._wake.set()

    @property
    def _has_room(self) -> bool:
        return self._in_hand < IN_HAND and not self._is_stopping

    async def _claim(self, tx: Transaction) -> list[StoredUpdate]:
        room = IN_HAND - self._in_hand
        claimed = await updates.claim(tx, self._worker, room)
        self._left_some = len(claimed) == room or tx.is_postgres  # what another worker's lane held back is free soon
        return claimed

    async def _nap(self) -> None:
        try:
            await asyncio.wait_for(self._wake.wait(), LOOK_EVERY_S)
        except TimeoutError:
            return
        if not self._is_stopping:
            self._wake.clear()

    def _look_again_soon(self) -> None:
        asyncio.get_running_loop().call_later(workers.BUSY_S, self._wake.set)

    def _take_in(self, claimed: Sequence[StoredUpdate]) -> None:
        for stored in claimed:
            self._in_hand += 1
            lane = self._lanes.get(stored.lane)
            if lane is not None:
                lane.append(stored)
                continue
            self._lanes[stored.lane] = deque([stored])
            task = asyncio.create_task(self._run_lane(stored.lane), name=f"lane {stored.lane}")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _run_lane(self, number: int) -> None:
        lane = self._lanes[number]
        while lane:
            stored = lane.popleft()
            try:
                async with self._room:
                    await self._work_off(stored)
            finally:
                self._in_hand -= 1
        del self._lanes[number]
        if self._left_some and self._has_room:
            self._wake.set()

    async def _work_off(self, stored: StoredUpdate) -> None:
        attempts = stored.attempts
        while True:
            try:
                await self._attempt(stored)
            except UpdateAlreadyDone:
                return
            except DatabaseContended as error:
                await asyncio.sleep(error.pause_s)
            except DatabaseUnavailable as error:
                log.warning("database away", where="lane", update_id=stored.update_id, why=str(error))
                await asyncio.sleep(error.pause_s)
            except Exception as error:
                attempts += 1
                log.exception("update failed", update_id=stored.update_id, attempt=attempts)
                if await self._put_aside(stored, attempts, error):
                    return
            else:
                return
            if self._is_stopping:
                return  # it stays stored, and is worked off at the next start

    async def _attempt(self, stored: StoredUpdate) -> None:
        work = Work(self._database, stored.update_id, self._worker)
        update = Update.model_validate_json(stored.payload, context={"bot": self._bot})
        try:
            await self._dispatcher.feed_update(self._bot, update, begin=work.begin)
        except Exception:
            if not work.is_done:
                raise
            log.exception("failed after the update was done", update_id=stored.update_id)
        await work.finish()

    async def _put_aside(self, stored: StoredUpdate, attempts: int, error: Exception) -> bool:
        """Note the attempt; after the last one give the update up. Returns whether it was given up."""
        reason = clean(f"{type(error).__name__}: {error}")[:2000]
        is_last = attempts >= ATTEMPTS
        failed_at = utc_now() if is_last else None
        try:
            async with self._database.begin() as tx:
                await updates.mark_attempt(tx, stored.update_id, reason, failed_at)
                if is_last:
                    await self._given_up(tx, stored, reason)
        except DatabaseUnavailable:
            return False
        except Exception:  # nobody could be told; the update is put aside all the same, for others wait in its lane
            log.exception("nobody was told of an update given up", update_id=stored.update_id)
            try:
                async with self._database.begin() as tx:
                    await updates.mark_attempt(tx, stored.update_id, reason, failed_at)
            except DatabaseUnavailable:
                return False
        if not is_last:
            await asyncio.sleep(0.1 * attempts)
        return is_last


def _payload(raw: Mapping[str, Any]) -> str:
    """Return an update as it is kept: its JSON, less what no database (NUL) or parser (lone surrogates) takes."""
    payload = _json(raw)
    if "\\u0000" in payload:
        payload = _json(_cleaned(raw))
    return payload.encode("utf-8", "ignore").decode()


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _cleaned(value: Any) -> Any:
    """Return a JSON value whose texts are clean."""
    match value:
        case str():
            return clean(value)
        case dict():
            return {key: _cleaned(part) for key, part in value.items()}
        case list():
            return [_cleaned(part) for part in value]
    return value
