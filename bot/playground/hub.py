"""Tells whoever listens that the world changed: the page hears every event, a waiting test that there was one."""

# ruff: noqa: ASYNC109 - a timeout here is what is asked for: a test's own patience

import asyncio
from collections.abc import Callable
from typing import Any


class Hub:
    """Events fan out to queues; waiters are woken. Both cost nothing while nobody listens."""

    def __init__(self) -> None:
        self._listeners: set[asyncio.Queue[dict[str, Any] | None]] = set()
        self._waiters: set[asyncio.Future[None]] = set()

    def tell(self, kind: str, **fields: Any) -> None:
        for listener in self._listeners:
            listener.put_nowait({"type": kind, **fields})
        self.wake()

    def wake(self) -> None:
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)

    def listen(self) -> asyncio.Queue[dict[str, Any] | None]:
        queue: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()
        self._listeners.add(queue)
        return queue

    def leave(self, queue: asyncio.Queue[dict[str, Any] | None]) -> None:
        self._listeners.discard(queue)

    def close(self) -> None:
        for listener in self._listeners:
            listener.put_nowait(None)

    async def until(self, is_true: Callable[[], object], timeout: float) -> bool:
        """Wait until the predicate holds, looking again after each change; False when time ran out first."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout
        while not is_true():
            left = deadline - loop.time()
            if left <= 0:
                return False
            waiter: asyncio.Future[None] = loop.create_future()
            self._waiters.add(waiter)
            try:
                await asyncio.wait({waiter}, timeout=left)
            finally:
                self._waiters.discard(waiter)
        return True
