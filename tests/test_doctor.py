import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.database import Database
from bot.doctor import Finding, Health, delivery, examine, findings, telegram
from bot.migrating import upgrade
from bot.playground.server import Playground
from bot.settings import Settings
from tests.conftest import need_package

WELL, ILL, ASIDE = Health.WELL, Health.ILL, Health.ASIDE
FAQ = """
- id: where-is-my-order
  topic: orders
  questions: {en: [Where is my order?]}
  answer: {en: It is on its way.}
"""


@pytest.fixture(autouse=True)
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"KEFU_{name.upper()}", raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "faq").mkdir()
    (tmp_path / "faq" / "orders.yaml").write_text(FAQ)
    return tmp_path


@pytest_asyncio.fixture
async def play() -> AsyncIterator[Playground]:
    play = Playground()
    await play.start()
    yield play
    await play.stop()


async def found() -> dict[str, Finding]:
    return {finding.about: finding async for finding in findings()}


async def test_a_new_shop_is_well(shop: Path) -> None:
    lines: list[str] = []
    assert await examine(lines.append)
    assert [line.partition(":")[0] for line in lines] == [
        "✔ settings",
        "✔ time zone",
        "– database",
        "– owners",
        "✔ disk",
        "✔ FAQ",
        "– Telegram",
        "– Redis",
        "– model",
        "✔ font",
        "All is well.",
    ]
    assert [each.name for each in os.scandir(shop)] == ["faq"]


async def test_settings_that_cannot_be_used_are_all_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEFU_TIMEZONE", "Shanghai")
    lines: list[str] = []
    assert not await examine(lines.append)
    assert lines == [
        "✖ settings: KEFU_TIMEZONE: there is no time zone “Shanghai”; did you mean Asia/Shanghai?",
        "The lines with ✖ need you.",
    ]


async def test_a_database_in_use_is_looked_at(
    database_url: str, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEFU_DATABASE_URL", database_url)
    seen = await found()
    assert [seen["database"].health, seen["migrations"].health] == [WELL, WELL]
    assert seen["migrations"].words == "the database is at revision 0001, as this version needs"


async def test_a_database_that_is_empty_is_filled_later(
    empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEFU_DATABASE_URL", empty_database_url)
    seen = await found()
    assert (seen["migrations"] if "migrations" in seen else seen["database"]).health is ASIDE


async def test_a_server_that_is_away_is_named_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    need_package("asyncpg", "postgres")
    monkeypatch.setenv("KEFU_DATABASE_URL", "postgres://kefu:hush@127.0.0.1:1/shop")
    finding = (await found())["database"]
    assert finding.health is ILL
    assert finding.words.startswith("it cannot be reached: ")
    assert "hush" not in finding.words


async def test_a_file_that_is_no_database_is_named(shop: Path) -> None:
    (shop / "kefu.db").write_text("this is a shopping list, not a database")
    finding = (await found())["database"]
    assert finding == Finding(
        ILL, "database", "it refuses: (sqlite3.DatabaseError) file is not a database; see KEFU_DATABASE_URL"
    )


async def test_a_faq_with_problems_is_named_by_its_first(shop: Path) -> None:
    (shop / "faq" / "orders.yaml").write_text("- id: x\n")
    finding = (await found())["FAQ"]
    assert finding == Finding(
        ILL, "FAQ", "faq/orders.yaml:1: an entry needs “answer” (and 2 more; see `python main.py faq check`)"
    )


async def test_a_shop_on_telegram_needs_an_owner(shop: Path, play: Playground, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEFU_BOT_TOKEN", play.token)
    monkeypatch.setenv("KEFU_API_ROOT", play.url)
    database = Database(f"sqlite+aiosqlite:///{shop / 'kefu.db'}")
    await upgrade(database)
    await database.dispose()
    seen = await found()
    assert seen["owners"].health is ILL
    assert seen["Telegram"] == Finding(WELL, "Telegram", f"the bot is @{play.bot['username']}")
    assert seen["delivery"] == Finding(WELL, "delivery", "by long polling")
    monkeypatch.setenv("KEFU_OWNER_IDS", "7")
    assert (await found())["owners"] == Finding(WELL, "owners", "1 by KEFU_OWNER_IDS")


async def test_a_token_that_telegram_does_not_know_is_named(play: Playground) -> None:
    settings = Settings.model_validate({"bot_token": "100000002:NoSuchBotAtAll", "api_root": play.url})
    (finding,) = [finding async for finding in telegram(settings)]
    assert finding.health is ILL
    assert finding.words.startswith("it does not know this token")


async def test_a_telegram_that_is_away_is_named(play: Playground) -> None:
    settings = Settings.model_validate({"bot_token": play.token, "api_root": "http://127.0.0.1:1"})
    (finding,) = [finding async for finding in telegram(settings)]
    assert finding == Finding(
        ILL, "Telegram", "http://127.0.0.1:1 cannot be reached; see the network, or KEFU_API_ROOT"
    )


@pytest.mark.parametrize(
    ("wanted", "info", "health"),
    [
        (None, {"url": ""}, WELL),
        (None, {"url": "https://old.example.com/"}, ASIDE),
        ("https://bot.example.com/", {"url": ""}, ASIDE),
        ("https://bot.example.com/", {"url": "https://bot.example.com/"}, WELL),
        ("https://bot.example.com/", {"url": "https://bot.example.com/", "last_error_message": "Timed out"}, ASIDE),
        (
            "https://bot.example.com/",
            {"url": "https://bot.example.com/", "last_error_message": "Timed out", "pending_update_count": 500},
            ILL,
        ),
    ],
)
def test_delivery_is_compared_with_the_settings(wanted: str | None, info: dict[str, object], health: Health) -> None:
    assert delivery(Settings(webhook_url=wanted), info).health is health


async def test_redis_is_asked(monkeypatch: pytest.MonkeyPatch, redis_url: str) -> None:
    monkeypatch.setenv("KEFU_REDIS_URL", redis_url)
    assert (await found())["Redis"] == Finding(WELL, "Redis", "it answers")
    monkeypatch.setenv("KEFU_REDIS_URL", "redis://127.0.0.1:1/0")
    assert (await found())["Redis"].health is ILL
