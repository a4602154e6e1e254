"""Transactions that commit in groups; handed out by :class:`bot.database.Database` as ``tx``.

The commit is the dear part of a small transaction. Units of work that wait for the writer together run one
after another in one transaction, each after the first in its own savepoint (a failing one rolls back alone),
and each returns when the shared COMMIT is done.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection as SyncConnection
from sqlalchemy import CursorResult, Dialect, Executable, Row

from bot.errors import DatabaseUnavailable

T = TypeVar("T")

Values = Mapping[str, Any]

MAX_GROUP = 200
"""Units of work that may share one commit; bounds what a failed commit repeats."""


class Connection(Protocol):
    """What a transaction needs of a connection: SQLAlchemy's AsyncConnection, or the writer of :mod:`bot.sqlite`."""

    @property
    def dialect(self) -> Dialect: ...

    async def execute(self, statement: Executable, values: Any = None, /) -> CursorResult[Any]: ...

    async def run_sync(self, function: Callable[[SyncConnection], T], /) -> T: ...


class WritingConnection(Connection, Protocol):
    """What a writer needs beyond that."""

    def begin(self) -> Awaitable[object]: ...

    async def commit(self) -> None: ...

    async def rollback(self) -> None: ...

    async def exec_driver_sql(self, sql: str, /) -> object: ...

    async def invalidate(self) -> None: ...

    async def close(self) -> None: ...


class Transaction:
    """An open transaction: run statements, and say what is to happen once it is committed."""

    __slots__ = ("_after_commit", "announced", "connection", "failure")

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._after_commit: list[Callable[[], None]] = []
        self.announced: set[str] = set()
        self.failure: Exception | None = None

    @property
    def is_postgres(self) -> bool:
        return self.connection.dialect.name == "postgresql"

    async def execute(
        self, statement: Executable, values: Values | Sequence[Values] | None = None
    ) -> CursorResult[Any]:
        try:
            return await self.connection.execute(statement, values)
        except Exception as error:
            self.failure = error
            raise

    async def all(self, statement: Executable, values: Values | None = None) -> Sequence[Row[Any]]:
        return (await self.execute(statement, values)).all()

    async def first(self, statement: Executable, values: Values | None = None) -> Row[Any] | None:
        return (await self.execute(statement, values)).first()

    async def scalar(self, statement: Executable, values: Values | None = None) -> Any:
        return (await self.execute(statement, values)).scalar()

    def after_commit(self, action: Callable[[], None]) -> None:
        """Run ``action`` once this transaction is safely kept; it must be quick and must not fail."""
        self._after_commit.append(action)

    def announce(self, subject: str) -> None:
        """Let those who listen to ``subject`` know, once this transaction is safely kept."""
        self.announced.add(subject)

    def committed(self) -> None:
        for action in dict.fromkeys(self._after_commit):
            action()


class Group:
    """Units of work that share one commit."""

    def __init__(self, connection: WritingConnection) -> None:
        self.connection = connection
        self.size = 1
        self.committed: asyncio.Future[None] = asyncio.get_running_loop().create_future()


class GroupWriter:
    """One writing connection, passed like a baton from unit to unit; the last one waiting commits for all."""

    def __init__(self, connect: Callable[[], Awaitable[WritingConnection]]) -> None:
        self._connect = connect
        self._connection: WritingConnection | None = None
        self._group: Group | None = None
        self._is_taken = False
        self._waiting: deque[asyncio.Future[None]] = deque()

    @property
    def load(self) -> int:
        return len(self._waiting) + self._is_taken

    @asynccontextmanager
    async def unit(self) -> AsyncIterator[Transaction]:
        await self._take()
        try:
            group = await self._join()
        except BaseException as error:
            if self._group is None and isinstance(error, Exception):
                self._refuse_waiting(error)
            await finish(self._lose(error))
            raise
        tx = Transaction(group.connection)
        try:
            yield tx
            if tx.failure is not None:  # caught inside; PostgreSQL would answer COMMIT with a silent rollback
                raise tx.failure
        except BaseException:
            await finish(self._undo(group))
            raise
        try:
            if self._must_commit:
                await asyncio.sleep(0)  # whoever is ready to begin may still come along
        finally:
            await self._end_turn()
        await asyncio.shield(group.committed)

    async def _end_turn(self) -> None:
        if self._must_commit:
            await finish(self._pass_on())
        else:
            self._hand_over()

    async def close(self) -> None:
        if self._connection is not None:
            await self._connection.close()
            self._connection = None

    async def _take(self) -> None:
        if not self._is_taken:
            self._is_taken = True
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled():  # the baton came in the moment of the cancel: hand it on
                await finish(self._pass_on())
            raise

    async def _join(self) -> Group:
        if self._group is not None:
            await self._group.connection.exec_driver_sql("SAVEPOINT unit")
            self._group.size += 1
            return self._group
        if self._connection is None:
            self._connection = await self._connect()
        await self._connection.begin()
        self._group = Group(self._connection)
        return self._group

    async def _undo(self, group: Group) -> None:
        try:
            if group.size == 1:
                await group.connection.rollback()
                self._group = None
            else:
                await group.connection.exec_driver_sql("ROLLBACK TO SAVEPOINT unit")
        except Exception as error:
            await self._lose(error)
        else:
            await self._pass_on()

    @property
    def _must_commit(self) -> bool:
        while self._waiting and self._waiting[0].done():  # cancelled: nobody will come for this turn
            self._waiting.popleft()
        return self._group is not None and (not self._waiting or self._group.size >= MAX_GROUP)

    async def _pass_on(self) -> None:
        group = self._group
        if group is not None and self._must_commit:
            self._group = None
            try:
                await group.connection.commit()
            except BaseException as error:
                await self._drop_connection()
                _fail(group, error)
            else:
                group.committed.set_result(None)
        self._hand_over()

    async def _lose(self, error: BaseException) -> None:
        """The connection failed: every unit of the group hears that nothing was kept."""
        group, self._group = self._group, None
        await self._drop_connection()
        if group is not None:
            lost = DatabaseUnavailable(f"the connection was lost: {error}")
            lost.__cause__ = error
            _fail(group, lost)
        self._hand_over()

    def _refuse_waiting(self, error: Exception) -> None:
        """The database does not let us begin: those who wait would only find that out one after another."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_exception(error)

    async def _drop_connection(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                await connection.invalidate()
                await connection.close()
            except Exception:  # noqa: S110 - it is broken already, which is why it goes
                pass

    def _hand_over(self) -> None:
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():  # a cancelled one is stepped over
                turn.set_result(None)
                return
        self._is_taken = False


def _fail(group: Group, error: BaseException) -> None:
    lost = error if isinstance(error, Exception) else DatabaseUnavailable("the commit was interrupted")
    group.committed.set_exception(lost)
    group.committed.exception()  # seen, should every unit of the group have gone meanwhile


async def finish(work: Coroutine[Any, Any, None]) -> None:
    """Await ``work`` to its end even when the caller is cancelled, then let the cancel through."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await task
        raise


Begin = Callable[[], AbstractAsyncContextManager[Transaction]]
"""Opens the one transaction in which an update is worked off; it also marks the update done."""
