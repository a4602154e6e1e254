"""Alembic's way in: run by :mod:`bot.migrating` on its connection, or by the ``alembic`` command on its own.

``alembic revision --autogenerate -m "Sentence name"`` writes the next migration against ``KEFU_DATABASE_URL``.
"""

import asyncio
from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection

import bot.crm  # noqa: F401 - registers every table
from bot.database import Database, EnumText, UtcDateTime, metadata
from bot.settings import Settings


def render_plainly(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:
    """Write our column types as plain ones, so that a migration does not change when the code does."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, EnumText):
        return "sa.String(32)"
    return False


def migrate_on(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=True,
        render_item=render_plainly,
    )
    with context.begin_transaction():
        context.run_migrations()


async def migrate_alone() -> None:
    database = Database(Settings().database_url)
    try:
        async with database.begin() as tx:
            await tx.connection.run_sync(migrate_on)
    finally:
        await database.dispose()


given: Connection | None = context.config.attributes.get("connection")
if given is None:
    asyncio.run(migrate_alone())
else:
    migrate_on(given)
