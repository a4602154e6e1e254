"""The bot's incoming updates: numbered, kept until confirmed, handed out by getUpdates. Webhooks drain the same queue.

Semantics follow the Bot API page and tdlib/telegram-bot-api's do_get_updates: an update is confirmed when getUpdates is
called with a higher offset; until then it is handed out again; a second poll ends the first with 409.
"""

# ruff: noqa: ASYNC109 - here a timeout is part of what is asked for: a test's patience, getUpdates' own parameter

import asyncio
from collections.abc import Callable
from itertools import islice
from typing import Any

from bot.playground.errors import Refused
from bot.playground.hub import Hub
from bot.playground.store import Store

Json = dict[str, Any]

NOT_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
KEPT_SECONDS = 24 * 3600
FIRST_UPDATE_ID = 900_000_000

_TERMINATED = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
_WEBHOOK_ACTIVE = (
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)


class UpdateQueue:
    def __init__(self, store: Store, hub: Hub, clock: Callable[[], float]) -> None:
        self._store, self._hub, self._clock = store, hub, clock
        self.pending: dict[int, tuple[float, Json]] = {}
        self.allowed: list[str] = store.one("bot", "allowed_updates") or []
        self.webhook_active = False
        self._last_id: int = store.one("bot", "last_update_id") or FIRST_UPDATE_ID
        self._poll: asyncio.Future[str | None] | None = None
        self.on_arrival: Callable[[Json], None] | None = None
        self._load()

    @property
    def now(self) -> int:
        return int(self._clock())

    @property
    def is_polled(self) -> bool:
        return self._poll is not None and not self._poll.done()

    def push(self, kind: str, content: Json) -> int | None:
        """Queue one update; None when its type is not among the allowed ones."""
        if not self.is_allowed(kind):
            return None
        self._last_id += 1
        update = {"update_id": self._last_id, kind: content}
        self.pending[self._last_id] = (self._clock(), update)
        self._store.put("update", self._last_id, {"at": self._clock(), "update": update})
        self._store.put("bot", "last_update_id", self._last_id)
        if self.on_arrival is not None:
            self.on_arrival(update)
        if self._poll is not None and not self._poll.done():
            self._poll.set_result(None)
        self._hub.wake()
        return self._last_id

    def is_allowed(self, kind: str) -> bool:
        return kind in self.allowed if self.allowed else kind not in NOT_BY_DEFAULT

    def allow(self, kinds: list[str] | None) -> None:
        """None leaves the setting as it was; an empty list means Telegram's default."""
        if kinds is None:
            return
        if kinds != self.allowed:
            self.allowed = kinds
            self._store.put("bot", "allowed_updates", kinds)

    def confirm_below(self, offset: int) -> None:
        confirmed = []
        for update_id in self.pending:
            if update_id >= offset:
                break
            confirmed.append(update_id)
        self.forget(confirmed)

    def forget(self, update_ids: list[int]) -> None:
        for update_id in update_ids:
            self.pending.pop(update_id, None)
        if update_ids:
            self._store.forget("update", update_ids)
            self._hub.wake()

    def drop_all(self) -> None:
        self.forget(list(self.pending))

    def all(self) -> list[Json]:
        return [update for _, update in self.pending.values()]

    def tell_trouble(self) -> None:
        """Delivery failed: whoever waits for that may look."""
        self._hub.wake()

    async def get(self, offset: int, limit: int, timeout: int) -> list[Json]:
        if self.webhook_active:
            raise Refused(409, _WEBHOOK_ACTIVE)
        self._drop_expired()
        if offset < 0:
            self.forget(list(self.pending)[:offset])
        elif offset <= self._last_id + 10:
            self.confirm_below(offset)
        if not self.pending and timeout > 0:
            await self._wait(timeout)
        return [update for _, update in islice(self.pending.values(), limit)]

    def end_poll(self, reason: str) -> None:
        if self._poll is not None and self.is_polled:
            self._poll.set_result(reason)

    async def _wait(self, timeout: int) -> None:
        self.end_poll(_TERMINATED)
        poll = self._poll = asyncio.get_running_loop().create_future()
        self._hub.wake()
        try:
            await asyncio.wait({poll}, timeout=timeout)
            if poll.done() and poll.result() is not None:
                raise Refused(409, str(poll.result()))
        finally:
            if self._poll is poll:
                self._poll = None
                self._hub.wake()

    def _drop_expired(self) -> None:
        limit = self._clock() - KEPT_SECONDS
        expired = []
        for update_id, (at, _) in self.pending.items():
            if at > limit:
                break
            expired.append(update_id)
        self.forget(expired)

    def _load(self) -> None:
        kept = {int(key): (record["at"], record["update"]) for key, record, _ in self._store.all("update")}
        self.pending = dict(sorted(kept.items()))
