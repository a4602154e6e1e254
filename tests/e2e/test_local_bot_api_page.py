"""The page's own API: state, events, acts, files, and who may use it."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiogram import Bot
from aiogram.types import KeyboardButton, ReactionTypeEmoji, ReplyKeyboardMarkup
from yarl import URL

from bot.playground.media import sample
from bot.playground.server import Playground
from tests.e2e.people import buttons, playing


class Page:
    """A browser's side of the page's API."""

    def __init__(self, play: Playground, http: aiohttp.ClientSession) -> None:
        self.play, self.http = play, http

    async def state(self) -> dict[str, Any]:
        async with self.http.get(f"{self.play.url}/play/state") as answer:
            return dict(await answer.json())

    async def does(self, actor: int, act: str, **fields: Any) -> dict[str, Any]:
        return await self.posts("/play/act", {"actor": actor, "act": act, **fields})

    async def posts(self, path: str, body: Any, **options: Any) -> dict[str, Any]:
        async with self.http.post(self.play.url + path, json=body, **options) as answer:
            return dict(await answer.json())


@asynccontextmanager
async def paging() -> AsyncIterator[tuple[Page, Playground, Bot]]:
    async with playing() as (play, bot), aiohttp.ClientSession() as http:
        yield Page(play, http), play, bot


async def test_the_state_has_all_that_the_page_draws():
    async with paging() as (page, play, bot):
        anna, group = play.person("Anna", username="anna"), play.group("Desk", forum=True)
        group.add(anna)
        play.add_bot(group)
        topic = await bot.create_forum_topic(group.id, "Topic")
        await anna.starts()
        keyboard = ReplyKeyboardMarkup(keyboard=[[KeyboardButton(text="Hi")]])
        await bot.send_message(anna.id, "hello", reply_markup=keyboard)
        state = await page.state()
        user = {"id": anna.id, "is_bot": False, "first_name": "Anna", "username": "anna", "language_code": "en"}
        assert state["bot"] == play.bot
        assert state["people"] == [user | {"blocked": False}]
        private, desk = state["chats"]
        assert (private["id"], private["type"], private["member_ids"]) == (
            anna.id,
            "private",
            [anna.id, play.bot["id"]],
        )
        assert [(one["message_thread_id"], one["name"], one["closed"]) for one in desk["topics"]] == (
            [(topic.message_thread_id, "Topic", False)]
        )
        assert [one["text"] for one in state["messages"][str(anna.id)]] == ["/start", "hello"]
        assert state["keyboards"][str(anna.id)]["keyboard"] == [[{"text": "Hi"}]]
        assert state["commands"][str(anna.id)] == {str(anna.id): []}


async def test_acts_do_what_people_do():
    async with paging() as (page, play, bot):
        person = await page.posts("/play/people", {"first_name": "Li", "language_code": "zh-hans"})
        await page.does(person["id"], "start", payload="x")
        written = (await page.does(person["id"], "write", text="你好"))["result"]
        await page.does(person["id"], "edit", message_id=written["message_id"], text="您好")
        await page.does(person["id"], "location", latitude=1, longitude=2)
        kinds = [update.event_type for update in await bot.get_updates()]
        assert kinds == ["message", "message", "edited_message", "message"]
        asked = await bot.send_message(person["id"], "press", reply_markup=buttons({"ok": "k"}))
        pressing = asyncio.create_task(page.does(person["id"], "press", message_id=asked.message_id, data="k"))
        await play.until(lambda: "callback_query" in play.pending_updates[-1])
        await bot.answer_callback_query(play.pending_updates[-1]["callback_query"]["id"], "done")
        assert (await pressing)["result"] == {"text": "done", "show_alert": False, "url": ""}
        assert await page.does(person["id"], "delete", message_id=written["message_id"]) == {"ok": True, "result": True}


async def test_what_cannot_be_done_is_said():
    async with paging() as (page, play, _):
        anna = play.person("Anna")
        assert await page.does(1, "write", text="x") == {"ok": False, "error": "there is no such person"}
        assert await page.does(anna.id, "fly") == {"ok": False, "error": "there is no act 'fly'"}
        assert await page.does(anna.id, "write", text="  ") == {"ok": False, "error": "a message needs some text"}
        assert await page.does(anna.id, "tap", text="x") == {
            "ok": False,
            "error": "the keyboard has no button 'x'; it has []",
        }
        assert await page.posts("/play/faults", {"kind": "fire"}) == {
            "ok": False,
            "error": "no such fault: fire; there are 429, 500, 502, hang, cut, cut_after",
        }


async def test_a_file_goes_up_and_into_a_message():
    async with paging() as (page, play, bot):
        anna = play.person("Anna")
        form = aiohttp.FormData()
        for name in ("a.png", "b.png"):
            form.add_field("files", sample("photo"), filename=name, content_type="image/png")
        async with page.http.post(f"{play.url}/play/upload", data=form) as answer:
            file_ids = (await answer.json())["file_ids"]
        one = (await page.does(anna.id, "photo", file_ids=file_ids[:1], text="caption"))["result"]
        await page.does(anna.id, "album", file_ids=file_ids)
        messages = [update.message for update in await bot.get_updates() if update.message]
        assert [(message.content_type, message.caption) for message in messages] == [
            ("photo", "caption"),
            ("photo", None),
            ("photo", None),
        ]
        async with page.http.get(f"{play.url}/play/file/{one['photo'][0]['file_id']}") as answer:
            assert (answer.content_type, await answer.read()) == ("image/png", sample("photo"))


async def test_events_tell_what_changed():
    async with paging() as (page, play, bot):
        anna = play.person("Anna")
        async with page.http.get(f"{play.url}/play/events") as stream:
            assert (await stream.content.readline(), await stream.content.readline()) == (b": open\n", b"\n")
            message = await anna.writes("hello")
            await bot.send_chat_action(anna.id, "typing")
            await bot.set_message_reaction(anna.id, message["message_id"], [ReactionTypeEmoji(emoji="👍")])
            await bot.send_message_draft(anna.id, 1, text="thin")
            await anna.deletes(message)
            kinds: dict[str, Any] = {}
            while "deleted" not in kinds:
                line = await stream.content.readline()
                if line.startswith(b"data: "):
                    event = json.loads(line[6:])
                    kinds[event.pop("type")] = event
        assert kinds["message"]["message"]["text"] == "hello"
        assert kinds["typing"] == {"chat_id": anna.id, "thread_id": None, "action": "typing"}
        assert kinds["draft"] == {"chat_id": anna.id, "thread_id": None, "text": "thin"}
        assert kinds["reaction"]["reactions"] == [{"user_id": play.bot["id"], "type": "emoji", "emoji": "👍"}]
        assert kinds["deleted"] == {"chat_id": anna.id, "message_ids": [message["message_id"]]}


async def test_other_pages_and_other_names_are_turned_away():
    async with paging() as (page, play, _):
        url = f"{play.url}/play/state"
        for headers in ({"Host": "evil.example"}, {"Origin": "https://evil.example"}, {"Origin": "null"}):
            async with page.http.get(url, headers=headers) as answer:
                assert answer.status == 403
        async with page.http.get(url, headers={"Origin": play.url}) as answer:
            assert answer.status == 200


async def test_nothing_outside_the_page_is_served():
    async with paging() as (page, play, _):
        for path in ("/static/..%2Fserver.py", "/static/%2e%2e/server.py", "/static/nothing.js"):
            async with page.http.get(URL(play.url + path, encoded=True)) as answer:
                assert answer.status in {403, 404}


async def test_it_binds_to_this_machine_only():
    with pytest.raises(ValueError, match=r"the playground serves this machine only, not 0\.0\.0\.0"):
        await Playground().start(host="0.0.0.0")  # noqa: S104 - that it is refused is what is tested
