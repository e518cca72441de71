"""Statements as participants hand them in: whole or not at all, one revision after another."""

from collections.abc import Sequence
from datetime import date
from itertools import islice
from typing import Any

from sqlalchemy import Row, insert, text
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.identifiers import ParticipantCode, bucket_of
from switch.domain.money import Money
from switch.domain.statements import BookedLine, ImportedStatement, Side
from switch.store.database import as_rows, insert_rows
from switch.store.tables.reconciliation import statement, statement_line

LINES_AT_ONCE = 10_000

_LINE_COLUMNS = tuple(statement_line.c.keys())
_INSERT_LINES = insert_rows(statement_line, _LINE_COLUMNS)
_LOCK_OWNER = text("SELECT code FROM participant WHERE code = :participant FOR NO KEY UPDATE")
_FIND = text("SELECT * FROM statement WHERE participant_code = :participant AND sha256 = :sha256")
_NEXT_REVISION = text("""
    SELECT coalesce(max(revision) + 1, 0) FROM statement
    WHERE participant_code = :participant AND business_date = :day AND currency = :currency
""")


async def lock_owner(connection: AsyncConnection, participant: ParticipantCode) -> None:
    """One import at a time for each participant, so that revisions have no gap and the same file is taken in once."""
    await connection.execute(_LOCK_OWNER, {"participant": participant})


async def find(connection: AsyncConnection, participant: ParticipantCode, sha256: str) -> ImportedStatement | None:
    """The statement that these bytes were taken in as."""
    row = (await connection.execute(_FIND, {"participant": participant, "sha256": sha256})).one_or_none()
    return from_row(row) if row else None


async def next_revision(connection: AsyncConnection, participant: ParticipantCode, business_date: date, currency: str) -> int:
    parameters = {"participant": participant, "day": business_date, "currency": currency}
    return int((await connection.execute(_NEXT_REVISION, parameters)).scalar_one())


async def insert_whole(connection: AsyncConnection, imported: ImportedStatement, lines: Sequence[BookedLine]) -> None:
    await connection.execute(insert(statement), _row(imported))
    remaining = iter(lines)
    while some := list(islice(remaining, LINES_AT_ONCE)):
        rows = [_line_row(imported.statement_id, line) for line in some]
        await connection.execute(_INSERT_LINES, as_rows(rows))


def from_row(row: Row[Any]) -> ImportedStatement:
    return ImportedStatement(
        statement_id=row.statement_id,
        participant=ParticipantCode(row.participant_code),
        side=Side(row.side),
        business_date=row.business_date,
        currency=row.currency,
        lines=row.lines,
        total=Money(row.total_minor, row.currency),
        revision=row.revision,
        sha256=row.sha256,
        received_at=row.received_at,
    )


def _row(imported: ImportedStatement) -> dict[str, Any]:
    return {
        "statement_id": imported.statement_id,
        "participant_code": imported.participant,
        "side": imported.side,
        "business_date": imported.business_date,
        "currency": imported.currency,
        "revision": imported.revision,
        "lines": imported.lines,
        "total_minor": imported.total.minor,
        "sha256": imported.sha256,
        "received_at": imported.received_at,
    }


def _line_row(statement_id: str, line: BookedLine) -> dict[str, Any]:
    return {
        "statement_id": statement_id,
        "line": line.line,
        "bucket": bucket_of(line.payment_id),
        "payment_id": line.payment_id,
        "own_reference": line.own_reference,
        "counterparty_code": line.counterparty,
        "customer_reference": line.customer_reference,
        "minor": line.minor,
        "business_date": line.business_date,
        "reversed": line.reversed,
    }
