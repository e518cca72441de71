"""Migration: the schema is brought to the revision that this program needs, or found not to be there."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.errors import Refusal
from switch.store import row_records
from switch.store.revision import NEEDED, schema_revision
from switch.store.tables import metadata

MIGRATIONS = Path(__file__).parents[2] / "migrations"
_ENABLED = "O"
_TRIGGER = re.compile(r"CREATE (?:CONSTRAINT )?TRIGGER (\w+) .*?\bON (\w+)", re.DOTALL)
_FUNCTION = re.compile(r"CREATE FUNCTION (\w+)\(\) .*?\$\$(.*?)\$\$", re.DOTALL)
_TRIGGERS = text("""
    SELECT tgname, relname, tgenabled FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
    WHERE NOT tgisinternal AND relnamespace = current_schema()::regnamespace
""")
_FUNCTIONS = text("SELECT proname, prosrc FROM pg_proc WHERE pronamespace = current_schema()::regnamespace")


class DatabaseUnreachable(Refusal):
    code = "database_unreachable"
    en = "The database cannot be reached; the embedded one runs while the switch runs (`switch run`)."
    ar = "تعذر الوصول إلى قاعدة البيانات؛ القاعدة المضمّنة تعمل ما دام المحوّل يعمل (`switch run`)."


@dataclass(frozen=True, slots=True)
class Schema:
    found: str | None
    needed: str
    drift: tuple[str, ...]

    @property
    def right(self) -> bool:
        return self.found == self.needed and not self.drift


def migrate(url: str) -> None:
    """Up to the newest revision; nothing to do where it is there. Two processes wait for one another. Blocks: not for an event loop."""
    config = _config()
    config.attributes["url"] = url
    try:
        command.upgrade(config, "head")
    except OperationalError as error:
        raise DatabaseUnreachable() from error


async def schema_of(connection: AsyncConnection) -> Schema:
    found = await schema_revision(connection)
    return Schema(found, NEEDED, () if found is None else tuple(await drift(connection)))


async def drift(connection: AsyncConnection) -> list[str]:
    """What differs between the database and the program's tables and guards; an invariant's trigger switched off, too."""
    return [*await connection.run_sync(_tables_drift), *await _guards_drift(connection)]


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    return config


def _tables_drift(connection: Connection) -> list[str]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return [f"tables: {_said(difference)}" for difference in compare_metadata(context, metadata)]


def _said(difference: Any) -> str:
    """Alembic's tuples, such as ("add_column", schema, table, column), in words; changes of one column come in a list."""
    if isinstance(difference, list):
        return "; ".join(_said(part) for part in difference)
    words = (getattr(part, "name", None) or part for part in difference)
    return " ".join(word for word in words if isinstance(word, str))


async def _guards_drift(connection: AsyncConnection) -> list[str]:
    guards = (MIGRATIONS / "guards.sql").read_text(encoding="utf-8") + row_records.guards()
    triggers = {(row.relname, row.tgname): row.tgenabled for row in (await connection.execute(_TRIGGERS)).all()}
    functions = {row.proname: row.prosrc for row in (await connection.execute(_FUNCTIONS)).all()}
    return list(_differing(guards, triggers, functions))


def _differing(guards: str, triggers: dict[tuple[str, str], str], functions: dict[str, str]) -> Iterator[str]:
    for name, table in _TRIGGER.findall(guards):
        if (enabled := triggers.get((table, name))) != _ENABLED:
            yield f"guards: the trigger {name} of {table} is {'missing' if enabled is None else 'switched off'}"
    for name, body in _FUNCTION.findall(guards):
        if functions.get(name) != body:
            yield f"guards: the function {name} is {'another' if name in functions else 'missing'}"
