"""Questions that a person asks with a tap and that the bot must answer in time: callback and inline queries."""

import asyncio
from dataclasses import dataclass
from typing import Any


@dataclass(slots=True)
class Query:
    """One pressed button or inline question, waiting for the bot's word. Not kept over a restart, as on Telegram."""

    id: str
    kind: str
    person_id: int
    asked_at: float
    answer: asyncio.Future[dict[str, Any]]
