"""Groups and forum topics: threads, rights, closing, deleting, pins, privacy mode."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiogram import Bot
from aiogram.types import BotCommand, BotCommandScopeChatAdministrators, ReplyParameters

from bot.playground.people import Group, Person
from bot.playground.profile import commands_for
from bot.playground.server import Playground
from tests.e2e.people import playing, refusal


@asynccontextmanager
async def forum(**rights: bool) -> AsyncIterator[tuple[Playground, Bot, Person, Group]]:
    """A forum with its owner and the bot as administrator, nothing left to be told."""
    async with playing() as (play, bot):
        owner, group = play.person("Olga"), play.group("Support desk", forum=True)
        group.add(owner)
        play.add_bot(group, admin=True, **rights)
        await bot.get_updates(offset=-1)
        await bot.get_updates(offset=play.pending_updates[-1]["update_id"] + 1)
        yield play, bot, owner, group


async def test_a_topic_is_opened_written_to_and_answered_in():
    async with forum() as (_play, bot, owner, group):
        topic = await bot.create_forum_topic(group.id, "Anna #1", icon_color=0xFFD67E)
        (opened,) = await bot.get_updates()
        assert opened.message is not None
        assert opened.message.forum_topic_created is not None
        assert opened.message.forum_topic_created.name == "Anna #1"
        assert topic.message_thread_id == opened.message.message_id
        sent = await bot.send_message(group.id, "card", message_thread_id=topic.message_thread_id)
        assert (sent.message_thread_id, sent.is_topic_message) == (topic.message_thread_id, True)
        await owner.writes("a reply", chat=group, thread=topic.message_thread_id)
        await owner.writes("in General", chat=group)
        there, general = [update.message for update in (await bot.get_updates())[1:]]
        assert there is not None
        assert general is not None
        assert (there.text, there.message_thread_id) == ("a reply", topic.message_thread_id)
        assert there.reply_to_message is not None
        assert there.reply_to_message.forum_topic_created is not None
        assert (general.message_thread_id, general.is_topic_message) == (None, None)


async def test_an_answer_goes_to_the_topic_of_what_it_answers():
    async with forum() as (_play, bot, owner, group):
        topic = await bot.create_forum_topic(group.id, "Anna")
        asked = await owner.writes("look", chat=group, thread=topic.message_thread_id)
        answer = await bot.send_message(
            group.id, "seen", reply_parameters=ReplyParameters(message_id=asked["message_id"])
        )
        assert answer.message_thread_id == topic.message_thread_id


async def test_a_deleted_topic_takes_its_messages_and_is_not_found():
    async with forum() as (_play, bot, owner, group):
        topic = await bot.create_forum_topic(group.id, "Anna")
        await bot.send_message(group.id, "gone soon", message_thread_id=topic.message_thread_id)
        await owner.deletes_topic(group, topic.message_thread_id)
        assert group.topics == []
        assert [message.get("text") for message in group.messages if "text" in message] == []
        thread = topic.message_thread_id
        assert await refusal(bot.send_message(group.id, "x", message_thread_id=thread)) == (
            "Bad Request: message thread not found"
        )
        assert await refusal(bot.edit_forum_topic(group.id, thread, name="x")) == "Bad Request: TOPIC_ID_INVALID"
        assert await refusal(bot.delete_forum_topic(group.id, thread)) == "Bad Request: TOPIC_ID_INVALID"


async def test_a_closed_topic_is_closed_to_those_without_the_right():
    async with forum() as (play, bot, owner, group):
        thread = (await bot.create_forum_topic(group.id, "Anna")).message_thread_id
        assert await bot.close_forum_topic(group.id, thread)
        assert await refusal(bot.close_forum_topic(group.id, thread)) == "Bad Request: TOPIC_NOT_MODIFIED"
        assert (await bot.send_message(group.id, "an admin may", message_thread_id=thread)).text == "an admin may"
        play.add_bot(group, can_manage_topics=False)
        assert await refusal(bot.send_message(group.id, "x", message_thread_id=thread)) == "Bad Request: TOPIC_CLOSED"
        await owner.reopens_topic(group, thread)
        assert (await bot.send_message(group.id, "open", message_thread_id=thread)).text == "open"
        kinds = [update.message for update in await bot.get_updates() if update.message]
        assert [bool(one.forum_topic_reopened) for one in kinds][-1] is True


async def test_rights_are_asked_for():
    async with forum(can_manage_topics=False, can_pin_messages=False, can_delete_messages=False) as (
        play,
        bot,
        owner,
        group,
    ):
        said = await owner.writes("hello", chat=group)
        assert await refusal(bot.create_forum_topic(group.id, "x")) == (
            "Bad Request: not enough rights to create a topic"
        )
        assert await refusal(bot.pin_chat_message(group.id, said["message_id"])) == (
            "Bad Request: not enough rights to manage pinned messages in the chat"
        )
        assert await refusal(bot.delete_message(group.id, said["message_id"])) == (
            "Bad Request: message can't be deleted"
        )
        thread = await owner.creates_topic(group, "Hers")
        assert await refusal(bot.close_forum_topic(group.id, thread)) == (
            "Bad Request: not enough rights to close or open the topic"
        )
        assert await refusal(bot.delete_forum_topic(group.id, thread)) == (
            "Bad Request: not enough rights to delete the topic"
        )
        plain = play.group("No forum", supergroup=True)
        play.add_bot(plain)
        assert await refusal(bot.create_forum_topic(plain.id, "x")) == "Bad Request: the chat is not a forum"


async def test_a_topic_is_renamed_and_pins_are_told():
    async with forum() as (_play, bot, _owner, group):
        thread = (await bot.create_forum_topic(group.id, "Anna")).message_thread_id
        await bot.edit_forum_topic(group.id, thread, name="Anna, waiting")
        assert [topic["name"] for topic in group.topics] == ["Anna, waiting"]
        assert await refusal(bot.edit_forum_topic(group.id, thread, name="Anna, waiting")) == (
            "Bad Request: TOPIC_NOT_MODIFIED"
        )
        card = await bot.send_message(group.id, "card", message_thread_id=thread)
        await bot.pin_chat_message(group.id, card.message_id)
        assert group.pinned == [card.message_id]
        last = (await bot.get_updates())[-1].message
        assert last is not None
        assert last.pinned_message is not None
        assert last.pinned_message.message_id == card.message_id
        full = await bot.get_chat(group.id)
        assert (full.is_forum, full.pinned_message.message_id if full.pinned_message else 0) == (True, card.message_id)
        await bot.unpin_chat_message(group.id)
        assert group.pinned == []


async def test_without_admin_privacy_mode_hides_talk_but_not_commands_or_answers():
    async with playing() as (play, bot):
        olga, group = play.person("Olga"), play.group("Desk", supergroup=True)
        group.add(olga)
        play.add_bot(group, admin=False)
        said = await bot.send_message(group.id, "hello all")
        await bot.get_updates(offset=play.pending_updates[-1]["update_id"] + 1)
        await olga.writes("among ourselves", chat=group)
        await olga.writes("/bind", chat=group)
        await olga.writes("yes?", chat=group, reply_to=said.message_id)
        await olga.writes("@kefu_bot hey", chat=group)
        seen = [update.message.text for update in await bot.get_updates() if update.message]
        assert seen == ["/bind", "yes?", "@kefu_bot hey"]
        assert (await bot.get_me()).can_read_all_group_messages is False


async def test_who_is_in_a_group():
    async with forum() as (play, bot, _owner, group):
        ben = play.person("Ben")
        group.add(ben, admin=True, rights={"can_pin_messages": False})
        admins = {member.user.first_name: member.status for member in await bot.get_chat_administrators(group.id)}
        assert admins == {"Olga": "creator", "Kefu": "administrator", "Ben": "administrator"}
        assert (await bot.get_chat_member(group.id, ben.id)).status == "administrator"
        group.remove(ben)
        assert (await bot.get_chat_member(group.id, ben.id)).status == "kicked"
        assert await bot.get_chat_member_count(group.id) == 2
        play.demote_bot(group)
        changed = (await bot.get_updates())[-1].my_chat_member
        assert changed is not None
        assert (changed.old_chat_member.status, changed.new_chat_member.status) == ("administrator", "member")


async def test_commands_are_offered_by_the_narrowest_scope_and_the_persons_language():
    async with forum() as (play, bot, owner, group):
        li = play.person("Li", language_code="zh-hans")
        await li.starts()
        admins = BotCommandScopeChatAdministrators(chat_id=group.id)
        await bot.set_my_commands([BotCommand(command="help", description="Help")])
        await bot.set_my_commands([BotCommand(command="help", description="帮助")], language_code="zh")
        await bot.set_my_commands([BotCommand(command="queue", description="Queue")], scope=admins)

        def offered(chat_id: int, user_id: int) -> list[str]:
            return [one["description"] for one in commands_for(play.world, play.world.chats[chat_id], user_id)]

        assert [one.description for one in await bot.get_my_commands(language_code="zh")] == ["帮助"]
        assert offered(li.id, li.id) == ["帮助"]
        assert offered(group.id, owner.id) == ["Queue"]
        await bot.delete_my_commands(scope=admins)
        assert offered(group.id, owner.id) == ["Help"]
        bad = BotCommand(command="Bad Name", description="x")
        assert await refusal(bot.set_my_commands([bad])) == "Bad Request: BOT_COMMAND_INVALID"
