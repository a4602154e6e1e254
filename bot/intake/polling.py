"""Long polling: a batch of updates is stored in one commit, and only then confirmed by the next offset."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import structlog

from bot.courier.sender import Answer, Sender
from bot.errors import DatabaseUnavailable, KefuError

log = structlog.get_logger()

HOLD_S = 25
"""How long Telegram holds an empty poll open."""
LATE_S = 10.0
"""How much later its answer may come before the connection is taken for dead."""
CALM_DOWN_S = (0.5, 15.0)
"""First and longest pause after a failed poll."""

Store = Callable[[Sequence[Mapping[str, Any]]], Awaitable[None]]
Delayed = Callable[[Sequence[Mapping[str, Any]]], Awaitable[None]]


class TokenRefused(KefuError):
    """Telegram does not know this bot token."""


class Polling:
    """Fetches updates and stores them; confirms nothing that is not stored."""

    def __init__(self, sender: Sender, allowed: Sequence[str], store: Store, delayed: Delayed) -> None:
        """``delayed`` is told of updates that cannot be stored for now, so that their people can be told."""
        self._sender = sender
        self._allowed = list(allowed)
        self._store = store
        self._delayed = delayed
        self._offset = 0
        self._is_stopping = False
        self._poll: asyncio.Task[Answer] | None = None

    async def run(self) -> None:
        """Poll until stopped; raises :class:`TokenRefused`."""
        failures = 0
        while not self._is_stopping:
            answer = await self._fetch()
            if answer is None:
                return
            if not answer.is_ok:
                failures += 1
                await self._calm_down(answer, failures)
                continue
            failures = 0
            if answer.result:
                await self._keep(answer.result)

    def stop(self) -> None:
        """Ask for nothing more; a batch that has come is still stored."""
        self._is_stopping = True
        if self._poll is not None:
            self._poll.cancel()

    async def confirm(self) -> None:
        """Tell Telegram what is stored, as the next poll would have; it comes again otherwise, and is recognised."""
        if self._offset:
            await self._sender.call("getUpdates", {"offset": self._offset, "limit": 1, "timeout": 0}, timeout_s=5)

    async def _fetch(self) -> Answer | None:
        parameters = {"offset": self._offset, "timeout": HOLD_S, "allowed_updates": self._allowed}
        self._poll = asyncio.create_task(
            self._sender.call("getUpdates", parameters, timeout_s=HOLD_S + LATE_S), name="poll"
        )
        try:
            return await self._poll
        except asyncio.CancelledError:
            if self._is_stopping:
                return None
            raise
        finally:
            self._poll = None

    async def _keep(self, batch: Sequence[Mapping[str, Any]]) -> None:
        pause = 0.2
        while True:
            try:
                await self._store(batch)
            except DatabaseUnavailable as error:
                log.warning("database away", where="polling", waiting=len(batch), why=str(error))
                await self._delayed(batch)
                if self._is_stopping:
                    return  # unconfirmed: Telegram keeps them for us
                await asyncio.sleep(pause)
                pause = min(pause * 2, 3.0)
            else:
                self._offset = max(raw["update_id"] for raw in batch) + 1
                return

    async def _calm_down(self, answer: Answer, failures: int) -> None:
        if answer.error_code in (401, 404):
            raise TokenRefused(answer.description)
        first, longest = CALM_DOWN_S
        pause = answer.retry_after or min(longest, first * 2 ** (failures - 1)) * random.uniform(0.7, 1.3)  # noqa: S311
        log.warning("poll failed", code=answer.error_code, why=answer.description, pause_s=round(pause, 1))
        await asyncio.sleep(pause)
