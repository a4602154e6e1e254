"""The migrations make exactly the tables that the code speaks of, on both databases, and take them away again."""

import asyncio
from collections.abc import Callable, Mapping

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect, text

import bot.crm  # noqa: F401 - registers every table
from bot.database import Database, metadata
from bot.migrating import DatabaseNewerThanCode, downgrade, head, revision_of, upgrade

LEFT_BY_ALEMBIC = "alembic_version"


def differences(connection: Connection) -> list[object]:
    return list(compare_metadata(MigrationContext.configure(connection), metadata))


def shape(connection: Connection) -> dict[str, Mapping[str, object]]:
    """Everything that the database itself tells about its tables, partial indexes included."""
    inspector = inspect(connection)
    return {
        table: {
            "columns": {
                column["name"]: {"type": str(column["type"]), "null": column["nullable"], "default": column["default"]}
                for column in inspector.get_columns(table)
            },
            "key": inspector.get_pk_constraint(table),
            "foreign keys": {each["name"]: each for each in inspector.get_foreign_keys(table)},
            "unique": {each["name"]: each for each in inspector.get_unique_constraints(table)},
            "indexes": {
                each["name"]: (
                    each["column_names"],
                    each["unique"],
                    {option: str(value) for option, value in each.get("dialect_options", {}).items()},
                )
                for each in inspector.get_indexes(table)
            },
            "checks": inspector.get_check_constraints(table),
        }
        for table in inspector.get_table_names()
        if table != LEFT_BY_ALEMBIC
    }


async def test_a_migrated_database_matches_the_tables_of_the_code(database: Database) -> None:
    async with database.read() as tx:
        assert await tx.connection.run_sync(differences) == []


async def test_a_migrated_database_is_what_the_tables_would_make_themselves(
    database: Database, empty_database_url: str, opened: Callable[[str], Database]
) -> None:
    made = opened(empty_database_url)
    async with made.begin() as tx:
        await tx.connection.run_sync(metadata.create_all)
        wanted = await tx.connection.run_sync(shape)
    async with database.read() as tx:
        assert await tx.connection.run_sync(shape) == wanted


async def test_downgrade_leaves_nothing(database: Database) -> None:
    await downgrade(database)
    async with database.read() as tx:
        assert await tx.connection.run_sync(lambda each: inspect(each).get_table_names()) == [LEFT_BY_ALEMBIC]
        assert (await tx.execute(text(f"SELECT count(*) FROM {LEFT_BY_ALEMBIC}"))).scalar() == 0  # noqa: S608
    await upgrade(database)
    assert await revision_of(database) == head()


async def test_a_new_database_has_no_revision(empty_database_url: str, opened: Callable[[str], Database]) -> None:
    assert await revision_of(opened(empty_database_url)) is None


async def test_upgrade_twice_changes_nothing(database: Database) -> None:
    await upgrade(database)
    assert await revision_of(database) == head()


async def test_upgrade_by_several_at_once_brings_it_up_once(
    empty_database_url: str, opened: Callable[[str], Database]
) -> None:
    databases = [opened(empty_database_url) for _ in range(4)]
    await asyncio.gather(*(upgrade(database) for database in databases))
    assert [await revision_of(database) for database in databases] == [head()] * 4


async def test_a_database_of_a_later_version_is_left_alone(database: Database) -> None:
    async with database.begin() as tx:
        await tx.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseNewerThanCode, match="9999"):
        await upgrade(database)
    assert await revision_of(database) == "9999"
