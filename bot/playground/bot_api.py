"""The Bot API over HTTP: read a call, meet ordered faults, run the method, word the answer. Mounted by server.py."""

import asyncio
import inspect
import json
import logging
from typing import Any

from aiohttp import web
from aiohttp.multipart import BodyPartReader

from bot.playground import (  # noqa: F401 - imported so that their methods are registered
    answering,
    chats,
    copying,
    editing,
    profile,
    receiving,
    sending,
    sending_media,
    topics,
)
from bot.playground.calls import METHODS, Params, Upload
from bot.playground.errors import Refused
from bot.playground.faults import Fault, Faults
from bot.playground.files import UPLOAD_LIMIT
from bot.playground.ledger import Entry
from bot.playground.world import World

logger = logging.getLogger(__name__)
SERVER_FAULTS = {"500": (500, "Internal Server Error"), "502": (502, "Bad Gateway")}


class BotApi:
    def __init__(self, world: World, faults: Faults, ledger: list[Entry]) -> None:
        self._world, self._faults, self._ledger = world, faults, ledger

    def mount(self, app: web.Application) -> None:
        app.router.add_route("*", r"/bot{token:[^/]+}/{method}", self.call)
        app.router.add_get(r"/file/bot{token:[^/]+}/{path:.+}", self.download)

    async def call(self, request: web.Request) -> web.StreamResponse:
        if (refusal := self._wrong_token(request.match_info["token"])) is not None:
            return refusal
        known = METHODS.get(request.match_info["method"].lower())
        if known is None or request.method not in {"GET", "POST"}:
            return _refusal(Refused(404, "Not Found"))
        try:
            params = await read_params(request)
        except Refused as refused:
            return _refusal(refused)
        return await self._run(request, known[0], params)

    async def _run(self, request: web.Request, name: str, params: Params) -> web.StreamResponse:
        fault = self._faults.take(name)
        if fault is not None and fault.kind != "cut_after":
            return await self._spoil(request, fault, Entry(name, params.values, self._world.clock()))
        entry = Entry(name, params.values, self._world.clock())
        if name != "getUpdates":
            self._ledger.append(entry)
        response = await self.perform(entry, params)
        if fault is not None:
            entry.answered = False
            _cut(request)
        return response

    async def perform(self, entry: Entry, params: Params) -> web.Response:
        try:
            result = METHODS[entry.method.lower()][1](self._world, params)
            entry.result = await result if inspect.isawaitable(result) else result
        except Refused as refused:
            entry.error = refused.description
            return _refusal(refused)
        except Exception:
            # Whatever a bot sends, it hears an answer in Telegram's form; the fault is ours and is shown on our side.
            logger.exception("%s failed on %s", entry.method, entry.params)
            entry.error = "Internal Server Error"
            return _refusal(Refused(*SERVER_FAULTS["500"]))
        finally:
            self._world.hub.wake()
        return web.Response(text=_json({"ok": True, "result": entry.result}), content_type="application/json")

    async def _spoil(self, request: web.Request, fault: Fault, entry: Entry) -> web.StreamResponse:
        self._ledger.append(entry)
        entry.error = fault.kind
        self._world.hub.wake()
        if fault.kind == "429":
            retry = {"retry_after": fault.retry_after}
            return _refusal(Refused(429, f"Too Many Requests: retry after {fault.retry_after}", retry))
        if fault.kind in SERVER_FAULTS:
            return _refusal(Refused(*SERVER_FAULTS[fault.kind]))
        entry.answered = False
        if fault.kind == "hang":
            await asyncio.get_running_loop().create_future()
        _cut(request)
        return web.Response()

    async def download(self, request: web.Request) -> web.StreamResponse:
        if (refusal := self._wrong_token(request.match_info["token"])) is not None:
            return refusal
        file = self._world.files.by_path.get(request.match_info["path"])
        if file is None:
            return _refusal(Refused(404, "Not Found"))
        return web.Response(body=file.content, content_type="application/octet-stream")

    def _wrong_token(self, token: str) -> web.Response | None:
        """A token of the wrong shape is no address at all; one of the right shape is merely not authorised."""
        if token == self._world.token:
            return None
        number, _, secret = token.partition(":")
        return _refusal(Refused(401, "Unauthorized") if number.isdigit() and secret else Refused(404, "Not Found"))


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _refusal(refused: Refused) -> web.Response:
    body: dict[str, Any] = {"ok": False, "error_code": refused.code, "description": refused.description}
    headers = {}
    if refused.parameters is not None:
        body["parameters"] = refused.parameters
        if "retry_after" in refused.parameters:
            headers["Retry-After"] = str(refused.parameters["retry_after"])
    return web.Response(text=_json(body), status=refused.code, content_type="application/json", headers=headers)


def _cut(request: web.Request) -> None:
    """Drop the connection without a word; what the handler returns afterwards goes nowhere."""
    if request.transport is not None:
        request.transport.abort()


async def read_params(request: web.Request) -> Params:
    values: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        try:
            body = await request.json()
        except ValueError:
            raise Refused(400, "Bad Request: can't parse JSON object") from None
        if not isinstance(body, dict):
            raise Refused(400, "Bad Request: can't parse JSON object")
        return Params(values | body)
    if request.content_type == "multipart/form-data":
        return await _read_multipart(request, values)
    if request.content_type == "application/x-www-form-urlencoded":
        values.update({key: value for key, value in (await request.post()).items() if isinstance(value, str)})
    return Params(values)


async def _read_multipart(request: web.Request, values: dict[str, Any]) -> Params:
    uploads = {}
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader) or part.name is None:
            continue
        content = bytes(await part.read(decode=True))
        if part.filename is None:
            values[part.name] = content.decode("utf-8", "replace")
            continue
        if len(content) > UPLOAD_LIMIT:
            raise Refused(413, "Request Entity Too Large")
        uploads[part.name] = Upload(part.filename, part.headers.get("Content-Type", ""), content)
    return Params(values, uploads)
