"""Edits, deletions, reactions: what may change, and what Telegram says of the rest."""

from aiogram.types import BufferedInputFile, InputMediaPhoto, ReactionTypeEmoji

from bot.playground.media import sample
from tests.e2e.people import buttons, playing, refusal

NOT_MODIFIED = (
    "Bad Request: message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)


async def test_a_text_and_its_buttons_are_edited_but_not_to_the_same():
    async with playing() as (play, bot):
        anna = play.person("Anna")
        await anna.starts()
        sent = await bot.send_message(anna.id, "one", reply_markup=buttons({"ok": "1"}))
        place = {"chat_id": anna.id, "message_id": sent.message_id}
        same = buttons({"ok": "1"})
        assert await refusal(bot.edit_message_text("one", **place, reply_markup=same)) == NOT_MODIFIED
        edited = await bot.edit_message_text("two", **place, reply_markup=same)
        assert (edited.text, edited.edit_date is not None) == ("two", True)
        assert await refusal(bot.edit_message_reply_markup(**place, reply_markup=same)) == NOT_MODIFIED
        await bot.edit_message_reply_markup(**place, reply_markup=None)
        assert [(one["text"], one.get("reply_markup")) for one in anna.sees()] == [("/start", None), ("two", None)]


async def test_formatting_alone_is_a_change():
    async with playing() as (play, bot):
        anna = play.person("Anna")
        await anna.starts()
        sent = await bot.send_message(anna.id, "one")
        place = {"chat_id": anna.id, "message_id": sent.message_id}
        await bot.edit_message_text("<b>one</b>", **place, parse_mode="HTML")
        assert await refusal(bot.edit_message_text("<b>one</b>", **place, parse_mode="HTML")) == NOT_MODIFIED


async def test_what_cannot_be_edited():
    async with playing() as (play, bot):
        anna = play.person("Anna")
        hers = await anna.writes("mine")
        photo = await bot.send_photo(anna.id, BufferedInputFile(sample("photo"), "p.png"), caption="c")
        text = await bot.send_message(anna.id, "t")
        assert await refusal(bot.edit_message_text("x", chat_id=anna.id, message_id=999)) == (
            "Bad Request: message to edit not found"
        )
        assert await refusal(bot.edit_message_text("x", chat_id=anna.id, message_id=hers["message_id"])) == (
            "Bad Request: message can't be edited"
        )
        assert await refusal(bot.edit_message_text("x", chat_id=anna.id, message_id=photo.message_id)) == (
            "Bad Request: there is no text in the message to edit"
        )
        assert await refusal(bot.edit_message_caption(chat_id=anna.id, message_id=text.message_id, caption="x")) == (
            "Bad Request: there is no caption in the message to edit"
        )


async def test_a_caption_and_a_medium_are_edited():
    async with playing() as (play, bot):
        anna = play.person("Anna")
        await anna.starts()
        sent = await bot.send_photo(anna.id, BufferedInputFile(sample("photo"), "p.png"), caption="before")
        place = {"chat_id": anna.id, "message_id": sent.message_id}
        edited = await bot.edit_message_caption(**place, caption="after")
        assert edited.caption == "after"
        medium = InputMediaPhoto(media=BufferedInputFile(sample("photo"), "q.png"), caption="new")
        changed = await bot.edit_message_media(medium, **place)
        assert changed.photo is not None
        assert sent.photo is not None
        assert changed.caption == "new"
        assert changed.photo[-1].file_id != sent.photo[-1].file_id


async def test_deleting_in_a_private_chat_ends_after_two_days():
    now = [1_800_000_000.0]
    async with playing(clock=lambda: now[0]) as (play, bot):
        anna = play.person("Anna")
        hers = await anna.writes("secret")
        old = await bot.send_message(anna.id, "old")
        assert await bot.delete_message(anna.id, hers["message_id"])
        now[0] += 48 * 3600 + 1
        assert await refusal(bot.delete_message(anna.id, old.message_id)) == (
            "Bad Request: message can't be deleted for everyone"
        )
        assert await refusal(bot.delete_message(anna.id, hers["message_id"])) == (
            "Bad Request: message to delete not found"
        )
        fresh = await bot.send_message(anna.id, "fresh")
        assert await bot.delete_messages(anna.id, [fresh.message_id, 999])
        assert [one["text"] for one in anna.sees()] == ["old"]


async def test_a_persons_edit_reaches_the_bot_and_what_waited_stays_as_it_was():
    async with playing() as (play, bot):
        anna = play.person("Anna")
        message = await anna.writes("frist")
        await anna.edits(message, "first")
        before, after = await bot.get_updates()
        assert before.message is not None
        assert after.edited_message is not None
        assert (before.message.text, after.edited_message.text) == ("frist", "first")
        assert after.edited_message.edit_date is not None
        await anna.deletes(message)
        assert anna.sees() == []
        assert len(await bot.get_updates()) == 2


async def test_one_reaction_from_the_list():
    async with playing() as (play, bot):
        anna = play.person("Anna")
        message = await anna.writes("thanks")
        heart = [ReactionTypeEmoji(emoji="❤")]
        assert await bot.set_message_reaction(anna.id, message["message_id"], heart)
        assert play.world.chats[anna.id].reactions[message["message_id"]][play.bot["id"]] == [
            {"type": "emoji", "emoji": "❤"}
        ]
        assert await refusal(
            bot.set_message_reaction(anna.id, message["message_id"], [ReactionTypeEmoji(emoji="🧾")])
        ) == ("Bad Request: REACTION_INVALID")
        assert await refusal(bot.set_message_reaction(anna.id, 99, heart)) == (
            "Bad Request: message to react not found"
        )
