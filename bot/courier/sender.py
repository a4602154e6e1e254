"""One call to the Bot API over HTTP, and Telegram's answer in plain words. Used by the courier and by polling.

It bypasses aiogram's response models on purpose: half of the cost of a message is building objects that nobody
reads.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp


@dataclass(frozen=True, slots=True)
class Answer:
    """What Telegram said; ``error_code`` 0 stands for a network that failed."""

    is_ok: bool
    result: Any = None
    error_code: int = 0
    description: str = ""
    retry_after: float | None = None
    migrate_to_chat_id: int | None = None


class Sender:
    """Calls the Bot API with JSON; never raises for what Telegram or the network says."""

    def __init__(self, token: str, api_root: str, timeout_s: float = 30.0) -> None:
        """``timeout_s``: how long a call may go unanswered, unless it says otherwise."""
        self.timeout_s = timeout_s
        self._url = f"{api_root.rstrip('/')}/bot{token}/"
        self._session: aiohttp.ClientSession | None = None

    async def call(self, method: str, parameters: Mapping[str, Any], *, timeout_s: float | None = None) -> Answer:
        """Call ``method`` and return Telegram's answer."""
        if self._session is None:
            self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=100, keepalive_timeout=60))
        timeout = aiohttp.ClientTimeout(total=self.timeout_s if timeout_s is None else timeout_s, sock_connect=10)
        try:
            async with self._session.post(self._url + method, json=parameters, timeout=timeout) as response:
                return _read(response.status, await response.read())
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return Answer(is_ok=False, description=f"network: {type(error).__name__}")  # no URL: it has the token

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None


def _read(status: int, body: bytes) -> Answer:
    try:
        told = json.loads(body)
        if told["ok"]:
            return Answer(is_ok=True, result=told["result"])
        more = told.get("parameters") or {}
        error_code = int(told.get("error_code", status))
    except (ValueError, KeyError, TypeError, AttributeError):
        return Answer(is_ok=False, error_code=_code_of_page(status), description=f"HTTP {status}")
    return Answer(
        is_ok=False,
        error_code=error_code,
        description=str(told.get("description", "")),
        retry_after=more.get("retry_after"),
        migrate_to_chat_id=more.get("migrate_to_chat_id"),
    )


def _code_of_page(status: int) -> int:
    """Not Telegram spoke, something on the way to it did: that passes, save where it says why it will not."""
    return status if status in (413, 429) or status >= 500 else 502
