"""SQLite's own ways, used by :mod:`bot.database` only: pragmas, who may write, one trip a statement.

Readers use aiosqlite, which runs SQLite on a thread of its own. SQLAlchemy's adapter walks there four times a
statement (open a cursor, execute, fetch, close); :class:`OneTripConnection` walks once.

The one writer does not walk at all: inside ``BEGIN IMMEDIATE`` nothing waits for a lock, and a statement of a unit
of work takes some ten microseconds where the walk takes eighty. :class:`InlineConnection` executes such statements
where they are called, and goes to its thread with what may wait or take long: BEGIN, COMMIT, many rows at once.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

import aiosqlite
from sqlalchemy import (
    Connection,
    CursorResult,
    Dialect,
    Engine,
    Executable,
    create_engine,
    event,
    make_url,
)
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

T = TypeVar("T")

BUSY_TIMEOUT_S = 3
"""How long a statement waits for another process's lock before it gives up with "database is locked"."""

PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-16000", "temp_store=MEMORY")


class OneTripCursor:
    """What SQLAlchemy's adapter asks of an aiosqlite cursor, done in one visit to its thread."""

    def __init__(self, connection: "OneTripConnection") -> None:
        self._connection = connection
        self._rows: Sequence[Any] = ()
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None
        self.arraysize = 1

    async def __aenter__(self) -> "OneTripCursor":
        return self

    async def execute(self, sql: str, parameters: Sequence[Any] = ()) -> "OneTripCursor":
        return await self._visit(partial(sqlite3.Connection.execute, self._connection.raw, sql, parameters))

    async def executemany(self, sql: str, parameters: Iterable[Sequence[Any]]) -> "OneTripCursor":
        return await self._visit(partial(sqlite3.Connection.executemany, self._connection.raw, sql, parameters))

    async def _visit(self, statement: "partial[sqlite3.Cursor]") -> "OneTripCursor":
        def run() -> tuple[Any, int, int | None, Sequence[Any]]:
            cursor = statement()
            rows = cursor.fetchall() if cursor.description else ()
            return cursor.description, cursor.rowcount, cursor.lastrowid, rows

        self.description, self.rowcount, self.lastrowid, self._rows = await self._connection.visit(run)
        return self

    async def fetchall(self) -> Sequence[Any]:
        return self._rows

    async def close(self) -> None:
        return None


class OneTripConnection(aiosqlite.Connection):
    """An aiosqlite connection whose cursors make one trip a statement."""

    _stopped: "asyncio.Future[None] | None" = None

    async def _connect(self) -> aiosqlite.Connection:
        try:
            return await super()._connect()
        except BaseException:
            if self._stopped is not None:
                await self._stopped  # or the thread may report its end to a loop that is closed by then
            raise

    def stop(self) -> "asyncio.Future[None] | None":
        self._stopped = super().stop()
        return self._stopped

    @property
    def raw(self) -> sqlite3.Connection:
        return self._conn

    async def visit(self, function: Any) -> Any:
        return await self._execute(function)  # type: ignore[no-untyped-call]

    def cursor(self) -> OneTripCursor:  # type: ignore[override]
        return OneTripCursor(self)


def connect(database: str, **options: Any) -> OneTripConnection:
    """Open a connection the way ``sqlite3.connect`` would; awaited by SQLAlchemy's adapter."""
    connection = OneTripConnection(lambda: sqlite3.connect(database, **options), iter_chunk_size=64)
    connection._thread.daemon = True  # as SQLAlchemy does: a forgotten connection must not keep the process alive
    return connection


class InlineConnection:
    """The writer's connection: SQLAlchemy's own, with the methods of its AsyncConnection that a writer needs."""

    MANY_ROWS = 50
    """Rows in one statement from which on it goes to the thread."""

    def __init__(self, connection: Connection, thread: ThreadPoolExecutor) -> None:
        self._connection = connection
        self._thread = thread

    @classmethod
    async def open(cls, engine: Engine) -> "InlineConnection":
        """Connect; ``engine`` is a plain (synchronous) one."""
        thread = ThreadPoolExecutor(1, thread_name_prefix="sqlite writer")
        try:
            connection = await asyncio.get_running_loop().run_in_executor(thread, engine.connect)
        except BaseException:
            thread.shutdown(wait=False)
            raise
        return cls(connection.execution_options(is_writer=True), thread)

    @property
    def dialect(self) -> Dialect:
        return self._connection.dialect

    async def begin(self) -> None:
        await self._in_thread(self._connection.begin)

    async def commit(self) -> None:
        await self._in_thread(self._connection.commit)

    async def rollback(self) -> None:
        await self._in_thread(self._connection.rollback)

    async def execute(self, statement: Executable, values: Any = None) -> CursorResult[Any]:
        if isinstance(values, Sequence) and len(values) > self.MANY_ROWS:
            return await self._in_thread(partial(self._connection.execute, statement, values))
        return self._connection.execute(statement, values)

    async def exec_driver_sql(self, sql: str) -> None:
        self._connection.exec_driver_sql(sql)

    async def run_sync(self, function: Callable[[Connection], T]) -> T:
        return await self._in_thread(partial(function, self._connection))

    async def invalidate(self) -> None:
        self._connection.invalidate()

    async def close(self) -> None:
        await self._in_thread(self._connection.close)
        self._thread.shutdown(wait=False)

    async def _in_thread(self, function: Callable[[], T]) -> T:
        running = asyncio.get_running_loop().run_in_executor(self._thread, function)
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            await asyncio.wait([running])  # the next statement must not meet this one on the connection
            raise


def engines(url: str) -> tuple[AsyncEngine, Engine]:
    """Return the engine that reads and the one that writes, for an SQLAlchemy URL of aiosqlite."""
    options: dict[str, Any] = {"isolation_level": None, "timeout": BUSY_TIMEOUT_S}
    reading = create_async_engine(url, connect_args=options | {"async_creator_fn": connect}, pool_size=10)
    writing = create_engine(
        make_url(url).set(drivername="sqlite"), connect_args=options | {"check_same_thread": False}, pool_size=1
    )
    for engine in (reading.sync_engine, writing):
        _install(engine)
    return reading, writing


def _install(engine: Engine) -> None:
    """Set the pragmas of each new connection, and let writers take the lock when they begin."""
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin)


def _set_pragmas(dbapi_connection: Any, _record: object) -> None:
    cursor = dbapi_connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    is_writer = connection.get_execution_options().get("is_writer", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writer else "BEGIN")
