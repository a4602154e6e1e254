"""SQLite's own ways, used by :mod:`bot.database` only: pragmas, who may write, one trip a statement.

aiosqlite runs SQLite on a thread of its own. SQLAlchemy's adapter walks there four times a statement (open a
cursor, execute, fetch, close); :class:`OneTripConnection` walks once, which halves the cost of a message.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

import aiosqlite
from sqlalchemy import Connection, Engine, event

BUSY_TIMEOUT_S = 5
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


def install(engine: Engine) -> None:
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
