"""Brings a database to the shape that this code needs; called at start and by ``migrate``.

The steps are Alembic's, in ``migrations/versions``. A database is brought up in one transaction under a lock,
so that it may be called twice and by several processes at once.
"""

import asyncio
from functools import lru_cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from bot.database import Database
from bot.errors import DatabaseUnavailable, KefuError

FOLDER = Path(__file__).parent.parent / "migrations"

TRIES = 20
PAUSE_S = 0.5
"""Between tries, while another process is at it: SQLite does not queue those who want the file first."""

_PATIENCE = text("SET LOCAL lock_timeout = 0")
_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('kefu migrations'))")


class DatabaseNewerThanCode(KefuError):
    """A later version of Kefu has been at this database; this one does not know its shape."""

    def __init__(self, revision: str) -> None:
        super().__init__(f"the database is at revision {revision}, which this version of Kefu does not know")
        self.revision = revision


async def upgrade(database: Database) -> None:
    """Bring the database to :func:`head`.

    Raises:
        DatabaseNewerThanCode: nothing was changed.
        DatabaseUnavailable: it stayed away or locked; nothing was changed.
    """
    for tries_left in reversed(range(TRIES)):
        try:
            await _upgrade_once(database)
        except DatabaseUnavailable:
            if not tries_left:
                raise
            await asyncio.sleep(PAUSE_S)
        else:
            break


async def downgrade(database: Database, revision: str = "base") -> None:
    """Take the steps back down to ``revision``, and what they made with them."""
    async with database.begin() as tx:
        await tx.connection.run_sync(lambda connection: command.downgrade(_config(connection), revision))


async def revision_of(database: Database) -> str | None:
    """Return the revision that the database is at; None for one that was never brought up."""
    async with database.read() as tx:
        return await tx.connection.run_sync(_revision)


@lru_cache
def head() -> str:
    """Return the revision that this code needs."""
    newest = _script().get_current_head()
    if newest is None:
        raise FileNotFoundError(f"there are no migrations in {FOLDER}")
    return newest


async def _upgrade_once(database: Database) -> None:
    if await revision_of(database) == head():
        return
    async with database.begin() as tx:
        if tx.is_postgres:
            await tx.execute(_PATIENCE)
            await tx.execute(_LOCK)
        await tx.connection.run_sync(_run)


def _run(connection: Connection) -> None:
    revision = _revision(connection)
    if revision is not None and revision not in {known.revision for known in _script().walk_revisions()}:
        raise DatabaseNewerThanCode(revision)
    command.upgrade(_config(connection), "head")


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _script() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
