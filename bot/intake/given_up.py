"""The end of an update that failed for good: its customer and staff are told. Called by the lanes."""

import json
from typing import Any

from bot.clock import utc_now
from bot.crm.updates import StoredUpdate
from bot.desk import failures
from bot.desk.incoming import clean
from bot.texts import language_of
from bot.transactions import Transaction


class GiveUp:
    """Tells people about updates that are put aside."""

    def __init__(self, language: str) -> None:
        self._language = language

    async def __call__(self, tx: Transaction, stored: StoredUpdate, reason: str) -> None:
        message = _message(json.loads(stored.payload))
        sender = message.get("from") or {}
        chat = message.get("chat") or {}
        now = utc_now()
        if chat.get("type") == "private":
            language = language_of(sender.get("language_code"), self._language)
            await failures.apologise(tx, chat["id"], language, now=now)
        who = clean(sender.get("first_name") or "") or str(stored.lane)
        excerpt = clean(message.get("text") or message.get("caption") or "")
        await failures.report(tx, stored.update_id, who, excerpt, reason, now=now)


def _message(raw: dict[str, Any]) -> dict[str, Any]:
    """Return the part of a raw update that tells who and where."""
    content: dict[str, Any] = next((part for part in raw.values() if isinstance(part, dict)), {})
    if "callback_query" in raw:
        return {"from": content.get("from"), "chat": (content.get("message") or {}).get("chat")}
    return content
