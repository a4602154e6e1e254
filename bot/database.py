"""The way to the record: engine, column types, and transactions that commit in groups.

Everything that differs between SQLite and PostgreSQL sits here and in :mod:`bot.sqlite`. The doors open
transactions (:meth:`Database.begin`, :meth:`Database.read`); ``desk`` and ``crm`` get them as ``tx``.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Generic, TypeVar

from sqlalchemy import BigInteger, DateTime, Dialect, Insert, Integer, MetaData, String, Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects import sqlite as sqlite_dialect
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator

from bot import sqlite
from bot.errors import DatabaseContended, DatabaseUnavailable
from bot.transactions import GroupWriter, Transaction, WritingConnection

E = TypeVar("E", bound=StrEnum)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

BigId = BigInteger().with_variant(Integer, "sqlite")
"""A 64-bit key that SQLite, too, hands out by itself."""

POSTGRES_WRITERS = 4
"""Connections that write side by side on PostgreSQL; SQLite has one writer by nature."""


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, kept in UTC; naive ones are refused, for SQLite would hand them back unmarked."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive datetime {value!r}: pass an aware one")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class EnumText(TypeDecorator[E], Generic[E]):
    """A StrEnum kept as its text."""

    impl = String(32)
    cache_ok = True

    def __init__(self, kind: type[E]) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: E | None, dialect: Dialect) -> str | None:
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> E | None:
        return None if value is None else self.kind(value)


class unix_seconds(FunctionElement[int]):  # noqa: N801 - reads as the SQL function that it stands for
    """A moment as whole seconds since 1970, for differences between columns: neither database has the other's way."""

    type = BigInteger()
    inherit_cache = True


@compiles(unix_seconds, "sqlite")
def _unix_seconds_on_sqlite(element: unix_seconds, compiler: SQLCompiler, **more: Any) -> str:
    return f"CAST(strftime('%s', {compiler.process(element.clauses, **more)}) AS INTEGER)"


@compiles(unix_seconds, "postgresql")
def _unix_seconds_on_postgres(element: unix_seconds, compiler: SQLCompiler, **more: Any) -> str:
    return f"CAST(floor(extract(epoch FROM {compiler.process(element.clauses, **more)})) AS BIGINT)"


LOCK_TIMEOUT_MS = 50
"""How long a unit of work on PostgreSQL waits for rows that others hold.

Units that share a commit hold the rows of each other until it, so two groups can come to wait for one another; the
unit that waited in vain is undone alone, and is repeated after the commit of its group.
"""
CONTENDED_STATES = ("40001", "40P01", "55P03")
RETRY_STATES = (*CONTENDED_STATES, "57P01", "57P02", "57P03", "53300", "08000", "08003", "08006", "08001")
AWAY_WORDS = (
    "locked",
    "busy",
    "unable to open",
    "disk I/O",
    "readonly",
    "disk is full",
    "not a database",
    "closed",
    "terminat",
)
CLOSED_DOOR = "not currently accepting connections"
"""What PostgreSQL says, under a state of many meanings, of a database that somebody closed for a while."""


def insert_new(tx: Transaction, table: Table) -> Insert:
    """An INSERT that leaves rows alone whose key is there already."""
    dialect = postgresql if tx.is_postgres else sqlite_dialect
    statement: Insert = dialect.insert(table).on_conflict_do_nothing()
    return statement


class Database:
    """One database; hands out transactions that write and connections that read."""

    def __init__(self, url: str) -> None:
        """``url`` is an SQLAlchemy URL, ``sqlite+aiosqlite:///file`` or ``postgresql+asyncpg://…``."""
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        if self.is_sqlite:
            self.engine, self._writing_engine = sqlite.engines(url)
            writers: list[GroupWriter] = [GroupWriter(self._open_sqlite_writer)]
        else:
            self.engine = create_async_engine(
                url,
                pool_size=10,
                pool_timeout=10,
                pool_pre_ping=True,
                connect_args={"timeout": 5, "command_timeout": 60},
            )
            writers = [GroupWriter(self._open_postgres_writer) for _ in range(POSTGRES_WRITERS)]
        self._writers = writers
        self._listeners: dict[str, list[Callable[[], None]]] = {}

    async def _open_sqlite_writer(self) -> WritingConnection:
        return await sqlite.InlineConnection.open(self._writing_engine)

    async def _open_postgres_writer(self) -> WritingConnection:
        connection = await self.engine.connect()
        await connection.exec_driver_sql(f"SET lock_timeout = {LOCK_TIMEOUT_MS}")
        await connection.commit()
        return connection

    def listen(self, subject: str, listener: Callable[[], None]) -> None:
        """Call ``listener`` after each commit of this process whose transaction announced ``subject``."""
        self._listeners.setdefault(subject, []).append(listener)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Transaction]:
        """A unit of work: kept whole when the block ends, or not at all when it raises.

        Units that wait together share one commit (each after the first in its own savepoint), and the block
        is left only when that commit is done. Nothing slow belongs inside: no network, no sleep, no encoding.

        Raises:
            DatabaseUnavailable: nothing was kept; the work may be repeated.
        """
        writer = min(self._writers, key=lambda each: each.load)
        try:
            async with writer.unit() as tx:
                yield tx
        except (DBAPIError, PoolTimeout, OSError) as error:
            if is_unavailable(error):
                kind = DatabaseContended if _is_contended(error) else DatabaseUnavailable
                raise kind(str(error).splitlines()[0]) from error
            raise
        tx.committed()
        for subject in tx.announced:
            for listener in self._listeners.get(subject, ()):
                listener()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Transaction]:
        """A consistent look that never waits for writers; what is written in it is not kept."""
        try:
            async with self.engine.connect() as connection:
                yield Transaction(connection)
        except (DBAPIError, PoolTimeout, OSError) as error:
            if is_unavailable(error):
                raise DatabaseUnavailable(str(error).splitlines()[0]) from error
            raise

    async def dispose(self) -> None:
        """Close every connection; always awaited at the end."""
        for writer in self._writers:
            await writer.close()
        await self.engine.dispose()
        if self.is_sqlite:
            self._writing_engine.dispose()


def is_unavailable(error: BaseException) -> bool:
    """Whether the database was away, locked or in a deadlock, so that the same work may succeed later."""
    if isinstance(error, DBAPIError):
        if error.connection_invalidated or isinstance(error, InterfaceError):
            return True
        if getattr(error.orig, "sqlstate", None) in RETRY_STATES or CLOSED_DOOR in str(error.orig):
            return True
        return isinstance(error, OperationalError) and any(word in str(error.orig) for word in AWAY_WORDS)
    return isinstance(error, (PoolTimeout, OSError))


def _is_contended(error: BaseException) -> bool:
    """Whether others were at the same rows."""
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) in CONTENDED_STATES
