"""Files up and down, albums, captions, copies and forwards."""

import pytest
from aiogram.types import BufferedInputFile, InputMediaDocument, InputMediaPhoto

from bot.playground.media import sample
from bot.playground.people import Piece
from tests.e2e.people import playing, refusal


def picture(name: str = "p.png") -> BufferedInputFile:
    return BufferedInputFile(sample("photo"), name)


async def test_a_photo_from_a_person_can_be_downloaded_and_sent_on_by_its_id():
    async with playing() as (play, bot):
        anna = play.person("Anna")
        await anna.sends_photo(caption="broken")
        (update,) = await bot.get_updates()
        assert update.message is not None
        assert update.message.photo is not None
        size = update.message.photo[-1]
        assert (update.message.caption, size.width, size.height) == ("broken", 64, 48)
        file = await bot.get_file(size.file_id)
        assert file.file_path is not None
        content = await bot.download_file(file.file_path)
        assert content is not None
        assert content.read() == sample("photo")
        again = await bot.send_photo(anna.id, size.file_id)
        assert again.photo is not None
        assert again.photo[-1].file_id == size.file_id
        assert await refusal(bot.send_document(anna.id, size.file_id)) == (
            "Bad Request: can't use file of type Photo as Document"
        )


async def test_uploads_reach_the_person():
    async with playing() as (play, bot):
        anna = play.person("Anna")
        await anna.starts()
        await bot.send_document(
            anna.id, BufferedInputFile(b"a,b\n", "report 你好.csv"), caption="<b>Report</b>", parse_mode="HTML"
        )
        await bot.send_voice(anna.id, BufferedInputFile(b"ogg", "v.oga"), duration=4)
        await bot.send_sticker(anna.id, BufferedInputFile(b"webp", "s.webp"))
        document, voice, sticker = await anna.reads_messages(3)
        assert (document["document"]["file_name"], document["caption"]) == ("report 你好.csv", "Report")
        assert document["caption_entities"] == [{"type": "bold", "offset": 0, "length": 6}]
        assert voice["voice"]["duration"] == 4
        assert sticker["sticker"]["width"] == 512
        assert play.world.files.by_id[document["document"]["file_id"]].content == b"a,b\n"


async def test_what_no_picture_is_no_photo_and_unknown_files_are_refused():
    async with playing() as (play, bot):
        anna = play.person("Anna")
        await anna.starts()
        text = BufferedInputFile(b"text", "x.png")
        assert await refusal(bot.send_photo(anna.id, text)) == "Bad Request: IMAGE_PROCESS_FAILED"
        assert await refusal(bot.send_photo(anna.id, "AgADnothing")) == (
            "Bad Request: wrong file identifier/HTTP URL specified"
        )
        assert await refusal(bot.get_file("AgADnothing")) == (
            "Bad Request: wrong file_id or the file is temporarily unavailable"
        )
        assert await refusal(bot.send_photo(anna.id, picture(), caption="x" * 1025)) == (
            "Bad Request: message caption is too long"
        )
        empty = BufferedInputFile(b"", "x.txt")
        assert await refusal(bot.send_document(anna.id, empty)) == "Bad Request: file must be non-empty"


async def test_a_file_over_twenty_megabytes_is_not_handed_out():
    async with playing() as (play, bot):
        sent = await play.person("Anna").sends_document(b"x" * ((20 << 20) + 1), "big.bin")
        assert await refusal(bot.get_file(sent["document"]["file_id"])) == "Bad Request: file is too big"


async def test_a_persons_album_is_one_group_of_updates():
    async with playing() as (play, bot):
        anna = play.person("Anna")
        await anna.sends_album(["photo", Piece("video", b"mp4"), "photo"], caption="three")
        parts = [update.message for update in await bot.get_updates() if update.message]
        assert [part.content_type for part in parts] == ["photo", "video", "photo"]
        assert [part.caption for part in parts] == ["three", None, None]
        assert len({part.media_group_id for part in parts}) == 1
        assert parts[0].media_group_id is not None


async def test_a_forwarded_album_names_its_hidden_origin():
    async with playing() as (play, bot):
        await play.person("Anna").forwards_album(["photo", "photo"], origin="Her friend")
        parts = [update.message for update in await bot.get_updates() if update.message]
        assert [part.forward_origin.model_dump()["sender_user_name"] for part in parts if part.forward_origin] == (
            ["Her friend", "Her friend"]
        )


async def test_the_bots_album():
    async with playing() as (play, bot):
        anna = play.person("Anna")
        await anna.starts()
        sent = await bot.send_media_group(
            anna.id, [InputMediaPhoto(media=picture(), caption="one"), InputMediaPhoto(media=picture("q.png"))]
        )
        assert len({message.media_group_id for message in sent}) == 1
        assert await anna.reads(2) == ["one", "[photo]"]
        mixed = [InputMediaPhoto(media=picture()), InputMediaDocument(media=BufferedInputFile(b"x", "x.txt"))]
        assert await refusal(bot.send_media_group(anna.id, mixed)) == (
            "Bad Request: Document can't be mixed with other media types"
        )


async def test_copies_carry_the_content_and_forwards_the_origin():
    async with playing() as (play, bot):
        anna, ben = play.person("Anna"), play.person("Ben")
        await ben.starts()
        first, second = await anna.sends_album(["photo", "photo"], caption="look")
        spoken = await anna.writes("hello **there**")
        await bot.copy_message(ben.id, anna.id, spoken["message_id"])
        await bot.copy_message(ben.id, anna.id, first["message_id"], caption="new caption")
        await bot.copy_messages(ben.id, anna.id, [first["message_id"], second["message_id"]])
        await bot.forward_message(ben.id, anna.id, spoken["message_id"])
        text, photo, one, two, forward = await ben.reads_messages(5)
        assert (text["text"], photo["caption"], one["caption"]) == ("hello **there**", "new caption", "look")
        assert one["media_group_id"] == two["media_group_id"]
        assert one["media_group_id"] != first["media_group_id"]
        assert "forward_origin" not in text
        assert forward["forward_origin"]["sender_user"]["id"] == anna.id


@pytest.mark.parametrize(("method", "reason"), [("copy", "copy"), ("forward", "forward")])
async def test_what_is_gone_is_neither_copied_nor_forwarded(method: str, reason: str):
    async with playing() as (play, bot):
        anna = play.person("Anna")
        await anna.starts()
        call = bot.copy_message if method == "copy" else bot.forward_message
        assert await refusal(call(anna.id, anna.id, 77)) == f"Bad Request: message to {reason} not found"


async def test_a_location_and_a_contact():
    async with playing() as (play, bot):
        anna, ben = play.person("Anna"), play.person("Ben", phone="+8613800138000")
        await anna.sends_location(1.5, 2.5)
        await anna.sends_contact(of=ben)
        where, who = [update.message for update in await bot.get_updates()]
        assert where is not None
        assert where.location is not None
        assert (where.location.latitude, where.location.longitude) == (1.5, 2.5)
        assert who is not None
        assert who.contact is not None
        assert (who.contact.phone_number, who.contact.user_id) == ("+8613800138000", ben.id)
        await bot.send_contact(anna.id, "+49", "Shop")
        await bot.send_location(anna.id, 3, 4)
        assert await anna.reads(2) == ["[contact]", "[location]"]
