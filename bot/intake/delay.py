"""When nothing can be stored for a while: each person who waits is told so, once. Used by polling and the webhook."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

from bot.courier.sender import Sender
from bot.texts import language_of, translator

PATIENCE_S = 2.0
"""An outage shorter than this is nobody's business."""


class Delay:
    """Remembers whom it told during the present outage."""

    def __init__(self, sender: Sender, language: str) -> None:
        self._sender = sender
        self._language = language
        self._since: float | None = None
        self._told: set[int] = set()

    def is_over(self) -> None:
        """The database is back: the next outage is a new one."""
        self._since = None
        self._told.clear()

    async def tell(self, batch: Sequence[Mapping[str, Any]]) -> None:
        """Tell the people whose messages wait that it takes a little longer; nothing here may fail loudly."""
        now = time.monotonic()
        self._since = self._since or now
        if now - self._since < PATIENCE_S:
            return
        for raw in batch:
            message = raw.get("message") or {}
            chat = message.get("chat") or {}
            if chat.get("type") != "private" or chat["id"] in self._told:
                continue
            self._told.add(chat["id"])
            t = translator(language_of((message.get("from") or {}).get("language_code"), self._language))
            text = t("⏳ This takes a little longer than usual. Your message is safe, and you will hear from us.")
            await self._sender.call("sendMessage", {"chat_id": chat["id"], "text": text}, timeout_s=5)
