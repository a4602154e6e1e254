"""Units of work: kept whole or not at all, committed in groups, and honest about a database that is away."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import Column, Integer, MetaData, Table, event, insert, select, text
from sqlalchemy.exc import IntegrityError, StatementError

from bot import sqlite
from bot.database import Database, UtcDateTime
from bot.errors import DatabaseUnavailable
from bot.transactions import Transaction
from tests.conftest import need_package

marks = Table("marks", MetaData(), Column("number", Integer, primary_key=True), Column("at", UtcDateTime))


class Stop(Exception):
    """What a failing unit of these tests fails with."""


@pytest_asyncio.fixture
async def slate(empty_database_url: str) -> AsyncIterator[Database]:
    """A database with an empty table of marks, and one writer, so that units always meet."""
    database = Database(empty_database_url)
    del database._writers[1:]
    async with database.begin() as tx:
        await tx.connection.run_sync(marks.metadata.create_all)
    yield database
    await database.dispose()


@pytest.fixture
def commits(slate: Database) -> list[str]:
    """Grows with each COMMIT."""
    seen: list[str] = []
    engine = slate._writing_engine if slate.is_sqlite else slate.engine.sync_engine
    event.listen(engine, "commit", lambda _: seen.append("commit"))
    return seen


async def mark(tx: Transaction, number: int) -> None:
    await tx.execute(insert(marks), {"number": number})


async def put(database: Database, number: int, failing: Exception | None = None) -> None:
    async with database.begin() as tx:
        await mark(tx, number)
        if failing:
            raise failing


async def numbers(database: Database) -> list[int]:
    async with database.read() as tx:
        return [row.number for row in await tx.all(select(marks).order_by(marks.c.number))]


async def test_a_unit_is_kept(slate: Database) -> None:
    await put(slate, 1)
    assert await numbers(slate) == [1]


async def test_a_failing_unit_is_not_kept(slate: Database) -> None:
    with pytest.raises(Stop):
        await put(slate, 1, Stop())
    assert await numbers(slate) == []


async def test_units_that_wait_together_share_one_commit(slate: Database, commits: list[str]) -> None:
    await asyncio.gather(*(put(slate, number) for number in range(10)))
    assert (await numbers(slate), commits) == (list(range(10)), ["commit"])


async def test_a_failing_unit_rolls_back_alone(slate: Database, commits: list[str]) -> None:
    units = [put(slate, number, Stop() if number in (0, 3, 4, 9) else None) for number in range(10)]
    results = await asyncio.gather(*units, return_exceptions=True)
    assert [number for number, result in enumerate(results) if result is None] == [1, 2, 5, 6, 7, 8]
    assert (await numbers(slate), commits) == ([1, 2, 5, 6, 7, 8], ["commit"])


async def test_a_refused_statement_rolls_back_its_unit_alone(slate: Database) -> None:
    results = await asyncio.gather(put(slate, 1), put(slate, 1), put(slate, 2), return_exceptions=True)
    assert [type(result) for result in results] == [type(None), IntegrityError, type(None)]
    assert await numbers(slate) == [1, 2]


async def test_a_unit_returns_only_when_it_is_committed(slate: Database) -> None:
    async def put_and_look(number: int) -> list[int]:
        await put(slate, number)
        return await numbers(slate)

    assert await asyncio.gather(*(put_and_look(number) for number in range(3))) == [[0, 1, 2]] * 3


async def test_a_unit_that_swallows_a_refusal_is_not_kept_by_halves(slate: Database) -> None:
    with pytest.raises(IntegrityError):
        async with slate.begin() as tx:
            await mark(tx, 1)
            with suppress(IntegrityError):
                await mark(tx, 1)
    assert await numbers(slate) == []


async def test_a_cancel_in_mid_unit_undoes_it_and_the_others_go_on(slate: Database) -> None:
    is_inside = asyncio.Event()

    async def hang() -> None:
        async with slate.begin() as tx:
            await mark(tx, 1)
            is_inside.set()
            await asyncio.Event().wait()

    hanging = asyncio.create_task(hang())
    await is_inside.wait()
    waiting = asyncio.create_task(put(slate, 2))
    await asyncio.sleep(0)
    hanging.cancel()
    await waiting
    assert (hanging.cancelled(), await numbers(slate)) == (True, [2])


async def test_a_cancel_while_waiting_leaves_the_group_to_the_others(slate: Database) -> None:
    go_on = asyncio.Event()

    async def hold() -> None:
        async with slate.begin() as tx:
            await mark(tx, 1)
            await go_on.wait()
            waiting.cancel()  # in the very moment in which the baton is passed on

    holding = asyncio.create_task(hold())
    await asyncio.sleep(0)
    waiting = asyncio.create_task(put(slate, 2))
    await asyncio.sleep(0)
    go_on.set()
    async with asyncio.timeout(5):
        await holding
    assert await numbers(slate) == [1]


async def test_a_unit_cancelled_in_mid_statement_leaves_no_row_behind(slate: Database) -> None:
    is_inside = asyncio.Event()

    async def put_many() -> None:
        async with slate.begin() as tx:
            is_inside.set()
            await tx.execute(insert(marks), [{"number": number} for number in range(1_000, 21_000)])

    first = asyncio.create_task(put(slate, 1))
    many = asyncio.create_task(put_many())
    await is_inside.wait()
    many.cancel()
    await asyncio.wait([first, many])
    await put(slate, 2)
    is_kept = first.exception() is None  # PostgreSQL's connection does not outlive it, and the group goes with it
    assert is_kept or isinstance(first.exception(), DatabaseUnavailable)
    assert (many.cancelled(), await numbers(slate)) == (True, [1, 2] if is_kept else [2])


async def test_what_follows_a_commit_runs_once_each_in_order_and_after_it(slate: Database) -> None:
    told: list[str] = []

    def tell_first() -> None:
        told.append("first")

    async with slate.begin() as tx:
        tx.after_commit(tell_first)
        tx.after_commit(lambda: told.append("second"))
        tx.after_commit(tell_first)
        assert told == []
    assert told == ["first", "second"]


async def test_nothing_follows_a_unit_that_failed(slate: Database) -> None:
    told: list[str] = []
    slate.listen("marks", lambda: told.append("listener"))
    with pytest.raises(Stop):
        async with slate.begin() as tx:
            tx.after_commit(lambda: told.append("action"))
            tx.announce("marks")
            raise Stop
    assert told == []


async def test_listeners_hear_of_an_announced_subject_once_it_is_kept(slate: Database) -> None:
    heard: list[str] = []
    slate.listen("marks", lambda: heard.append("marks"))
    slate.listen("tickets", lambda: heard.append("tickets"))
    async with slate.begin() as tx:
        tx.announce("marks")
        tx.announce("marks")
        assert heard == []
    assert heard == ["marks"]


async def test_a_look_keeps_nothing(slate: Database) -> None:
    async with slate.read() as tx:
        await mark(tx, 1)
    assert await numbers(slate) == []


async def test_a_naive_datetime_is_refused(slate: Database) -> None:
    with pytest.raises(StatementError, match="naive datetime"):
        async with slate.begin() as tx:
            await tx.execute(insert(marks), {"number": 1, "at": datetime(2026, 3, 2)})  # noqa: DTZ001


async def test_a_moment_comes_back_in_utc(slate: Database) -> None:
    in_shanghai = datetime(2026, 3, 2, 17, 30, 15, 123456, tzinfo=timezone(timedelta(hours=8)))
    async with slate.begin() as tx:
        await tx.execute(insert(marks), {"number": 1, "at": in_shanghai})
    async with slate.read() as tx:
        at = await tx.scalar(select(marks.c.at))
    assert (at, at.tzinfo) == (datetime(2026, 3, 2, 9, 30, 15, 123456, tzinfo=UTC), UTC)


async def test_a_locked_sqlite_file_is_unavailable_until_it_is_free(
    sqlite_url: str, tmp_path: Path, opened: Callable[[str], Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "BUSY_TIMEOUT_S", 0.01)
    database = opened(sqlite_url)
    async with database.begin() as tx:
        await tx.connection.run_sync(marks.metadata.create_all)
    other = sqlite3.connect(tmp_path / "kefu.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    results = await asyncio.gather(put(database, 1), put(database, 2), return_exceptions=True)
    assert [type(result) for result in results] == [DatabaseUnavailable] * 2
    assert await numbers(database) == []  # who only looks does not wait
    other.execute("ROLLBACK")
    other.close()
    await put(database, 3)
    assert await numbers(database) == [3]


async def test_a_file_that_is_not_there_is_unavailable(tmp_path: Path, opened: Callable[[str], Database]) -> None:
    database = opened(f"sqlite+aiosqlite:///{tmp_path / 'nowhere' / 'kefu.db'}")
    with pytest.raises(DatabaseUnavailable):
        await put(database, 1)
    with pytest.raises(DatabaseUnavailable):
        await numbers(database)


@pytest.mark.postgres
async def test_connections_that_postgres_ends_are_unavailable_and_then_made_anew(
    empty_postgres_url: str, opened: Callable[[str], Database]
) -> None:
    database, other = opened(empty_postgres_url), opened(empty_postgres_url)
    async with database.begin() as tx:
        await tx.connection.run_sync(marks.metadata.create_all)

    async def be_cut_off(number: int) -> None:
        async with database.begin() as tx:
            await mark(tx, number)
            async with other.begin() as elsewhere:
                await elsewhere.execute(
                    text("SELECT pg_terminate_backend(:pid)"),
                    {"pid": await tx.scalar(text("SELECT pg_backend_pid()"))},
                )
            await mark(tx, number + 100)

    for number in range(6):  # each writer more than once
        with pytest.raises(DatabaseUnavailable):
            await be_cut_off(number)
    await put(database, 7)
    assert await numbers(database) == [7]


@pytest.mark.postgres
async def test_idle_connections_that_postgres_ended_cost_one_failure_at_most(
    empty_postgres_url: str, opened: Callable[[str], Database]
) -> None:
    database, other = opened(empty_postgres_url), opened(empty_postgres_url)
    del database._writers[1:]
    async with database.begin() as tx:
        await tx.connection.run_sync(marks.metadata.create_all)
    async with other.begin() as tx:
        await tx.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    with pytest.raises(DatabaseUnavailable):
        await put(database, 1)
    await put(database, 2)
    assert await numbers(database) == [2]


@pytest.mark.parametrize(
    "url", ["postgresql+asyncpg://kefu@127.0.0.1:1/kefu", "postgresql+asyncpg://kefu@nowhere.invalid/kefu"]
)
async def test_a_postgres_that_does_not_answer_is_unavailable(url: str, opened: Callable[[str], Database]) -> None:
    need_package("asyncpg", "postgres")
    database = opened(url)
    with pytest.raises(DatabaseUnavailable):
        await put(database, 1)
    with pytest.raises(DatabaseUnavailable):
        await numbers(database)


@pytest.mark.postgres
async def test_a_postgres_that_is_full_is_unavailable(
    empty_postgres_url: str, opened: Callable[[str], Database]
) -> None:
    owner = opened(empty_postgres_url)
    async with owner.begin() as tx:
        await tx.execute(text("CREATE ROLE crowd LOGIN CONNECTION LIMIT 0"))
    database = opened(empty_postgres_url.replace("//kefu@", "//crowd@"))
    with pytest.raises(DatabaseUnavailable, match="too many connections"):
        await put(database, 1)
    async with owner.begin() as tx:
        await tx.execute(text("DROP ROLE crowd"))
