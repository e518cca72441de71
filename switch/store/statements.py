"""Statements as participants hand them in: poured in whole or not at all, one revision after another."""

from collections.abc import AsyncIterator, Iterable, Iterator
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Row, insert, text
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.booked_statements import ImportedStatement, NotPlain, Side
from switch.domain.identifiers import ParticipantCode
from switch.domain.money import MAXIMUM_MINOR, SCALES, Money
from switch.domain.pseudonyms import customer_pseudonyms
from switch.store.copying import copy_in
from switch.store.tables.reconciliation import statement

STATEMENT_TIMEOUT_SECONDS = 600
PLAIN_COLUMNS = ("line", "payment_id", "own_reference", "counterparty_code", "customer_pseudonym", "amount", "business_date", "reversed")
_REFERENCE_AT = PLAIN_COLUMNS.index("customer_pseudonym")

_LOCK_OWNER = text("SELECT code FROM participant WHERE code = :participant FOR NO KEY UPDATE")
_FIND = text("SELECT * FROM statement WHERE participant_code = :participant AND sha256 = :sha256")
_NEXT_REVISION = text("""
    SELECT coalesce(max(revision) + 1, 0) FROM statement
    WHERE participant_code = :participant AND business_date = :day AND currency = :currency
""")
_PREPARE = text("""
    SELECT set_config('switch.statement_key', CAST(:key AS text), true), set_config('datestyle', 'ISO, YMD', true),
        set_config('statement_timeout', :timeout, true)
""")
# One pass over what was poured in: how much it is, and whether each amount has the decimals that it must have. A zero in front of other
# digits is refused, for it could begin a number that is no decimal one (0x1F).
_POURED = text("""
    SELECT counterparty_code, count(*) AS lines, min(line) AS first, max(line) AS last, sum(line)::bigint AS numbers,
        sum(minor)::bigint AS minor, coalesce(sum(fee_minor), 0)::bigint AS fee_minor,
        max(char_length(own_reference)) AS longest,
        bool_and(minor BETWEEN 1 AND :most AND amount LIKE :written AND (amount NOT LIKE '0%' OR amount LIKE '0' || :after_zero))
            AS well_written
    FROM statement_line WHERE statement_key = :key GROUP BY counterparty_code
""")


class Poured(NamedTuple):
    """What stands in the table under one key, for each counterparty."""

    counterparty: str
    lines: int
    first: int
    last: int
    numbers: int
    minor: int
    fee_minor: int
    longest: int
    well_written: bool


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


async def prepare(connection: AsyncConnection, key: int) -> None:
    """What is poured in on this connection now is kept under `key`."""
    await connection.execute(_PREPARE, {"key": key, "timeout": f"{STATEMENT_TIMEOUT_SECONDS}s"})


def with_pseudonyms(blocks: Iterable[bytes], longest: int) -> Iterator[bytes]:
    """Whole rows of PLAIN_COLUMNS with customer references become such with pseudonyms. Raises NotPlain where a reference is too long.

    A whole block is taken apart at once. A row with another number of cells is none for COPY, whatever was made of it here.
    """
    for block in blocks:
        cells = block.split(b",")
        references = cells[_REFERENCE_AT :: len(PLAIN_COLUMNS) - 1]
        if max(map(len, references), default=0) > longest:
            raise NotPlain
        cells[_REFERENCE_AT :: len(PLAIN_COLUMNS) - 1] = customer_pseudonyms(references)
        yield b",".join(cells)


async def pour_plain(connection: AsyncConnection, blocks: AsyncIterator[bytes]) -> None:
    """Rows of PLAIN_COLUMNS, with commas between. Raises DataRefused where a cell is not what its column takes."""
    await copy_in(connection, f"COPY statement_line ({', '.join(PLAIN_COLUMNS)}) FROM STDIN (DELIMITER ',')", blocks)


async def poured(connection: AsyncConnection, key: int, currency: str) -> list[Poured]:
    """For each counterparty that is named."""
    parameters = {"key": key, "most": MAXIMUM_MINOR, "written": "%." + "_" * SCALES[currency], "after_zero": "." + "_" * SCALES[currency]}
    return [Poured(*row) for row in (await connection.execute(_POURED, parameters)).all()]


async def insert_header(connection: AsyncConnection, imported: ImportedStatement, key: int) -> None:
    await connection.execute(insert(statement), _row(imported, key))


def from_row(row: Row[Any]) -> ImportedStatement:
    return ImportedStatement(
        statement_id=row.statement_id,
        participant=ParticipantCode(row.participant_code),
        side=Side(row.side),
        business_date=row.business_date,
        currency=row.currency,
        lines=row.lines,
        total=Money(row.total_minor, row.currency),
        fees=Money(row.fee_minor, row.currency),
        revision=row.revision,
        layout=row.layout,
        sha256=row.sha256,
        received_at=row.received_at,
        grouping=row.grouping,
    )


def _row(imported: ImportedStatement, key: int) -> dict[str, Any]:
    return {
        "statement_id": imported.statement_id,
        "statement_key": key,
        "participant_code": imported.participant,
        "side": imported.side,
        "business_date": imported.business_date,
        "currency": imported.currency,
        "revision": imported.revision,
        "lines": imported.lines,
        "total_minor": imported.total.minor,
        "fee_minor": imported.fees.minor,
        "layout": imported.layout,
        "grouping": imported.grouping,
        "sha256": imported.sha256,
        "received_at": imported.received_at,
    }
