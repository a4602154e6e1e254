"""A whole desk for the stories: the local Telegram, the real bot over HTTP, and the people at both ends.

The bot runs in the test's own process, with its own database; what it understands of the demo FAQ is built once.
"""

import asyncio
import shutil
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import structlog
from pydantic import SecretStr

from bot.app import App
from bot.clock import utc_now
from bot.crm import agents, desks
from bot.crm.agents import Role
from bot.database import Database
from bot.desk.knowledge import sync_files
from bot.nlp.faq import Entry
from bot.nlp.files import load_faq
from bot.nlp.understanding import Understanding
from bot.playground.people import Group, Person
from bot.playground.server import Playground
from bot.settings import Settings

FAQ = Path(__file__).parents[2] / "faq"
PATIENCE_S = 30.0

structlog.configure(
    processors=[
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="%H:%M:%S"),
        # a traceback with the values of variables takes seconds, in which nothing else of the bot moves
        structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
    ]
)


@dataclass
class Desk:
    """The stage of a story. ``olivia`` owns the desk, ``ming`` and ``carla`` are agents, the others customers."""

    play: Playground
    app: App
    settings: Settings
    group: Group
    olivia: Person
    ming: Person
    carla: Person
    anna: Person
    wang: Person
    is_running: bool = False

    @property
    def database(self) -> Database:
        return self.app.database

    async def settled(self, within: float = PATIENCE_S) -> None:
        """Wait until every update is worked off and every queued message is sent."""
        give_up_at = time.monotonic() + within
        while self.play.pending_updates or not self.app.is_idle:
            if time.monotonic() > give_up_at:
                raise AssertionError(f"not settled: {len(self.play.pending_updates)} updates pending")
            await asyncio.sleep(0.002)

    async def rows(self, statement: Any) -> Sequence[Any]:
        """What the record says."""
        async with self.database.read() as tx:
            return await tx.all(statement)

    async def restart(self) -> None:
        """Stop the bot in order and start it again."""
        await self.stop_bot()
        await self.start_bot()

    async def stop_bot(self) -> None:
        self.is_running = False
        await self.app.stop()

    async def start_bot(self) -> None:
        self.app = App(self.settings)
        try:
            await self.app.start()
        except BaseException:
            await self.app.close()
            raise
        self.is_running = True


Opening = Callable[..., Awaitable[Desk]]


@pytest.fixture(autouse=True)
def understood_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Building the understanding takes half a second, and the same entries are always understood alike."""
    monkeypatch.setattr(Understanding, "build", _build)


_really_build = Understanding.build


def _build(entries: Sequence[Entry], promise: float = 0.95, encoder: Any = None) -> Understanding:
    key = (
        tuple((e.id, e.topic, tuple(e.phrasings()), tuple(e.answer.items())) for e in entries),
        promise,
        encoder and encoder.name,
    )
    return _built(key, _Same(entries), promise, _Same(encoder))


@lru_cache(maxsize=8)
def _built(key: Any, entries: "_Same", promise: float, encoder: "_Same") -> Understanding:
    return _really_build(entries.what, promise, encoder.what)


class _Same:
    """Something that is equal to any other: the cache's key says what it is."""

    def __init__(self, what: Any) -> None:
        self.what = what

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same)

    def __hash__(self) -> int:
        return 0


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def shop_template(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file that holds the demo FAQ."""
    path = tmp_path_factory.mktemp("shop") / "shop.db"
    shutil.copyfile(sqlite_template, path)
    database = Database(f"sqlite+aiosqlite:///{path}")
    async with database.begin() as tx:
        await sync_files(tx, load_faq(FAQ), utc_now())
    await database.dispose()
    return path


@pytest_asyncio.fixture
async def open_desk(shop_template: Path, tmp_path: Path) -> AsyncIterator[Opening]:
    """Opens desks: ``await open_desk(bound=False)`` and further settings by name."""
    opened: list[Desk] = []

    async def open_one(*, bound: bool = True, start: bool = True, **more: Any) -> Desk:
        desk = await _open(tmp_path / f"kefu-{len(opened)}.db", shop_template, bound=bound, more=more)
        opened.append(desk)
        if start:
            await desk.start_bot()
        return desk

    yield open_one
    for desk in opened:
        if desk.is_running:
            await desk.stop_bot()
        await desk.play.stop()


@pytest_asyncio.fixture
async def desk(open_desk: Opening) -> Desk:
    """A running desk whose staff work in a forum group."""
    return await open_desk()


@pytest_asyncio.fixture
async def private_desk(open_desk: Opening) -> Desk:
    """A running desk without a group: staff work in their private chats."""
    return await open_desk(bound=False)


async def _open(path: Path, template: Path, *, bound: bool, more: dict[str, Any]) -> Desk:
    shutil.copyfile(template, path)
    play = Playground()
    play.limits.enabled = False
    await play.start()
    olivia = play.person("Olivia", username="olivia", language_code="en")
    ming = play.person("Ming", username="ming", language_code="zh-hans")
    carla = play.person("Carla", username="carla", language_code="en")
    anna = play.person("Anna", last_name="Berg", username="anna", language_code="en")
    wang = play.person("王", last_name="芳", username="wangfang", language_code="zh-hans")
    group = play.group("Support desk", forum=True)
    for person in (olivia, ming, carla):
        group.add(person)
    play.add_bot(group, admin=True)
    play.world.updates.drop_all()  # how the stage was set is no part of the story
    options: dict[str, Any] = {
        "bot_token": SecretStr(play.token),
        "api_root": play.url,
        "database_url": f"sqlite+aiosqlite:///{path}",
        "owner_ids": (olivia.id,),
        "faq_dir": FAQ,
        "sends_per_second": 10_000,
        "sends_per_second_chat": 10_000,
        "sends_per_minute_group": 600_000,
    }
    settings = Settings.model_validate(options | more)
    await _staff(Database(settings.database_url), (olivia, ming, carla), group if bound else None)
    return Desk(play, App(settings), settings, group, olivia, ming, carla, anna, wang)


async def _staff(database: Database, people: Sequence[Person], group: Group | None) -> None:
    """Olivia, Ming and Carla work here already, and have written to the bot before."""
    async with database.begin() as tx:
        for person, role in zip(people, (Role.OWNER, Role.AGENT, Role.AGENT), strict=True):
            user = person.account.user
            person.account.started = True
            agent = await agents.enlist(
                tx,
                telegram_id=person.id,
                name=user["first_name"],
                username=user["username"],
                role=role,
                language="zh" if user["language_code"] == "zh-hans" else "en",
                now=utc_now(),
            )
            if group is not None and role is Role.OWNER:
                await desks.bind(tx, chat_id=group.id, title=group.title, agent_id=agent.id, now=utc_now())
    await database.dispose()
