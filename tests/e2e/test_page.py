"""A customer's chat on the playground's page: what people do there reaches the bot, and what the bot does shows."""

import re
import struct
import zlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.e2e.pages import Browser, Json, Locator, Scene, chromium, expect, opened, row

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="module")
async def scene(browser: Browser) -> AsyncIterator[Scene]:
    async with opened(browser) as scene:
        await row(scene.left, "Anna").click()
        yield scene


def picture(width: int = 40, height: int = 30) -> bytes:
    """A small PNG of one colour."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    rows = (b"\0" + bytes((40, 90, 160)) * width) * height
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def keys(*rows: list[Json]) -> Json:
    return {"inline_keyboard": list(rows)}


async def test_a_customer_writes_and_reads_the_answer(scene: Scene):
    await scene.writes(scene.left, "Where is my order?")
    message = await scene.update("message")
    assert (message["text"], message["from"]["id"]) == ("Where is my order?", scene.anna.id)
    await scene.call("sendChatAction", chat_id=scene.anna.id, action="typing")
    await expect(scene.left.get_by_text("Kefu is typing…")).to_be_visible()
    await scene.call("sendMessage", chat_id=scene.anna.id, text="It left <b>today</b>.", parse_mode="HTML")
    answer = scene.left.locator("article").last
    await expect(answer.locator(".text > strong")).to_have_text("today")
    await expect(scene.left.get_by_text("Kefu is typing…")).not_to_be_visible()


async def test_shift_enter_makes_a_line_and_enter_sends(scene: Scene):
    box = scene.left.get_by_role("textbox")
    await box.press_sequentially("one")
    await box.press("Shift+Enter")
    await box.press_sequentially("two")
    await box.press("Enter")
    assert (await scene.update("message"))["text"] == "one\ntwo"
    await expect(box).to_have_value("")


async def test_what_people_write_never_becomes_markup(scene: Scene):
    nasty = "<img src=x onerror=alert(1)> & <b>bold</b> 👩‍👩‍👧 [a](javascript:alert(1))"
    eve = scene.play.person("<i>Eve</i>", language_code="en")
    await eve.writes(nasty)
    await row(scene.left, "<i>Eve</i>").click()
    text = scene.left.locator("article .text")
    await expect(text).to_contain_text(nasty)
    assert await text.locator("img, b, a").count() == 0
    await expect(scene.left.locator(".headline h2")).to_contain_text("<i>Eve</i>")


async def test_entities_count_utf16_and_unsafe_links_are_inert(scene: Scene):
    text = "😀 bold 中文 link secret"
    entities = [
        {"type": "bold", "offset": 3, "length": 7},
        {"type": "italic", "offset": 8, "length": 2},
        {"type": "text_link", "offset": 11, "length": 4, "url": "https://example.org/?a=1"},
        {"type": "spoiler", "offset": 16, "length": 6},
    ]
    await scene.call("sendMessage", chat_id=scene.anna.id, text=text, entities=entities)
    drawn = scene.left.locator("article .text").last
    await expect(drawn.locator("strong")).to_have_text("bold 中文")
    await expect(drawn.locator("strong em")).to_have_text("中文")
    await expect(drawn.get_by_role("link")).to_have_attribute("href", "https://example.org/?a=1")
    hidden = drawn.get_by_role("button", name="Hidden text")
    await hidden.click()
    await expect(drawn.locator(".spoiler.shown")).to_have_text("secret")


async def test_an_inline_button_waits_until_the_bot_answers(scene: Scene):
    rows = keys(
        [{"text": "Solved", "callback_data": "ok", "style": "success"}, {"text": "A person", "callback_data": "p"}]
    )
    sent = await scene.call("sendMessage", chat_id=scene.anna.id, text="Did that help?", reply_markup=rows)
    button = scene.left.get_by_role("button", name="Solved")
    await expect(button).to_have_class(re.compile("style-success"))
    await button.click()
    query = await scene.update("callback_query")
    assert (query["data"], query["message"]["message_id"]) == ("ok", sent["message_id"])
    await expect(button).to_have_attribute("aria-busy", "true")
    await scene.call("answerCallbackQuery", callback_query_id=query["id"], text="Glad to hear")
    await expect(scene.page.get_by_role("status").get_by_text("Glad to hear")).to_be_visible()
    await expect(button).not_to_have_attribute("aria-busy", "true")
    await scene.left.get_by_role("button", name="A person").click()
    query = await scene.update("callback_query")
    await scene.call("answerCallbackQuery", callback_query_id=query["id"], text="Ticket #1", show_alert=True)
    alert = scene.page.get_by_role("dialog")
    await expect(alert).to_contain_text("Ticket #1")
    await alert.get_by_role("button", name="OK").click()
    await expect(alert).to_have_count(0)


async def test_a_reply_keyboard_sends_words_and_a_phone_number_and_goes(scene: Scene):
    keyboard = {"keyboard": [[{"text": "Share my phone", "request_contact": True}], [{"text": "Status"}]]}
    await scene.call("sendMessage", chat_id=scene.anna.id, text="Choose", reply_markup=keyboard)
    await scene.left.get_by_role("button", name="Status").click()
    assert (await scene.update("message"))["text"] == "Status"
    await scene.left.get_by_role("button", name="Share my phone").click()
    await scene.page.get_by_role("dialog").get_by_role("button", name="Share", exact=True).click()
    contact = (await scene.update("message"))["contact"]
    assert (contact["user_id"], contact["phone_number"]) == (scene.anna.id, scene.anna.account.phone)
    await expect(scene.left.locator("article .contact")).to_contain_text(contact["phone_number"])
    await scene.call("sendMessage", chat_id=scene.anna.id, text="Thanks", reply_markup={"remove_keyboard": True})
    await expect(scene.left.get_by_role("button", name="Status")).to_have_count(0)


async def test_a_file_and_an_album_are_sent(scene: Scene):
    await attach(scene, "File", [{"name": "invoice.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 demo"}])
    document = (await scene.update("message"))["document"]
    assert (document["file_name"], document["file_size"]) == ("invoice.pdf", 13)
    await expect(scene.left.locator("article .file")).to_contain_text("invoice.pdf")
    await scene.left.get_by_role("textbox").fill("both sides")
    photos = [{"name": f"{name}.png", "mimeType": "image/png", "buffer": picture()} for name in ("front", "back")]
    await attach(scene, "Photo or video", photos)
    first, second = await scene.update("message"), await scene.update("message")
    assert first["media_group_id"] == second["media_group_id"]
    assert (first["caption"], "caption" in second) == ("both sides", False)
    tiles = scene.left.locator("article .album .picture")
    await expect(tiles).to_have_count(2)
    await tiles.first.click()
    await expect(scene.page.locator("dialog.lightbox img")).to_be_visible()
    await scene.page.keyboard.press("Escape")
    await expect(scene.page.locator("dialog.lightbox")).to_have_count(0)


async def attach(scene: Scene, kind: str, files: list[Any]) -> None:
    await scene.left.get_by_role("button", name="Attach").click()
    async with scene.page.expect_file_chooser() as chooser:
        await scene.page.get_by_role("menuitem", name=kind).click()
    await (await chooser.value).set_files(files)


async def test_a_sticker_and_a_location_are_sent(scene: Scene):
    await scene.left.get_by_role("button", name="Emoji and stickers").click()
    await scene.left.locator(".stickers").get_by_role("button", name="🎉").click()
    assert "sticker" in await scene.update("message")
    await expect(scene.left.locator("article img.sticker")).to_be_visible()
    await scene.left.get_by_role("button", name="Attach").click()
    await scene.page.get_by_role("menuitem", name="Location").click()
    form = scene.page.get_by_role("dialog")
    await form.get_by_label("Latitude").fill("1.5")
    await form.get_by_label("Longitude").fill("-2.25")
    await form.get_by_role("button", name="Send").click()
    assert (await scene.update("message"))["location"] == {"latitude": 1.5, "longitude": -2.25}


async def test_own_messages_are_edited_answered_and_deleted(scene: Scene):
    await scene.writes(scene.left, "I have a qestion")
    await scene.update("message")
    own = scene.left.locator("article.own")
    await choose(scene, own, "Edit")
    await scene.writes(scene.left, "I have a question")
    assert (await scene.update("edited_message"))["text"] == "I have a question"
    await expect(own.locator(".edited")).to_have_text("edited")
    sent = await scene.call("sendMessage", chat_id=scene.anna.id, text="Go on")
    await choose(scene, scene.left.locator("article.other"), "Reply")
    await scene.writes(scene.left, "Here it is")
    assert (await scene.update("message"))["reply_to_message"]["message_id"] == sent["message_id"]
    await expect(own.last.locator(".quote")).to_contain_text("Go on")
    await choose(scene, own.last, "Delete")
    await scene.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    await expect(own).to_have_count(1)


async def choose(scene: Scene, message: Locator, entry: str) -> None:
    await message.locator(".bubble").click(button="right")
    await scene.page.get_by_role("menuitem", name=entry, exact=True).click()


async def test_a_forced_reply_quotes_the_question_once(scene: Scene):
    asked = {"force_reply": True, "input_field_placeholder": "e.g. 1234"}
    sent = await scene.call("sendMessage", chat_id=scene.anna.id, text="Which order?", reply_markup=asked)
    await expect(scene.left.get_by_placeholder("e.g. 1234")).to_be_visible()
    await expect(scene.left.locator(".strip")).to_contain_text("Which order?")
    await scene.writes(scene.left, "1234")
    assert (await scene.update("message"))["reply_to_message"]["message_id"] == sent["message_id"]
    await scene.page.reload()
    await expect(scene.left.locator("article")).to_have_count(2)
    await expect(scene.left.locator(".strip")).to_have_count(0)


async def test_a_reaction_is_given_and_taken_back(scene: Scene):
    await scene.call("sendMessage", chat_id=scene.anna.id, text="Done")
    await choose(scene, scene.left.locator("article"), "React 👍")
    chip = scene.left.locator("article .reaction")
    await expect(chip).to_have_text("👍")
    await chip.click()
    await expect(chip).to_have_count(0)


async def test_commands_are_offered_while_they_are_typed(scene: Scene):
    commands = [{"command": name, "description": f"About {name}"} for name in ("help", "ticket", "tickets")]
    await scene.call("setMyCommands", commands=commands)
    await scene.left.get_by_role("button", name="Commands").click()
    await expect(scene.left.get_by_role("option")).to_have_count(3)
    await scene.left.get_by_role("textbox").fill("/ti")
    await expect(scene.left.get_by_role("option")).to_have_text(["/ticketAbout ticket", "/ticketsAbout tickets"])
    await scene.left.get_by_role("textbox").press("ArrowDown")
    await scene.left.get_by_role("textbox").press("Enter")
    assert (await scene.update("message"))["text"] == "/tickets"


async def test_inline_results_are_shown_and_chosen(scene: Scene):
    await scene.left.get_by_role("textbox").fill("@kefu_bot refund")
    query = await scene.update("inline_query")
    assert query["query"] == "refund"
    content = {"message_text": "Refunds take five days."}
    result = {"type": "article", "id": "1", "title": "Refunds", "input_message_content": content}
    await scene.call("answerInlineQuery", inline_query_id=query["id"], results=[result])
    await scene.left.get_by_role("option", name="Refunds").click()
    await expect(scene.left.locator("article.own .text")).to_contain_text("Refunds take five days.")


async def test_a_new_customer_is_added_and_tries_a_suggested_question(scene: Scene):
    await scene.left.get_by_role("button", name="New customer").click()
    form = scene.page.get_by_role("dialog")
    await form.get_by_label("First name").fill("小红")
    await form.get_by_label("Language").select_option("zh-hans")
    await form.get_by_role("button", name="Create").click()
    await expect(scene.left.locator(".headline h2")).to_contain_text("小红")
    await scene.left.get_by_role("button", name="我的订单到哪了？").click()
    message = await scene.update("message")
    assert (message["text"], message["from"]["language_code"]) == ("我的订单到哪了？", "zh-hans")


async def test_a_blocked_bot_is_unblocked(scene: Scene):
    await scene.left.get_by_role("button", name="More").first.click()
    await scene.page.get_by_role("menuitem", name="Block the bot").click()
    assert (await scene.update("my_chat_member"))["new_chat_member"]["status"] == "kicked"
    await expect(scene.left.get_by_role("textbox")).not_to_be_visible()
    await scene.left.get_by_role("button", name="Unblock the bot").click()
    await expect(scene.left.get_by_role("textbox")).to_be_visible()
