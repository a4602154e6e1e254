"""With a state file nothing is lost when the process goes away: chats, files, updates, commands, counters."""

from pathlib import Path

from aiogram.types import BotCommand

from bot.playground.server import Playground
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


async def test_a_killed_process_loses_nothing(tmp_path: Path):
    """A kill is a store that is never closed: what was written is in the file at once."""
    state = tmp_path / "telegram.sqlite"
    killed = Playground(state=state)
    await killed.person("Anna", id=7).writes("still here")
    async with playing(state) as (play, bot):
        assert texts(await bot.get_updates()) == ["still here"]
        assert [one["text"] for one in play.person("Anna", id=7).sees()] == ["still here"]
    killed.world.store.close()


async def test_a_webhook_goes_on_after_a_restart(tmp_path: Path):
    state = tmp_path / "telegram.sqlite"
    async with playing(state) as (_play, bot):
        await bot.set_webhook("http://127.0.0.1:1/hook")
    async with playing(state) as (_play, bot):
        assert (await bot.get_webhook_info()).url == "http://127.0.0.1:1/hook"
        assert (await refusal(bot.get_updates())).startswith("Conflict: can't use getUpdates method")
