"""One call and its answer, whatever comes back over the wire; the token is in none of it."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web

from bot.courier.sender import Answer, Sender
from tests import servers

TOKEN = "100000001:SecretSecretSecret"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Telegram = Callable[[Handler], Awaitable[Sender]]


@pytest_asyncio.fixture
async def telegram() -> AsyncIterator[Telegram]:
    """Serves the Bot API with a handler of the test, and gives a sender to it."""
    runners, senders = [], []

    async def serve(handler: Handler) -> Sender:
        app = web.Application()
        app.router.add_post("/bot{token}/{method}", handler)
        runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.05)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        runners.append(runner)
        senders.append(Sender(TOKEN, f"http://127.0.0.1:{runner.addresses[0][1]}/"))
        return senders[-1]

    yield serve
    for sender in senders:
        await sender.close()
    for runner in runners:
        await runner.cleanup()


def says(status: int, body: str, content_type: str = "application/json") -> Handler:
    async def handler(_: web.Request) -> web.Response:
        return web.Response(status=status, text=body, content_type=content_type)

    return handler


async def test_a_call_is_json_at_the_methods_address(telegram: Telegram) -> None:
    seen: dict[str, Any] = {}

    async def handler(request: web.Request) -> web.Response:
        seen.update(request.match_info, body=await request.json(), content_type=request.content_type)
        return web.json_response({"ok": True, "result": {"message_id": 7}})

    sender = await telegram(handler)
    answer = await sender.call("sendMessage", {"chat_id": 5, "text": "订单 👍"})

    assert answer == Answer(is_ok=True, result={"message_id": 7})
    assert seen == {
        "token": TOKEN,
        "method": "sendMessage",
        "body": {"chat_id": 5, "text": "订单 👍"},
        "content_type": "application/json",
    }


@pytest.mark.parametrize(
    ("status", "told", "answer"),
    [
        (
            400,
            {"ok": False, "error_code": 400, "description": "Bad Request: chat not found"},
            Answer(is_ok=False, error_code=400, description="Bad Request: chat not found"),
        ),
        (
            429,
            {"ok": False, "error_code": 429, "description": "Too Many Requests", "parameters": {"retry_after": 7}},
            Answer(is_ok=False, error_code=429, description="Too Many Requests", retry_after=7),
        ),
        (
            400,
            {"ok": False, "error_code": 400, "description": "upgraded", "parameters": {"migrate_to_chat_id": -1001}},
            Answer(is_ok=False, error_code=400, description="upgraded", migrate_to_chat_id=-1001),
        ),
        (403, {"ok": False}, Answer(is_ok=False, error_code=403)),
        (500, {"ok": False, "parameters": None}, Answer(is_ok=False, error_code=500)),
    ],
)
async def test_a_refusal_is_read_as_telegram_words_it(
    telegram: Telegram, status: int, told: dict[str, Any], answer: Answer
) -> None:
    sender = await telegram(says(status, json.dumps(told)))
    assert await sender.call("sendMessage", {}) == answer


@pytest.mark.parametrize(
    ("status", "code"),
    [(502, 502), (503, 503), (500, 500), (200, 502), (403, 502), (404, 502), (401, 502), (413, 413), (429, 429)],
)
async def test_a_page_is_not_telegrams_word(telegram: Telegram, status: int, code: int) -> None:
    sender = await telegram(says(status, "<html><h1>Sorry</h1></html>", "text/html"))
    assert await sender.call("sendMessage", {}) == Answer(is_ok=False, error_code=code, description=f"HTTP {status}")


@pytest.mark.parametrize("body", ["", "null", "[]", '"ok"', "{}", '{"ok": true}', '{"ok": false, "error_code": "?"}'])
async def test_json_that_says_nothing_is_not_telegrams_word(telegram: Telegram, body: str) -> None:
    sender = await telegram(says(200, body))
    assert await sender.call("sendMessage", {}) == Answer(is_ok=False, error_code=502, description="HTTP 200")


async def test_a_connection_that_is_cut_is_a_network_that_failed(telegram: Telegram) -> None:
    async def handler(request: web.Request) -> web.Response:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    sender = await telegram(handler)
    answer = await sender.call("sendMessage", {})
    assert (answer.is_ok, answer.error_code, answer.description) == (False, 0, "network: ServerDisconnectedError")


async def test_an_answer_that_breaks_off_is_a_network_that_failed(telegram: Telegram) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "100"})
        await response.prepare(request)
        await response.write(b'{"ok": true')
        assert request.transport is not None
        request.transport.close()
        return response

    sender = await telegram(handler)
    answer = await sender.call("sendMessage", {})
    assert (answer.is_ok, answer.error_code, answer.description) == (False, 0, "network: ClientPayloadError")


async def test_an_answer_that_does_not_come_is_not_waited_for_for_ever(telegram: Telegram) -> None:
    async def handler(_: web.Request) -> web.Response:
        await asyncio.get_running_loop().create_future()
        return web.Response()

    sender = await telegram(handler)
    answer = await sender.call("sendMessage", {}, timeout_s=0.05)
    assert (answer.is_ok, answer.error_code) == (False, 0)
    assert answer.description.startswith("network: ")


async def test_nobody_at_the_other_end_is_a_network_that_failed() -> None:
    sender = Sender(TOKEN, f"http://127.0.0.1:{servers.free_port()}")
    answer = await sender.call("sendMessage", {})
    await sender.close()
    assert answer == Answer(is_ok=False, description="network: ClientConnectorError")


@pytest.mark.parametrize(
    "root", ["http://127.0.0.1:1", "http://no.such.host.invalid", "http://[broken", "http://127.0.0.1:99999"]
)
async def test_the_token_is_in_no_description_and_no_log(
    root: str, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    sender = Sender(TOKEN, root)
    answer = await sender.call("sendMessage", {"text": "hi"})
    await sender.close()
    shown = capsys.readouterr()
    assert not answer.is_ok
    assert answer.error_code == 0
    secret = TOKEN.split(":")[1]
    assert secret not in repr(answer) + caplog.text + shown.out + shown.err + repr(sender)


async def test_a_closed_sender_opens_again(telegram: Telegram) -> None:
    sender = await telegram(says(200, '{"ok": true, "result": 1}'))
    assert (await sender.call("getMe", {})).result == 1
    await sender.close()
    assert (await sender.call("getMe", {})).result == 1
