"""getUpdates as Telegram documents it: offsets confirm, what is not confirmed comes again, one poll at a time."""

import asyncio

import aiohttp

from tests.e2e.people import playing, refusal, texts, update_ids


async def test_unconfirmed_updates_come_again_and_an_offset_confirms_them():
    async with playing() as (play, bot):
        anna = play.person("Anna")
        for word in ("one", "two", "three"):
            await anna.writes(word)
        first = await bot.get_updates()
        assert texts(first) == ["one", "two", "three"]
        assert update_ids(await bot.get_updates()) == update_ids(first)
        rest = await bot.get_updates(offset=first[0].update_id + 1)
        assert texts(rest) == ["two", "three"]
        assert texts(await bot.get_updates(offset=first[2].update_id + 1)) == []
        assert play.pending_updates == []


async def test_update_ids_rise_by_one():
    async with playing() as (play, bot):
        anna, ben = play.person("Anna"), play.person("Ben")
        await anna.writes("a")
        await ben.writes("b")
        first, second = update_ids(await bot.get_updates())
        assert second == first + 1


async def test_a_negative_offset_forgets_all_but_the_last():
    async with playing() as (play, bot):
        anna = play.person("Anna")
        for word in ("one", "two", "three"):
            await anna.writes(word)
        assert texts(await bot.get_updates(offset=-1)) == ["three"]
        assert texts(await bot.get_updates()) == ["three"]


async def test_limit_bounds_a_batch_and_a_hundred_is_the_most():
    async with playing() as (play, bot):
        anna = play.person("Anna")
        for number in range(120):
            await anna.writes(str(number))
        assert len(await bot.get_updates(limit=7)) == 7
        assert len(await bot.get_updates(limit=100)) == 100
        assert len(await bot.get_updates()) == 100


async def test_a_long_poll_wakes_when_something_arrives():
    async with playing() as (play, bot):
        anna = play.person("Anna")
        poll = asyncio.create_task(bot.get_updates(timeout=30))
        await play.until(lambda: play.is_polled)
        await anna.writes("hello")
        assert texts(await poll) == ["hello"]


async def test_a_second_poll_ends_the_first_with_a_conflict():
    async with playing() as (play, bot):
        first = asyncio.create_task(refusal(bot.get_updates(timeout=30)))
        await play.until(lambda: play.is_polled)
        second = asyncio.create_task(bot.get_updates(timeout=30))
        assert await first == (
            "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
        )
        await play.person("Anna").writes("for the second")
        assert texts(await second) == ["for the second"]


async def test_a_poll_that_was_cut_off_leaves_the_line_free():
    async with playing() as (play, bot):
        poll = asyncio.create_task(bot.get_updates(timeout=30))
        await play.until(lambda: play.is_polled)
        poll.cancel()
        await asyncio.gather(poll, return_exceptions=True)
        await play.until(lambda: not play.is_polled)
        await play.person("Anna").writes("later")
        assert texts(await bot.get_updates(timeout=5)) == ["later"]


async def test_polling_is_refused_while_a_webhook_is_set():
    async with playing() as (_play, bot):
        await bot.set_webhook("https://127.0.0.1:1/hook")
        assert await refusal(bot.get_updates()) == (
            "Conflict: can't use getUpdates method while webhook is active; "
            "use deleteWebhook to delete the webhook first"
        )
        await bot.delete_webhook()
        assert await bot.get_updates() == []


async def test_only_allowed_kinds_are_queued_and_the_choice_is_remembered():
    async with playing() as (play, bot):
        anna = play.person("Anna")
        message = await anna.writes("dropped: nobody asked for messages")
        await bot.get_updates(offset=-1, allowed_updates=["edited_message"])
        await bot.get_updates(offset=play.pending_updates[-1]["update_id"] + 1)
        await anna.writes("not asked for")
        await anna.edits(message, "asked for")
        (update,) = await bot.get_updates()
        assert update.edited_message is not None
        assert update.edited_message.text == "asked for"


async def test_reactions_come_only_when_asked_for():
    async with playing() as (play, bot):
        anna = play.person("Anna")
        message = await anna.writes("hi")
        await anna.reacts(message, "👍")
        assert [update.event_type for update in await bot.get_updates()] == ["message"]
        await bot.get_updates(allowed_updates=["message", "message_reaction"])
        await anna.reacts(message, "")
        assert [update.event_type for update in await bot.get_updates()] == ["message", "message_reaction"]


async def test_a_wrong_token_and_an_unknown_method_are_turned_away():
    async with playing() as (play, _), aiohttp.ClientSession() as http:
        async with http.get(f"{play.url}/bot123:wrong/getMe") as answer:
            assert await answer.json() == {"ok": False, "error_code": 401, "description": "Unauthorized"}
            assert answer.status == 401
        async with http.get(f"{play.url}/bot{play.token}/noSuchMethod") as answer:
            assert await answer.json() == {"ok": False, "error_code": 404, "description": "Not Found"}
            assert answer.status == 404


async def test_parameters_may_come_as_json_form_or_query():
    async with playing() as (play, _), aiohttp.ClientSession() as http:
        anna = play.person("Anna")
        await anna.starts()
        url, said = f"{play.url}/bot{play.token}/sendmessage", {"chat_id": str(anna.id), "text": "hi"}
        for call in (http.post(url, json=said), http.post(url, data=said), http.get(url, params=said)):
            async with call as answer:
                assert (await answer.json())["ok"] is True
        assert await anna.reads(3) == ["hi", "hi", "hi"]
