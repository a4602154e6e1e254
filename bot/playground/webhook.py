"""Delivery by webhook: the queue's first update is posted until it is answered with 2xx, then the next, in order.

One at a time, which Telegram also gives within one chat; `max_connections` is kept for getWebhookInfo only. A refusal
is tried again after a growing pause.
"""

import asyncio
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
        self._task: asyncio.Task[None] | None = None
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
        """Deliver what is waiting; also called when the server starts with a webhook already set."""
        if self._settings and self._task is None:
            self._task = asyncio.create_task(self._deliver_all(), name="webhook delivery")

    async def stop(self) -> None:
        await self.pause()
        self._settings = {}
        self._last_error = None
        self._updates.webhook_active = False
        self._store.put("bot", "webhook", {})

    async def pause(self) -> None:
        """Stop delivering and keep the settings: the server stops."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

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

    async def _deliver_all(self) -> None:
        pause = self.first_pause
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=ANSWER_TIMEOUT)) as session:
            while True:
                await self._updates.wait_for_arrival()
                update = self._updates.first()
                if update is None:
                    continue
                error = await self._post(session, update)
                if error is None:
                    self._updates.forget([update["update_id"]])
                    pause = self.first_pause
                    continue
                self._last_error = (self._updates.now, error)
                self._updates.tell_trouble()
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)

    async def _post(self, session: aiohttp.ClientSession, update: dict[str, Any]) -> str | None:
        """What went wrong in Telegram's words, or None."""
        headers = {}
        if self._settings["secret"]:
            headers["X-Telegram-Bot-Api-Secret-Token"] = self._settings["secret"]
        try:
            async with session.post(self._settings["url"], json=update, headers=headers) as response:
                await response.read()
                if 200 <= response.status < 300:
                    return None
                return f"Wrong response from the webhook: {response.status} {response.reason}"
        except TimeoutError:
            return "Connection timed out"
        except aiohttp.ClientError:
            return "Connection refused"
