"""Questions that a person asks with a tap and that the bot must answer in time: callback and inline queries."""

# ruff: noqa: ASYNC109 - a timeout here is what is asked for: a test's own patience

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


@dataclass(frozen=True, slots=True)
class CallbackAnswer:
    """What a pressed button said: a toast, or with `alert` a box to be closed."""

    text: str
    alert: bool
    url: str = ""


async def answer_to(query: Query, what: str, timeout: float) -> dict[str, Any]:
    """Wait for the bot's word; an AssertionError when it keeps silent, for tests read it."""
    done, _ = await asyncio.wait({query.answer}, timeout=timeout)
    if not done:
        raise AssertionError(f"the bot did not answer {what} within {timeout} s")
    return query.answer.result()
