"""The desk on the playground's page, and the page itself: topics, agents, reconnecting, faults, languages, screens."""

import re
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest
import pytest_asyncio

from tests.e2e.pages import Browser, Scene, chromium, expect, opened, row

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


async def test_the_desk_shows_topics_and_writes_as_the_agent_chosen(scene: Scene):
    topic = await scene.call("createForumTopic", chat_id=scene.desk.id, name="Anna #1")
    thread = topic["message_thread_id"]
    card = await scene.call("sendMessage", chat_id=scene.desk.id, message_thread_id=thread, text="Ticket #1, open")
    await scene.call("pinChatMessage", chat_id=scene.desk.id, message_id=card["message_id"])
    place = row(scene.right, "Anna #1")
    await expect(place.locator(".list-line .count")).to_have_text("3")
    await place.click()
    await expect(scene.right.locator(".pins")).to_contain_text("Ticket #1, open")
    await expect(place.locator(".list-line .count")).to_have_count(0)
    await scene.right.get_by_role("button", name="Write as Olga").click()
    await scene.page.get_by_role("menuitemradio", name="Ming").click()
    await scene.forget_updates()  # the topic and the pin
    await scene.writes(scene.right, "On it")
    message = await scene.update("message")
    assert (message["from"]["first_name"], message["text"], message["message_thread_id"]) == ("Ming", "On it", thread)
    await row(scene.right, "General").click()
    await expect(scene.right.get_by_text("On it", exact=True)).to_have_count(0)
    await row(scene.right, "Olga").click()
    await scene.right.get_by_role("button", name="/queue").click()
    message = await scene.update("message")
    assert (message["chat"]["id"], message["text"]) == (scene.olga.id, "/queue")


async def test_a_topic_is_made_closed_and_deleted(scene: Scene):
    await scene.right.get_by_role("button", name="New topic").click()
    form = scene.page.get_by_role("dialog")
    await form.get_by_label("Name of the topic").fill("Returns")
    await form.get_by_role("button", name="Create").click()
    await row(scene.right, "Returns").click()
    for entry in ("Close topic", "Reopen topic", "Delete topic"):
        await scene.right.locator(".chat-header").get_by_role("button", name="More").click()
        await scene.page.get_by_role("menuitem", name=entry).click()
    await scene.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    await expect(row(scene.right, "Returns")).to_have_count(0)
    assert scene.desk.topics == []


async def test_new_messages_are_counted_while_reading_above_and_the_pill_goes_down(scene: Scene):
    for number in range(40):
        await scene.anna.writes(f"line {number}")
    scroller = scene.left.locator(".scroller")
    await expect(scene.left.locator("article").get_by_text("line 39")).to_be_in_viewport()
    await scroller.evaluate("node => node.scrollTo(0, 0)")
    pill = scene.left.locator(".pill")
    await expect(pill).to_be_visible()
    await scene.call("sendMessage", chat_id=scene.anna.id, text="The newest")
    await expect(pill).to_have_text("1")
    await pill.click()
    await expect(scene.left.locator("article").get_by_text("The newest")).to_be_in_viewport()
    await expect(pill).not_to_be_visible()


async def test_the_page_comes_back_after_the_server_was_away(scene: Scene):
    port = urlsplit(scene.play.url).port
    assert port is not None
    await scene.play.stop()
    await expect(scene.page.get_by_text("Reconnecting…")).to_be_visible()
    await scene.anna.writes("written meanwhile")
    await scene.play.start(host="127.0.0.1", port=port)
    await expect(scene.left.locator("article").get_by_text("written meanwhile")).to_be_visible()
    await expect(scene.page.get_by_text("Connected")).to_be_visible()
    scene.complaints.clear()  # the browser itself logs each refused connection


async def test_faults_are_ordered_from_the_page(scene: Scene):
    await scene.page.get_by_role("button", name="Make it fail").click()
    form = scene.page.get_by_role("dialog")
    await form.get_by_label("What happens").select_option("500")
    await form.get_by_label("Which method").select_option("sendMessage")
    await form.get_by_role("button", name="Arm it").click()
    await expect(scene.page.get_by_text("Armed: 500 Internal Server Error, 1×")).to_be_visible()
    ordered = [(fault.kind, fault.method, fault.times) for fault in scene.play.faults.ordered]
    assert ordered == [("500", "sendmessage", 1)]


async def test_a_start_link_of_the_bot_starts_it(scene: Scene):
    await scene.call("sendMessage", chat_id=scene.anna.id, text="https://t.me/kefu_bot?start=invite_42")
    await scene.left.locator("article").get_by_role("link").click()
    assert (await scene.update("message"))["text"] == "/start invite_42"


async def test_a_narrow_chinese_page_shows_one_side_at_a_time(browser: Browser):
    async with opened(browser, width=390, locale="zh-CN", color_scheme="dark") as scene:
        await expect(scene.right).not_to_be_visible()
        await row(scene.left, "李伟").click()
        await scene.writes(scene.left, "你好")
        assert (await scene.update("message"))["text"] == "你好"
        await scene.left.get_by_role("button", name="返回").click()
        await expect(row(scene.left, "李伟")).to_be_visible()
        await scene.page.get_by_role("button", name="客服台").click()
        await expect(row(scene.right, "综合")).to_be_visible()
        assert await scene.page.evaluate("document.documentElement.scrollWidth") == 390
        await scene.page.get_by_role("button", name="Switch to English").click()
        await expect(row(scene.right, "General")).to_be_visible()


async def test_the_languages_have_the_same_words_with_the_same_gaps(scene: Scene):
    words = await scene.page.evaluate("import('/static/texts.js').then((texts) => texts.WORDS)")
    gaps = {
        code: {name: sorted(re.findall(r"\{\w+\}", text)) for name, text in known.items()}
        for code, known in words.items()
    }
    assert gaps["zh"] == gaps["en"]


async def test_the_theme_is_turned_and_remembered(scene: Scene):
    await scene.page.get_by_role("button", name="Dark mode").click()
    await scene.page.reload()
    await expect(scene.page.locator("html")).to_have_attribute("data-theme", "dark")
    await scene.page.get_by_role("button", name="Light mode").click()
    await expect(scene.page.locator("html")).to_have_attribute("data-theme", "light")
