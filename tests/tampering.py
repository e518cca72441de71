"""Edits of any row by somebody who owns the server: what can be changed is read from the schema, and each change is taken back."""

import random
import uuid
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Column, Table, TextClause, delete, insert, select, text, update
from sqlalchemy.dialects.postgresql import INT8MULTIRANGE, JSONB, Range
from sqlalchemy.dialects.postgresql.ranges import MultiRange
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.reports.verification import Finding
from switch.store.row_records import PASSING, UNPROVEN
from tests.filled_books import World
from tests.filled_rest import made_up

Stored = dict[str, Any]
NAMED_AS_A_WHOLE: dict[str, str | tuple[str, ...]] = {
    "statement_line": "statement ",
    "proof_end": ("end of the log", "heads of the log"),
    "proof_head": ("head", "end of the log"),
    "proof_node": "subtree",
}


@dataclass(frozen=True)
class Edit:
    """One value, one row taken away, or one put in."""

    table: Table
    what: str
    row: Stored
    values: Stored | None = None

    def __str__(self) -> str:
        return f"{self.table.name} {self.what}"

    async def make(self, connection: AsyncConnection) -> None:
        key = [column == self.row[column.name] for column in self.table.primary_key.columns]
        if self.values is None:
            await connection.execute(delete(self.table).where(*key))
        elif self.what == "slipped in":
            await connection.execute(insert(self.table).values({**self.row, **self.values}))
        else:
            await connection.execute(update(self.table).where(*key).values(self.values))

    @property
    def unproven(self) -> bool:
        return self.what in (*UNPROVEN.get(self.table.name, ((),))[0], *PASSING.get(self.table.name, ()))

    def named(self, findings: Sequence[Finding]) -> bool:
        """By what its key holds, as it was or as it is now; a leaf by its place; a line by its statement, which has one seal for all."""
        if self.table.name == "proof_leaf":
            return any(f"leaf {self.row['position']}" in f"{finding.where} {finding.what}" for finding in findings)
        if self.table.name in NAMED_AS_A_WHOLE:
            return any(finding.where.startswith(NAMED_AS_A_WHOLE[self.table.name]) for finding in findings)
        if self.table.name == "order_message" and any("the message that its history names" in finding.what for finding in findings):
            return True  # of a reversal: it is missed at its payment
        if self.table.name == "archived_payment" and any(str(self.row["payment_id"]) in finding.what for finding in findings):
            return True  # its idempotency key stands for it
        if self.table.name == "outbox" and any(str(self.row["payment_id"]) in finding.where for finding in findings):
            return True  # one that is gone is missed at its payment
        before = names(self.table, self.row)
        after = names(self.table, {**self.row, **(self.values or {})})
        return any(all(part in finding.where for part in name) for finding in findings for name in (before, after))


def names(table: Table, row: Stored) -> list[str]:
    """What a finding must say of a row: its own id, or else every part of its key but numbers."""
    key = {column.name: row[column.name] for column in table.primary_key.columns}
    ids = [str(value) for value in key.values() if isinstance(value, uuid.UUID)]
    return ids[:1] or [said(value) for name, value in key.items() if name not in ("bucket", "slot", "only_row")]


def said(value: object) -> str:
    return value.strftime("%Y-%m-%d") if isinstance(value, date) else str(value)


def edits_of(table: Table, rows: Sequence[Stored], chance: random.Random) -> Iterator[Edit]:
    """Of one row each, chosen by chance, every column; a row taken away; a copy of one under another key."""
    for column in table.c:
        if column.computed is None:
            row = chance.choice([row for row in rows if row[column.name] is not None] or rows)
            yield Edit(table, column.name, row, {column.name: altered(column, row[column.name])})
    yield Edit(table, "taken away", chance.choice(rows))
    row = chance.choice(rows)
    key = [column for column in table.primary_key.columns if column.name not in ("bucket", "only_row")]
    if key:
        last = key[-1]
        whole = {name: value for name, value in row.items() if table.c[name].computed is None}
        value = row[last.name]
        yield Edit(table, "slipped in", whole, {last.name: f"{value}7" if isinstance(value, str) else altered(last, value)})


def altered(column: Column[Any], value: Any) -> Any:  # noqa: C901, PLR0912 - one case a type
    match value:
        case None:
            return made_up(column)
        case bool():
            return not value
        case int() if column.name.endswith(("xact", "sealed_below")):
            return value + 1_000_000
        case int():
            return value + 1
        case str():
            return value[:-1] + ("0" if value[-1:] != "0" else "1")
        case bytes():
            return value[:-1] + bytes([value[-1] ^ 1]) if value else b"\x01"
        case datetime():
            return value + timedelta(seconds=1)
        case date():
            return value + timedelta(days=1)
        case uuid.UUID():
            return uuid.UUID(int=value.int ^ 1)
        case dict():
            return {**value, next(iter(value), "more"): "another"}
        case list() if isinstance(column.type, INT8MULTIRANGE):
            return MultiRange([*value, Range(1_000_000, 1_000_001)])
        case list():
            return [*value, 7 if not isinstance(column.type, JSONB) else "another"]
        case _:
            raise AssertionError(f"{column} holds {value!r}")


async def without_checks(world: World) -> None:
    """Nothing but keys and what verifying finds stands in the way."""
    async with world.database.transaction() as connection:
        found = await connection.execute(
            text("SELECT conrelid::regclass::text, conname FROM pg_constraint WHERE contype = 'c' AND conrelid <> 0")
        )
        for table, name in found.all():
            await connection.execute(text(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"'))


async def all_rows(connection: AsyncConnection, table: Table) -> list[Stored]:
    return [dict(row) for row in (await connection.execute(select(table))).mappings().all()]


@asynccontextmanager
async def taken_back(connection: AsyncConnection) -> AsyncIterator[None]:
    savepoint = await connection.begin_nested()
    try:
        yield
    finally:
        await savepoint.rollback()


async def findings_after(world: World, connection: AsyncConnection, edits: Sequence[Edit]) -> tuple[Finding, ...] | None:
    """None where the database itself refuses."""
    async with taken_back(connection):
        try:
            for edit in edits:
                await edit.make(connection)
        except DBAPIError:
            return None
        return (await world.verification.on(connection)).findings


async def named_by(connection: AsyncConnection, edit: Edit, question: TextClause) -> bool | None:
    """Whether this one question names it. None where the database itself refuses."""
    async with taken_back(connection):
        try:
            await edit.make(connection)
        except DBAPIError:
            return None
        found = [Finding("", where, what) for where, what in (await connection.execute(question)).all()]
        return edit.named(found)
