"""Updates by webhook: the secret, the order, another try after a refusal, and what getWebhookInfo tells of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from tests.e2e.people import playing, refusal

Call = tuple[str | None, dict[str, Any]]


@asynccontextmanager
async def listening(statuses: list[int]) -> AsyncIterator[tuple[str, list[Call]]]:
    """A bot's own server: it notes each call and answers with the next status, or 200."""
    calls: list[Call] = []

    async def hear(request: web.Request) -> web.Response:
        calls.append((request.headers.get("X-Telegram-Bot-Api-Secret-Token"), await request.json()))
        return web.Response(status=statuses.pop(0) if statuses else 200)

    app = web.Application()
    app.router.add_post("/hook", hear)
    runner = web.AppRunner(app, shutdown_timeout=0.05)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/hook", calls
    finally:
        await runner.cleanup()


async def test_updates_are_posted_in_order_with_the_secret():
    async with playing() as (play, bot), listening([]) as (url, calls):
        anna = play.person("Anna")
        await anna.writes("before")
        assert await bot.set_webhook(url, secret_token="s3cret")
        await anna.writes("after")
        await play.until(lambda: not play.pending_updates)
        assert [(secret, update["message"]["text"]) for secret, update in calls] == [
            ("s3cret", "before"),
            ("s3cret", "after"),
        ]
        info = await bot.get_webhook_info()
        assert (info.url, info.pending_update_count, info.last_error_message) == (url, 0, None)


async def test_a_refused_update_is_posted_again_before_the_next():
    async with playing() as (play, bot), listening([500, 503]) as (url, calls):
        play.world.webhook.first_pause = 0.01
        anna = play.person("Anna")
        await anna.writes("one")
        await anna.writes("two")
        await bot.set_webhook(url)
        await play.until(lambda: not play.pending_updates)
        assert [update["message"]["text"] for _, update in calls] == ["one", "one", "one", "two"]
        assert len({update["update_id"] for _, update in calls}) == 2
        info = await bot.get_webhook_info()
        assert info.last_error_message == "Wrong response from the webhook: 503 Service Unavailable"


async def test_a_chat_that_is_refused_does_not_hold_up_another():
    async with playing() as (play, bot), listening([500]) as (url, calls):
        play.world.webhook.first_pause = 30
        anna, ben = play.person("Anna"), play.person("Ben")
        await bot.set_webhook(url)
        await anna.writes("stuck")
        await play.until(lambda: play.world.webhook.info().get("last_error_message"))
        await anna.writes("behind it")
        await ben.writes("passes")
        await play.until(lambda: len(play.pending_updates) == 2)
        assert [update["message"]["text"] for _, update in calls] == ["stuck", "passes"]


async def test_pending_updates_can_be_dropped_and_kinds_chosen():
    async with playing() as (play, bot), listening([]) as (url, calls):
        anna = play.person("Anna")
        message = await anna.writes("dropped")
        await bot.set_webhook(url, drop_pending_updates=True, allowed_updates=["edited_message"])
        await anna.writes("not asked for")
        await anna.edits(message, "wanted")
        await play.until(lambda: calls and not play.pending_updates)
        assert [update["edited_message"]["text"] for _, update in calls] == ["wanted"]
        assert (await bot.get_webhook_info()).allowed_updates == ["edited_message"]


async def test_an_address_that_nobody_listens_at_is_told():
    async with playing() as (play, bot):
        play.world.webhook.first_pause = 30
        await play.person("Anna").writes("hello")
        await bot.set_webhook("http://127.0.0.1:1/hook")
        await play.until(lambda: play.world.webhook.info().get("last_error_message"))
        info = await bot.get_webhook_info()
        assert (info.pending_update_count, info.last_error_message) == (1, "Connection refused")
        assert await bot.delete_webhook()
        assert (await bot.get_webhook_info()).url == ""
        assert len(await bot.get_updates()) == 1


async def test_addresses_and_secrets_are_checked():
    async with playing() as (_, bot):
        assert await refusal(bot.set_webhook("ftp://example")) == (
            "Bad Request: bad webhook: An HTTPS URL must be provided for webhook"
        )
        assert await refusal(bot.set_webhook("http://shop.example/hook")) == (
            "Bad Request: bad webhook: An HTTPS URL must be provided for webhook"
        )
        assert await refusal(bot.set_webhook("https://a.example", secret_token="not allowed!")) == (
            "Bad Request: secret token contains unallowed characters"
        )
