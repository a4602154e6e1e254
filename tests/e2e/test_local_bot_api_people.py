"""What people do and see, with a small real aiogram bot answering."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiogram import Bot, Dispatcher, F
from aiogram.filters import CommandObject, CommandStart
from aiogram.types import (
    CallbackQuery,
    InaccessibleMessage,
    InlineQuery,
    InlineQueryResultArticle,
    InputTextMessageContent,
    KeyboardButton,
    Message,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)

from bot.playground.errors import ActImpossible
from bot.playground.server import Playground
from tests.e2e.people import bot_polling, buttons, playing


def small_bot() -> Dispatcher:
    dispatcher = Dispatcher()
    share = ReplyKeyboardMarkup(
        keyboard=[[KeyboardButton(text="Share my phone", request_contact=True)], [KeyboardButton(text="No, thanks")]],
        one_time_keyboard=True,
    )

    @dispatcher.message(CommandStart())
    async def start(message: Message, command: CommandObject) -> None:
        await message.answer(f"Welcome {command.args}", reply_markup=share)

    @dispatcher.message(F.contact)
    async def contact(message: Message) -> None:
        assert message.contact is not None
        await message.answer(message.contact.phone_number, reply_markup=ReplyKeyboardRemove())

    @dispatcher.message()
    async def echo(message: Message) -> None:
        await message.reply(f"You said {message.text}", reply_markup=buttons({"Yes": "y", "No": "n"}, {"Silent": "s"}))

    @dispatcher.callback_query(F.data != "s")
    async def pressed(query: CallbackQuery) -> None:
        assert isinstance(query.message, Message)
        await query.message.edit_text(f"Pressed {query.data}")
        await query.answer("Noted", show_alert=query.data == "n")

    @dispatcher.inline_query()
    async def inline(query: InlineQuery) -> None:
        content = InputTextMessageContent(message_text=f"*{query.query}*")
        await query.answer([InlineQueryResultArticle(id="1", title="Refunds", input_message_content=content)])

    return dispatcher


@asynccontextmanager
async def answering() -> AsyncIterator[tuple[Playground, Bot]]:
    async with playing() as (play, bot), bot_polling(play, small_bot(), bot):
        yield play, bot


async def test_anna_starts_by_a_link_and_shares_her_phone():
    async with answering() as (play, _):
        anna = play.person("Anna", phone="+4915112345678")
        await anna.starts("from-shop")
        assert await anna.reads() == ["Welcome from-shop"]
        assert anna.keyboard() == [["Share my phone"], ["No, thanks"]]
        await anna.taps("Share my phone")
        assert await anna.reads() == ["+4915112345678"]
        assert anna.keyboard() == []
        with pytest.raises(ActImpossible, match="the keyboard has no button 'No, thanks'"):
            await anna.taps("No, thanks")


async def test_a_pressed_button_edits_the_message_and_shows_a_toast():
    async with answering() as (play, _):
        anna = play.person("Anna")
        await anna.writes("hello")
        assert await anna.reads() == ["You said hello"]
        answer = await anna.presses("No")
        assert (answer.text, answer.alert) == ("Noted", True)
        assert [message["text"] for message in anna.sees()] == ["hello", "Pressed n"]
        with pytest.raises(ActImpossible, match="there is no button 'Yes' to press"):
            await anna.presses("Yes")


async def test_an_old_button_can_still_be_pressed():
    async with answering() as (play, _):
        anna = play.person("Anna")
        await anna.writes("hello")
        (old,) = await anna.reads_messages()
        await anna.presses("y")
        assert (await anna.presses_old("n", old)).alert is True


async def test_a_button_of_a_deleted_message_comes_without_its_content():
    async with playing() as (play, bot):
        anna = play.person("Anna")
        await anna.starts()
        sent = await bot.send_message(anna.id, "press", reply_markup=buttons({"ok": "k"}))
        (old,) = await anna.reads_messages()
        await bot.delete_message(anna.id, sent.message_id)
        with pytest.raises(AssertionError):
            await anna.presses_old("k", old, timeout=0.01)
        query = (await bot.get_updates())[-1].callback_query
        assert query is not None
        assert isinstance(query.message, InaccessibleMessage)
        assert query.message.message_id == sent.message_id


async def test_silence_is_told_with_what_was_seen():
    async with answering() as (play, _):
        anna = play.person("Anna")
        await anna.writes("hello")
        await anna.reads()
        with pytest.raises(AssertionError, match=r"the bot did not answer the button 'Silent' within 0\.05 s"):
            await anna.presses("Silent", timeout=0.05)
        with pytest.raises(AssertionError, match=r"Anna waited 0\.05 s for 1 message\(s\) and got 0: \[\]"):
            await anna.reads(timeout=0.05)


async def test_two_people_are_two_chats():
    async with answering() as (play, _):
        anna, ben = play.person("Anna"), play.person("Ben")
        await anna.writes("a")
        await ben.writes("b")
        assert await ben.reads() == ["You said b"]
        assert await anna.reads() == ["You said a"]


async def test_inline_results_are_found_and_sent():
    async with answering() as (play, _):
        anna = play.person("Anna")
        (result,) = await anna.inline("refund")
        assert (result["title"], result["input_message_content"]["message_text"]) == ("Refunds", "*refund*")
        sent = await anna.chooses(result)
        assert (sent["text"], sent["via_bot"]["username"]) == ("*refund*", "kefu_bot")


async def test_who_blocked_the_bot_cannot_write_to_it():
    async with playing() as (play, _):
        anna = play.person("Anna")
        await anna.starts()
        await anna.blocks()
        with pytest.raises(ActImpossible, match="they blocked the bot"):
            await anna.writes("hello?")


async def test_a_query_left_too_long_is_refused():
    now = [1_800_000_000.0]
    async with playing(clock=lambda: now[0]) as (play, bot):
        anna = play.person("Anna")
        await anna.starts()
        await bot.send_message(anna.id, "press", reply_markup=buttons({"ok": "k"}))
        with pytest.raises(AssertionError):
            await anna.presses("ok", timeout=0.01)
        query = (await bot.get_updates())[-1].callback_query
        assert query is not None
        now[0] += 31
        with pytest.raises(Exception, match="query is too old and response timeout expired or query ID is invalid"):
            await bot.answer_callback_query(query.id)


async def test_the_same_id_is_the_same_person():
    async with playing() as (play, _):
        assert play.person("Anna", id=7) is play.person("Somebody else", id=7)
        assert play.person("Ben").id != 7
