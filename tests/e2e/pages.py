"""A playground with its page open in Chromium, and the bot played by the test with raw Bot API calls.

What the tests of the page start with. Each also holds that the page logged no error and that no request left this
machine. Without playwright or Chromium the tests are skipped with one line; with CI set that is a failure.
"""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest

from bot.playground.people import Group, Person
from bot.playground.server import Playground

CHROMIUM = shutil.which("chromium")
SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

if os.environ.get("CI"):
    assert CHROMIUM, "CI needs Debian's chromium for the page's tests"
    from playwright.async_api import Browser, Locator, Page, async_playwright, expect
elif CHROMIUM:
    playwright = pytest.importorskip(
        "playwright.async_api", reason="playwright is not installed: the page is not tested"
    )
    from playwright.async_api import Browser, Locator, Page, async_playwright, expect
else:
    pytest.skip("there is no chromium: the page is not tested", allow_module_level=True)

Json = dict[str, Any]
LONG_POLL = 20
PATIENCE_MS = 8000


@dataclass
class Scene:
    """A playground with two customers and a desk, its page, and the bot's hands."""

    play: Playground
    session: aiohttp.ClientSession
    page: Page
    anna: Person
    wei: Person
    olga: Person
    desk: Group
    offset: int = 0
    complaints: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)

    @property
    def left(self) -> Locator:
        return self.page.locator(".side-customers")

    @property
    def right(self) -> Locator:
        return self.page.locator(".side-desk")

    async def call(self, method: str, **params: Any) -> Any:
        """One Bot API call as a bot makes it."""
        url = f"{self.play.url}/bot{self.play.token}/{method}"
        async with self.session.post(url, json=params) as response:
            body = await response.json()
        assert body["ok"], body
        return body["result"]

    async def update(self, kind: str) -> Json:
        """The next update of this kind, as a polling bot gets it."""
        while True:
            for update in await self.call("getUpdates", offset=self.offset, timeout=LONG_POLL, limit=1):
                self.offset = update["update_id"] + 1
                if kind in update:
                    return dict(update[kind])

    async def forget_updates(self) -> None:
        """Confirm what happened while the scene was set."""
        for update in await self.call("getUpdates", offset=-1):
            self.offset = update["update_id"] + 1

    async def writes(self, side: Locator, text: str) -> None:
        await side.get_by_role("textbox").fill(text)
        await side.get_by_role("textbox").press("Enter")


@asynccontextmanager
async def opened(browser: Browser, width: int = 1440, **options: Any) -> AsyncIterator[Scene]:
    play = Playground(token="100000001:KefuPlayground", state=None)
    play.limits.enabled = False
    await play.start(host="127.0.0.1", port=0)
    anna = play.person("Anna", username="anna", language_code="en")
    wei = play.person("李伟", language_code="zh-hans")
    olga, ming = play.person("Olga", username="olga"), play.person("Ming")
    desk = play.group("Support desk", forum=True)
    desk.add(olga, admin=True)
    desk.add(ming)
    play.add_bot(desk)
    anna.account.started = True
    context = await browser.new_context(viewport={"width": width, "height": 900}, **{"locale": "en-US", **options})
    context.set_default_timeout(PATIENCE_MS)
    page = await context.new_page()
    async with aiohttp.ClientSession() as session:
        scene = Scene(play, session, page, anna, wei, olga, desk)
        page.on("console", lambda said: said.type == "error" and scene.complaints.append(said.text))
        page.on("pageerror", lambda error: scene.complaints.append(str(error)))
        page.on(
            "request", lambda request: scene.hosts.add(urlsplit(request.url).hostname or urlsplit(request.url).scheme)
        )
        await scene.forget_updates()
        await page.goto(play.url)
        await expect(page.locator(".side-customers [data-key]")).to_have_count(2)
        yield scene
        assert scene.complaints == []
        assert scene.hosts <= {"127.0.0.1", "blob", "data"}
    await context.close()
    await play.stop()


def row(side: Locator, title: str) -> Locator:
    """The row of a person or topic in a side's list."""
    return side.locator(".list").get_by_title(title, exact=True)


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
        yield browser
        await browser.close()
