"""The page's own API under /play: the state, the events, what a person does. Mounted by server.py."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.playground.control_acts import act
from bot.playground.errors import ActImpossible, Refused
from bot.playground.profile import commands_for
from bot.playground.world import Json

if TYPE_CHECKING:
    from bot.playground.server import Playground

PAGE = Path(__file__).parent / "page"
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1", "[::1]"})


@web.middleware
async def refuse_strangers(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Only pages that came from this server may drive it: a foreign Host (DNS rebinding) or Origin is turned away."""
    host = request.headers.get("Host", "")
    if urlsplit(f"//{host}").hostname not in LOOPBACK:
        raise web.HTTPForbidden(text="This server serves this machine only.")
    origin = request.headers.get("Origin")
    if origin is not None and origin != f"{request.scheme}://{host}":
        raise web.HTTPForbidden(text="Another page may not drive the playground.")
    return await handler(request)


class Control:
    def __init__(self, play: "Playground") -> None:
        self._play = play
        self._world = play.world

    def mount(self, app: web.Application) -> None:
        app.router.add_get("/play/state", self.state)
        app.router.add_get("/play/events", self.events)
        app.router.add_post("/play/act", self.act)
        app.router.add_post("/play/people", self.add_person)
        app.router.add_post("/play/upload", self.upload)
        app.router.add_get("/play/file/{file_id}", self.file)
        app.router.add_post("/play/faults", self.order_fault)
        app.router.add_get("/", self.index)
        if PAGE.is_dir():
            app.router.add_static("/static/", PAGE, follow_symlinks=False)

    async def index(self, request: web.Request) -> web.StreamResponse:
        page = PAGE / "index.html"
        if not page.is_file():
            return web.Response(text="The page is not installed; the Bot API is here.", status=404)
        return web.FileResponse(
            page, headers={"Cache-Control": "no-cache", "Content-Security-Policy": "frame-ancestors 'none'"}
        )

    async def state(self, request: web.Request) -> web.Response:
        world = self._world
        return _answer(
            {
                "bot": world.bot.user,
                "people": [{**one.user, "blocked": one.blocked} for one in world.accounts.values()],
                "chats": [world.chat_shown(chat) for chat in world.chats.values()],
                "messages": {str(chat.id): list(chat.messages.values()) for chat in world.chats.values()},
                "keyboards": {str(chat.id): chat.keyboard for chat in world.chats.values()},
                "commands": {
                    str(chat.id): {
                        str(who): commands_for(world, chat, who) for who in chat.members if who != world.bot.id
                    }
                    for chat in world.chats.values()
                },
                "reactions": {
                    str(chat.id): {
                        str(key): [{"user_id": who, **one} for who, given in found.items() for one in given]
                        for key, found in chat.reactions.items()
                    }
                    for chat in world.chats.values()
                },
            }
        )

    async def events(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await response.prepare(request)
        queue = self._world.hub.listen()
        try:
            await response.write(b": open\n\n")
            while (event := await queue.get()) is not None:
                await response.write(f"data: {json.dumps(event, ensure_ascii=False)}\n\n".encode())
        except ConnectionResetError:
            pass  # the page was closed
        finally:
            self._world.hub.leave(queue)
        return response

    async def act(self, request: web.Request) -> web.Response:
        try:
            return _answer({"ok": True, "result": await act(self._world, await _body(request))})
        except (ActImpossible, Refused) as impossible:
            return _answer({"ok": False, "error": str(impossible)}, 400)

    async def add_person(self, request: web.Request) -> web.Response:
        body = await _body(request)
        if not str(body.get("first_name") or "").strip():
            return _answer({"ok": False, "error": "a person needs a first name"}, 400)
        last_name, username = (str(body.get(key) or "") for key in ("last_name", "username"))
        language = str(body.get("language_code") or "en")
        person = self._play.person(
            str(body["first_name"]), last_name, username, language, phone=str(body.get("phone") or "")
        )
        return _answer({**person.account.user, "blocked": False})

    async def upload(self, request: web.Request) -> web.Response:
        file_ids = []
        for field in (await request.post()).values():
            if isinstance(field, web.FileField):
                content = field.file.read()
                file_ids.append(self._world.files.add("upload", content, field.filename, field.content_type).file_id)
        return _answer({"file_ids": file_ids})

    async def file(self, request: web.Request) -> web.Response:
        file = self._world.files.by_id.get(request.match_info["file_id"])
        if file is None:
            raise web.HTTPNotFound
        # A file that somebody sent must not run as a page of ours.
        headers = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox; default-src 'none'"}
        return web.Response(body=file.content, content_type=file.mime_type, headers=headers)

    async def order_fault(self, request: web.Request) -> web.Response:
        body = await _body(request)
        try:
            self._play.faults.order(
                str(body.get("kind")), body.get("method"), int(body.get("times", 1)), int(body.get("retry_after", 1))
            )
        except ValueError as error:
            return _answer({"ok": False, "error": str(error)}, 400)
        return _answer({"ok": True, "result": True})


async def _body(request: web.Request) -> Json:
    try:
        body: Any = await request.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise web.HTTPBadRequest(text=json.dumps({"ok": False, "error": "a JSON object is expected"}))
    return body


def _answer(value: Any, status: int = 200) -> web.Response:
    return web.json_response(value, status=status, headers={"Cache-Control": "no-store"})
