"""Migrations: up, down and up again leave nothing behind, and the result is exactly the program's tables and guards."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from switch.store.database import Database, connect
from switch.store.migration import drift, migrate
from switch.store.revision import NEEDED, SchemaMismatch, require_current, schema_revision

EVERYTHING = """
    SELECT 'relation ' || relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind <> 'i'
    UNION ALL SELECT 'function ' || proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION ALL SELECT 'type ' || typname FROM pg_type WHERE typnamespace = 'public'::regnamespace AND typtype IN ('e', 'd')
"""


@pytest.fixture
async def database(empty_database_url: str) -> AsyncIterator[Database]:
    database = connect(empty_database_url)
    yield database
    await database.close()


async def everything(database: Database) -> set[str]:
    async with database.reading() as connection:
        return set((await connection.execute(text(EVERYTHING))).scalars())


async def run(database: Database, statement: str) -> None:
    async with database.transaction() as connection:
        await connection.execute(text(statement))


async def found_drift(database: Database) -> list[str]:
    async with database.reading() as connection:
        return await drift(connection)


def downgrade(url: str, project_root: Path) -> None:
    config = Config(project_root / "alembic.ini")
    config.attributes["url"] = url
    command.downgrade(config, "base")


async def test_up_down_up_leaves_nothing_behind(database: Database, empty_database_url: str, project_root: Path) -> None:
    await asyncio.to_thread(migrate, empty_database_url)
    first = await everything(database)
    assert await found_drift(database) == []

    await asyncio.to_thread(downgrade, empty_database_url, project_root)
    assert await everything(database) == {"relation alembic_version"}

    await asyncio.to_thread(migrate, empty_database_url)
    assert await everything(database) == first
    assert await found_drift(database) == []


async def test_an_empty_database_is_refused_until_it_is_migrated(database: Database, empty_database_url: str) -> None:
    async with database.reading() as connection:
        assert await schema_revision(connection) is None
        with pytest.raises(SchemaMismatch, match="switch migrate up"):
            await require_current(connection)
    await asyncio.to_thread(migrate, empty_database_url)
    async with database.reading() as connection:
        await require_current(connection)
        assert await schema_revision(connection) == NEEDED


async def test_a_schema_of_another_revision_is_refused(database: Database, empty_database_url: str) -> None:
    await asyncio.to_thread(migrate, empty_database_url)
    await run(database, "UPDATE alembic_version SET version_num = '9999'")
    async with database.reading() as connection:
        with pytest.raises(SchemaMismatch, match="9999"):
            await require_current(connection)


async def test_processes_that_start_together_migrate_once(database: Database, empty_database_url: str) -> None:
    program = "import sys; from switch.store.migration import migrate; migrate(sys.argv[1])"
    starts = [asyncio.create_subprocess_exec(sys.executable, "-c", program, empty_database_url) for _ in range(3)]
    processes = await asyncio.gather(*starts)

    assert [await process.wait() for process in processes] == [0, 0, 0]
    assert await found_drift(database) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("ALTER TABLE bill DROP COLUMN description_ar", "tables: add_column bill description_ar"),
        ("ALTER TABLE service ADD COLUMN colour text", "tables: remove_column service colour"),
        ("DROP INDEX uq_settlement_window_open", "tables: add_index uq_settlement_window_open"),
        ("ALTER TABLE posting DISABLE TRIGGER append_only", "guards: the trigger append_only of posting is switched off"),
        ("DROP TRIGGER sums_to_zero ON journal_entry", "guards: the trigger sums_to_zero of journal_entry is missing"),
        (
            "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$",
            "guards: the function refuse_change is another",
        ),
    ],
)
async def test_a_schema_that_was_changed_by_hand_is_found(database: Database, empty_database_url: str, change: str, said: str) -> None:
    await asyncio.to_thread(migrate, empty_database_url)
    await run(database, change)
    assert await found_drift(database) == [said]


@pytest.mark.parametrize("table", ["journal_entry", "posting", "payment_event", "cap_change", "directory_change", "tariff"])
async def test_an_append_only_table_takes_no_change(database: Database, empty_database_url: str, table: str) -> None:
    await asyncio.to_thread(migrate, empty_database_url)
    for statement in (f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):
        with pytest.raises(DBAPIError, match="append-only"):
            await run(database, statement)
