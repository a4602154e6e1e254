"""What every test may ask for: a fresh migrated ``database`` on SQLite and on PostgreSQL, Redis, the time.

What a machine lacks is skipped with a line that says so; with ``CI`` set it fails instead.
"""

import os
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from datetime import datetime
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import NoReturn

import pytest
import pytest_asyncio
from sqlalchemy import URL, make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from bot.database import Database
from bot.migrating import upgrade
from tests import factories, servers

_names = count(1)


@pytest.fixture
def now() -> datetime:
    """The Monday morning on which the tests happen."""
    return factories.NOW


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def dialect(request: pytest.FixtureRequest) -> str:
    """Which database the test runs on; it runs once on each."""
    name: str = request.param
    return name


@pytest.fixture
def database_url(dialect: str, request: pytest.FixtureRequest) -> str:
    """The URL of a fresh, migrated database."""
    url: str = request.getfixturevalue(f"{dialect}_url")
    return url


@pytest.fixture
def empty_database_url(dialect: str, request: pytest.FixtureRequest) -> str:
    """The URL of a database that nothing was done to yet."""
    url: str = request.getfixturevalue(f"empty_{dialect}_url")
    return url


@pytest_asyncio.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A fresh, migrated database, closed after the test."""
    database = Database(database_url)
    yield database
    await database.dispose()


@pytest_asyncio.fixture
async def opened() -> AsyncIterator[Callable[[str], Database]]:
    """Opens further databases by URL, as other processes would; each is closed after the test."""
    databases: list[Database] = []

    def open_one(url: str) -> Database:
        databases.append(Database(url))
        return databases[-1]

    yield open_one
    for database in databases:
        await database.dispose()


# SQLite: migrated once, then copied as a file.


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    shutil.copyfile(sqlite_template, tmp_path / "kefu.db")
    return f"sqlite+aiosqlite:///{tmp_path / 'kefu.db'}"


@pytest.fixture
def empty_sqlite_url(tmp_path: Path) -> str:
    return f"sqlite+aiosqlite:///{tmp_path / 'empty.db'}"


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    await _migrate(f"sqlite+aiosqlite:///{path}")
    return path


# PostgreSQL: one cluster a session, migrated once, then copied as a template.


@pytest_asyncio.fixture
async def postgres_url(postgres_template: URL) -> AsyncIterator[str]:
    name = f"test_{next(_names)}"
    await _order(postgres_template, f"CREATE DATABASE {name} TEMPLATE {postgres_template.database}")
    yield _at(postgres_template, name)
    await _order(postgres_template, f"DROP DATABASE {name} WITH (FORCE)")


@pytest_asyncio.fixture
async def empty_postgres_url(postgres_cluster: URL) -> AsyncIterator[str]:
    name = f"empty_{next(_names)}"
    await _order(postgres_cluster, f"CREATE DATABASE {name}")
    yield _at(postgres_cluster, name)
    await _order(postgres_cluster, f"DROP DATABASE {name} WITH (FORCE)")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def postgres_template(postgres_cluster: URL) -> URL:
    await _order(postgres_cluster, "CREATE DATABASE template_of_tests")
    await _migrate(_at(postgres_cluster, "template_of_tests"))
    return postgres_cluster.set(database="template_of_tests")


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[URL]:
    need_package("asyncpg", "postgres")
    with ExitStack() as stack:
        yield make_url(_start(stack, servers.postgres))


# Redis: one server a session, emptied for each test.


@pytest_asyncio.fixture
async def redis_url(redis_server: str) -> str:
    from redis.asyncio import Redis  # noqa: PLC0415 - comes with an extra

    async with Redis.from_url(redis_server) as client:
        await client.flushall()
    return redis_server


@pytest.fixture(scope="session")
def redis_server() -> Iterator[str]:
    need_package("redis", "redis")
    with ExitStack() as stack:
        yield _start(stack, servers.redis)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was skipped in one line for each reason, however many tests want the same."""
    skipped = terminalreporter.getreports("skipped")
    reasons = Counter(report.longrepr[2].removeprefix("Skipped: ") for report in skipped)
    for reason, number in reasons.most_common():
        terminalreporter.write_line(f"skipped {number}: {reason}")


def missing(what: str) -> NoReturn:
    """Skip the test for want of something on this machine; in CI that is a failure."""
    if os.environ.get("CI"):
        pytest.fail(f"{what}, and CI skips nothing", pytrace=False)
    pytest.skip(what)


def need_package(name: str, extra: str) -> None:
    """Skip the test (see :func:`missing`) unless this package of an extra is installed."""
    if find_spec(name) is None:
        missing(f"{name} is not installed (pip install '.[{extra}]')")


def _start(stack: ExitStack, server: Callable[[], AbstractContextManager[str]]) -> str:
    try:
        return stack.enter_context(server())
    except servers.ProgramMissing as lack:
        missing(str(lack))


async def _migrate(url: str) -> None:
    database = Database(url)
    await upgrade(database)
    await database.dispose()


def _at(server: URL, name: str) -> str:
    return server.set(database=name).render_as_string(hide_password=False)


async def _order(server: URL, sql: str) -> None:
    """Run a statement that PostgreSQL takes outside of transactions and of the database in question only."""
    engine = create_async_engine(server.set(database="postgres"), isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(sql))
    await engine.dispose()
