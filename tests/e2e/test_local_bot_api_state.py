"""With a state file nothing is lost when the process goes away: chats, files, updates, commands, counters."""

import asyncio
import sys
from pathlib import Path

import aiohttp
import pytest
from aiogram.types import BotCommand

from tests.e2e.people import playing, refusal, texts


async def test_everything_is_there_after_a_restart(tmp_path: Path):
    state = tmp_path / "telegram.sqlite"
    async with playing(state) as (play, bot):
        anna, group = play.person("Anna", id=5_000_042), play.group("Desk", forum=True)
        group.add(anna)
        play.add_bot(group)
        await bot.get_updates(offset=-1)
        (last,) = await bot.get_updates()
        await bot.get_updates(offset=last.update_id + 1)
        topic = await bot.create_forum_topic(group.id, "Anna")
        await anna.writes("one")
        photo = await anna.sends_photo(caption="two")
        answer = await bot.send_message(anna.id, "an answer")
        await bot.delete_message(anna.id, answer.message_id)
        await bot.set_my_commands([BotCommand(command="help", description="Help")])
        waiting = [update.update_id for update in await bot.get_updates()]
        before = (anna.sees(), group.topics, group.messages)
    async with playing(state) as (play, bot):
        anna = play.person("Anna", id=5_000_042)
        group = play.group("Desk", id=group.id)
        assert (anna.sees(), group.topics, group.messages) == before
        assert [update.update_id for update in await bot.get_updates()] == waiting
        assert [one.command for one in await bot.get_my_commands()] == ["help"]
        file = await bot.get_file(photo["photo"][0]["file_id"])
        content = await bot.download_file(str(file.file_path))
        assert content is not None
        assert len(content.read()) == file.file_size
        sent = await bot.send_message(anna.id, "another")
        assert sent.message_id == answer.message_id + 1
        card = await bot.send_message(group.id, "card", message_thread_id=topic.message_thread_id)
        assert card.is_topic_message


async def test_confirmed_updates_stay_confirmed_and_ids_go_on(tmp_path: Path):
    state = tmp_path / "telegram.sqlite"
    async with playing(state) as (play, bot):
        await play.person("Anna", id=7).writes("old")
        (old,) = await bot.get_updates()
        await bot.get_updates(offset=old.update_id + 1)
    async with playing(state) as (play, bot):
        await play.person("Anna", id=7).writes("new")
        (new,) = await bot.get_updates()
        assert (texts([new]), new.update_id) == (["new"], old.update_id + 1)


SERVING = """
import asyncio, sys
from pathlib import Path
from bot.playground.server import Playground

async def main():
    play = Playground(state=Path(sys.argv[1]))
    play.person("Anna", id=7)
    await play.start()
    print(play.url, flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


@pytest.mark.kill
async def test_a_killed_process_loses_nothing(tmp_path: Path):
    state = tmp_path / "telegram.sqlite"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SERVING, str(state), stdout=asyncio.subprocess.PIPE, cwd=Path(__file__).parents[2]
    )
    try:
        assert process.stdout is not None
        url = (await process.stdout.readline()).decode().strip()
        async with aiohttp.ClientSession() as http:
            for number in range(50):
                said = {"actor": 7, "act": "write", "text": f"message {number}"}
                async with http.post(f"{url}/play/act", json=said) as answer:
                    assert answer.status == 200
    finally:
        process.kill()
        await process.wait()
    written = [f"message {number}" for number in range(50)]
    async with playing(state) as (play, bot):
        assert texts(await bot.get_updates()) == written
        assert [one["text"] for one in play.person("Anna", id=7).sees()] == written


async def test_a_webhook_goes_on_after_a_restart(tmp_path: Path):
    state = tmp_path / "telegram.sqlite"
    async with playing(state) as (_play, bot):
        await bot.set_webhook("http://127.0.0.1:1/hook")
    async with playing(state) as (_play, bot):
        assert (await bot.get_webhook_info()).url == "http://127.0.0.1:1/hook"
        assert (await refusal(bot.get_updates())).startswith("Conflict: can't use getUpdates method")
