"""Delivery by webhook: each chat's updates are posted in order, one at a time; chats go side by side, as on Telegram.

An update is posted until it is answered with 2xx, with a growing pause between. Started by setWebhook (receiving.py)
and, after a restart, by server.py. Methods in the answer's body are not read.
"""

import asyncio
from collections import deque
from typing import Any

import aiohttp

from bot.playground.store import Store
from bot.playground.updates import UpdateQueue

FIRST_PAUSE = 0.2
LONGEST_PAUSE = 60.0
ANSWER_TIMEOUT = 60.0


class Webhook:
    def __init__(self, store: Store, updates: UpdateQueue) -> None:
        self._store, self._updates = store, updates
        self._settings: dict[str, Any] = store.one("bot", "webhook") or {}
        self._lanes: dict[int, deque[dict[str, Any]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._session: aiohttp.ClientSession | None = None
        self._free = asyncio.Semaphore(1)
        self._last_error: tuple[int, str] | None = None
        self.first_pause = FIRST_PAUSE
        updates.webhook_active = bool(self._settings)

    async def start(self, url: str, secret: str, max_connections: int) -> None:
        await self.stop()
        self._settings = {"url": url, "secret": secret, "max_connections": max_connections}
        self._store.put("bot", "webhook", self._settings)
        self._updates.webhook_active = True
        self.resume()

    def resume(self) -> None:
        """Deliver what is waiting and what comes; also called when the server starts with a webhook already set."""
        if not self._settings or self._session is not None:
            return
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=ANSWER_TIMEOUT))
        self._free = asyncio.Semaphore(self._settings["max_connections"])
        for update in self._updates.all():
            self._take(update)
        self._updates.on_arrival = self._take

    async def stop(self) -> None:
        await self.pause()
        self._settings = {}
        self._last_error = None
        self._updates.webhook_active = False
        self._store.put("bot", "webhook", {})

    async def pause(self) -> None:
        """Stop delivering and keep the settings: the server stops."""
        self._updates.on_arrival = None
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._lanes.clear()
        if self._session is not None:
            await self._session.close()
            self._session = None

    def info(self) -> dict[str, Any]:
        shown: dict[str, Any] = {
            "url": self._settings.get("url", ""),
            "has_custom_certificate": False,
            "pending_update_count": len(self._updates.pending),
        }
        if self._settings:
            shown["max_connections"] = self._settings["max_connections"]
        if self._last_error is not None:
            shown["last_error_date"], shown["last_error_message"] = self._last_error
        return shown

    def _take(self, update: dict[str, Any]) -> None:
        key = lane_of(update)
        waiting = self._lanes.get(key)
        if waiting is not None:
            waiting.append(update)
            return
        self._lanes[key] = deque([update])
        task = asyncio.create_task(self._deliver(key), name=f"webhook lane {key}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver(self, key: int) -> None:
        waiting, pause = self._lanes[key], self.first_pause
        while waiting:
            update = waiting[0]
            if update["update_id"] in self._updates.pending:
                async with self._free:
                    error = await self._post(update)
                if error is not None:
                    self._last_error = (self._updates.now, error)
                    self._updates.tell_trouble()
                    await asyncio.sleep(pause)
                    pause = min(pause * 2, LONGEST_PAUSE)
                    continue
                self._updates.forget([update["update_id"]])
            waiting.popleft()
            pause = self.first_pause
        del self._lanes[key]

    async def _post(self, update: dict[str, Any]) -> str | None:
        """What went wrong in Telegram's words, or None."""
        headers = {}
        if self._settings["secret"]:
            headers["X-Telegram-Bot-Api-Secret-Token"] = self._settings["secret"]
        if self._session is None:
            return "Connection closed"
        try:
            async with self._session.post(self._settings["url"], json=update, headers=headers) as response:
                await response.read()
                if 200 <= response.status < 300:
                    return None
                return f"Wrong response from the webhook: {response.status} {response.reason}"
        except TimeoutError:
            return "Connection timed out"
        except aiohttp.ClientError:
            return "Connection refused"


def lane_of(update: dict[str, Any]) -> int:
    """The chat (or, for inline queries, the person) whose order must hold."""
    content = next(value for key, value in update.items() if key != "update_id")
    chat = content.get("chat") or content.get("message", {}).get("chat") or content.get("from") or {"id": 0}
    return int(chat["id"])
