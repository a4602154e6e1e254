"""The webhook: Telegram calls us with an update, and hears 200 only once it is stored."""

import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import structlog
from aiohttp import web

from bot.errors import DatabaseUnavailable

log = structlog.get_logger()

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - a header's name
LARGEST_UPDATE = 1 << 20

Batch = Callable[[Sequence[Mapping[str, Any]]], Awaitable[None]]


def secret_for(token: str) -> str:
    """Return the secret that all machines of one bot agree on without being told."""
    return hmac.new(token.encode(), b"kefu webhook", hashlib.sha256).hexdigest()


class Webhook:
    """An HTTP server with one door for Telegram."""

    def __init__(self, path: str, secret: str, store: Batch, delayed: Batch) -> None:
        self._secret = secret.encode()
        self._store = store
        self._delayed = delayed
        self._app = web.Application(client_max_size=LARGEST_UPDATE)
        self._app.router.add_post(path, self._receive)
        self._runner: web.AppRunner | None = None
        self.port = 0

    async def start(self, host: str, port: int) -> None:
        """Listen; ``port`` 0 takes a free one."""
        self._runner = web.AppRunner(self._app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Answer the calls that are in, take no more."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def _receive(self, request: web.Request) -> web.Response:
        given = request.headers.get(SECRET_HEADER, "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(given, self._secret):
            return web.Response(status=403)
        try:
            raw = json.loads(await request.read())
            if not isinstance(raw["update_id"], int):
                raise TypeError
        except (ValueError, KeyError, TypeError):
            return web.Response(status=400)
        try:
            await self._store([raw])
        except DatabaseUnavailable as error:
            log.warning("database away", where="webhook", why=str(error))
            await self._delayed([raw])
            return web.Response(status=503)  # Telegram calls again
        return web.Response()
