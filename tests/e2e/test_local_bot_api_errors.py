"""Refusals in Telegram's own words."""

import pytest
from aiogram.exceptions import TelegramForbiddenError, TelegramMigrateToChat
from aiogram.types import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    ReplyKeyboardMarkup,
    ReplyParameters,
)

from tests.e2e.people import buttons, playing, refusal


async def test_a_chat_that_the_bot_never_met_is_not_found():
    async with playing() as (play, bot):
        anna = play.person("Anna")
        assert await refusal(bot.send_message(424242, "hi")) == "Bad Request: chat not found"
        assert await refusal(bot.send_message(anna.id, "hi")) == "Bad Request: chat not found"


async def test_somebody_from_a_group_must_write_first():
    async with playing() as (play, bot):
        anna, group = play.person("Anna"), play.group("Desk", supergroup=True)
        group.add(anna)
        play.add_bot(group)
        with pytest.raises(TelegramForbiddenError, match="Forbidden: bot can't initiate conversation with a user"):
            await bot.send_message(anna.id, "hi")


async def test_empty_and_overlong_texts():
    async with playing() as (play, bot):
        anna = play.person("Anna")
        await anna.starts()
        assert await refusal(bot.send_message(anna.id, "")) == "Bad Request: message text is empty"
        for unseen in (" \n ", "\u200b", "\ufeff \u2800"):
            assert await refusal(bot.send_message(anna.id, unseen)) == "Bad Request: text must be non-empty"
        assert await refusal(bot.send_message(anna.id, "x" * 4097)) == "Bad Request: message is too long"
        assert (await bot.send_message(anna.id, "😀" * 4096)).text == "😀" * 4096


async def test_buttons_are_checked():
    async with playing() as (play, bot):
        anna = play.person("Anna")
        await anna.starts()

        async def sent_with(data: str) -> str:
            return await refusal(bot.send_message(anna.id, "x", reply_markup=buttons({"ok": data})))

        assert await sent_with("д" * 33) == "Bad Request: BUTTON_DATA_INVALID"
        assert await sent_with("") == "Bad Request: BUTTON_DATA_INVALID"
        sent = await bot.send_message(anna.id, "x", reply_markup=buttons({"ok": "д" * 32}))
        assert sent.reply_markup is not None
        assert sent.reply_markup.model_dump() == buttons({"ok": "д" * 32}).model_dump()
        bare = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="nothing")]])
        assert await refusal(bot.send_message(anna.id, "x", reply_markup=bare)) == (
            "Bad Request: can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
        )
        many = buttons({str(number): "x" for number in range(101)})
        assert (
            await refusal(bot.send_message(anna.id, "x", reply_markup=many)) == "Bad Request: reply markup is too long"
        )


async def test_a_phone_number_may_be_asked_for_in_private_only():
    async with playing() as (play, bot):
        group = play.group("Desk", supergroup=True)
        play.add_bot(group)
        ask = ReplyKeyboardMarkup(keyboard=[[KeyboardButton(text="Share", request_contact=True)]])
        assert await refusal(bot.send_message(group.id, "x", reply_markup=ask)) == (
            "Bad Request: phone number can be requested in private chats only"
        )


async def test_answering_a_message_that_is_gone():
    async with playing() as (play, bot):
        anna = play.person("Anna")
        asked = await anna.writes("first")
        gone = ReplyParameters(message_id=999)
        assert await refusal(bot.send_message(anna.id, "x", reply_parameters=gone)) == (
            "Bad Request: message to be replied not found"
        )
        forgiving = ReplyParameters(message_id=999, allow_sending_without_reply=True)
        assert (await bot.send_message(anna.id, "x", reply_parameters=forgiving)).reply_to_message is None
        answer = await bot.send_message(anna.id, "x", reply_to_message_id=asked["message_id"])
        assert answer.reply_to_message is not None
        assert answer.reply_to_message.text == "first"


async def test_a_quote_must_stand_in_the_message():
    async with playing() as (play, bot):
        anna = play.person("Anna")
        asked = await anna.writes("😀 blue or green?")
        quoted = ReplyParameters(message_id=asked["message_id"], quote="green")
        sent = await bot.send_message(anna.id, "green", reply_parameters=quoted)
        assert sent.quote is not None
        assert (sent.quote.text, sent.quote.position) == ("green", 11)
        made_up = ReplyParameters(message_id=asked["message_id"], quote="yellow")
        assert await refusal(bot.send_message(anna.id, "x", reply_parameters=made_up)) == (
            "Bad Request: QUOTE_TEXT_INVALID"
        )


async def test_who_blocked_the_bot_or_left_telegram_is_forbidden():
    async with playing() as (play, bot):
        anna, ben = play.person("Anna"), play.person("Ben")
        await anna.starts()
        await ben.starts()
        await anna.blocks()
        play.deactivate(ben)
        assert await refusal(bot.send_message(anna.id, "x")) == "Forbidden: bot was blocked by the user"
        assert await refusal(bot.send_message(ben.id, "x")) == "Forbidden: user is deactivated"
        changed = (await bot.get_updates())[-1].my_chat_member
        assert changed is not None
        assert (changed.old_chat_member.status, changed.new_chat_member.status) == ("member", "kicked")
        await anna.unblocks()
        assert (await bot.send_message(anna.id, "x")).text == "x"


async def test_a_group_that_threw_the_bot_out():
    async with playing() as (play, bot):
        group, basic = play.group("Desk", supergroup=True), play.group("Family")
        play.add_bot(group)
        play.add_bot(basic, admin=False)
        play.remove_bot(group)
        await bot.leave_chat(basic.id)
        assert await refusal(bot.send_message(group.id, "x")) == "Forbidden: bot was kicked from the supergroup chat"
        assert await refusal(bot.send_message(basic.id, "x")) == "Forbidden: bot is not a member of the group chat"
        last = [update.my_chat_member for update in await bot.get_updates() if update.my_chat_member][-2:]
        assert [change.new_chat_member.status for change in last if change] == ["kicked", "left"]


async def test_a_group_that_became_a_supergroup_says_where_it_went():
    async with playing() as (play, bot):
        anna, group = play.person("Anna"), play.group("Desk")
        group.add(anna)
        play.add_bot(group)
        old_id = group.id
        play.migrate(group)
        with pytest.raises(TelegramMigrateToChat) as moved:
            await bot.send_message(old_id, "x")
        assert moved.value.migrate_to_chat_id == group.id
        told = [update.message for update in await bot.get_updates() if update.message]
        assert (told[-2].chat.id, told[-2].migrate_to_chat_id) == (old_id, group.id)
        assert (told[-1].chat.id, told[-1].migrate_from_chat_id) == (group.id, old_id)
        assert (await bot.send_message(group.id, "here")).chat.type == "supergroup"


async def test_a_query_is_answered_once():
    async with playing() as (_, bot):
        assert await refusal(bot.answer_callback_query("12345", "late")) == (
            "Bad Request: query is too old and response timeout expired or query ID is invalid"
        )
