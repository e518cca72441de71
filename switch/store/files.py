"""Issued files as they are written: who gets one for a window, the lines that stand in it, and the row that proves it."""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.identifiers import ParticipantCode, WindowId
from switch.domain.statements import FileHeader, FileKind, FileTotals, IssuedFile
from switch.store.database import as_rows, insert_rows
from switch.store.tables.schema import given_columns
from switch.store.tables.settlement import issued_file
from switch.store.vault import row_name, vault

ROWS_AT_ONCE = 5_000

_COLUMNS = given_columns(issued_file)
_INSERT = insert_rows(issued_file, _COLUMNS)
# Held to the end of the transaction by whoever issues files of this currency, so that sequences have neither gap nor double.
_TRY_LOCK = text("SELECT pg_try_advisory_xact_lock(hashtextextended('issue files ' || :currency, 0))")
_ISSUED = text("SELECT * FROM issued_file WHERE window_id = :window AND revision = 0")
_ISSUED_AT = text("SELECT files_issued_at FROM settlement_window WHERE window_id = :window")
_LAST = text("""
    SELECT DISTINCT ON (kind, participant_code) kind, participant_code, sequence, sha256 FROM issued_file
    WHERE currency = :currency ORDER BY kind, participant_code, sequence DESC, revision DESC
""")
# Everybody who had a payment in it, with its totals; and whoever is live and had none, so that nobody wonders.
_OWNERS = text("""
    WITH given AS (
        SELECT owner.kind, owner.code, count(*) AS lines, sum(amount_minor)::bigint AS amount, sum(owner.fee)::bigint AS fee,
            sum(owner.net)::bigint AS net
        FROM movement CROSS JOIN LATERAL (VALUES
            ('settlement', biller_code, biller_fee, amount_minor - biller_fee),
            ('statement', bank_code, payer_fee, amount_minor + payer_fee - bank_fee)
        ) AS owner (kind, code, fee, net)
        WHERE window_id = ANY((SELECT members_of(:window))::text[]) GROUP BY owner.kind, owner.code
    ),
    live AS (
        SELECT CASE WHEN kind = 'biller' THEN 'settlement' ELSE 'statement' END AS kind, code FROM participant
        WHERE kind IN ('bank', 'wallet', 'biller') AND status IN ('live', 'pilot')
    )
    SELECT kind, code, coalesce(lines, 0) AS lines, coalesce(amount, 0) AS amount, coalesce(fee, 0) AS fee, coalesce(net, 0) AS net
    FROM given FULL JOIN live USING (kind, code) ORDER BY kind, code
""")
_TO_BILLERS = text("""
    SELECT bank_code, biller_code, payment_id, bank_code, service_code, personal, bill_number, bank_reference, biller_reference,
        amount_minor, biller_fee, amount_minor - biller_fee, moved_at
    FROM movement WHERE window_id = ANY((SELECT members_of(:window))::text[]) ORDER BY biller_code, payment_id, reversal, movement_id
""")
_TO_BANKS = text("""
    SELECT bank_code, bank_code, payment_id, biller_code, service_code, personal, bill_number, bank_reference, biller_reference,
        amount_minor, payer_fee, amount_minor + payer_fee - bank_fee, moved_at
    FROM movement WHERE window_id = ANY((SELECT members_of(:window))::text[]) ORDER BY bank_code, payment_id, reversal, movement_id
""")
_LINES = {FileKind.SETTLEMENT: _TO_BILLERS, FileKind.STATEMENT: _TO_BANKS}


class Owner(NamedTuple):
    """Who gets a file, and the totals that the window's payments and reversals give it."""

    kind: FileKind
    participant: ParticipantCode
    totals: FileTotals


class LastIssued(NamedTuple):
    sequence: int
    sha256: str | None


async def try_lock(connection: AsyncConnection, currency: str) -> bool:
    """False where another process is issuing files just now."""
    return bool((await connection.execute(_TRY_LOCK, {"currency": currency})).scalar_one())


async def issued(connection: AsyncConnection, window_id: WindowId) -> dict[tuple[FileKind, ParticipantCode], IssuedFile]:
    files = [from_row(row) for row in (await connection.execute(_ISSUED, {"window": window_id})).all()]
    return {(file.header.kind, file.header.participant): file for file in files}


async def all_issued(connection: AsyncConnection, window_id: WindowId) -> bool:
    return (await connection.execute(_ISSUED_AT, {"window": window_id})).scalar_one() is not None


async def last_issued(connection: AsyncConnection, currency: str) -> dict[tuple[FileKind, ParticipantCode], LastIssued]:
    rows = (await connection.execute(_LAST, {"currency": currency})).all()
    return {(FileKind(row.kind), ParticipantCode(row.participant_code)): LastIssued(row.sequence, row.sha256) for row in rows}


async def owners(connection: AsyncConnection, window_id: WindowId) -> list[Owner]:
    """By kind, then code."""
    rows = (await connection.execute(_OWNERS, {"window": window_id})).all()
    return [Owner(FileKind(row.kind), ParticipantCode(row.code), FileTotals(row.lines, row.amount, row.fee, row.net)) for row in rows]


@asynccontextmanager
async def lines(connection: AsyncConnection, window_id: WindowId, kind: FileKind) -> AsyncIterator[AsyncIterator[Sequence[Sequence[Any]]]]:
    """All lines of a kind through a cursor of the server's, in parts: each row its file's owner, then the fields of its line."""
    async with connection.stream(_LINES[kind], {"window": window_id}, execution_options={"yield_per": ROWS_AT_ONCE}) as result:
        yield _with_references(result.partitions(ROWS_AT_ONCE))  # without its size it would be all at once


async def _with_references(parts: AsyncIterator[Sequence[Row[Any]]]) -> AsyncIterator[Sequence[Sequence[Any]]]:
    """The customer references come out of the vault as the lines go by; of an erased one nothing is left to say."""
    take = vault().take
    async for part in parts:
        lines = []
        for row in part:
            bank, owner, payment_id, counterparty, service, personal, *rest = tuple(row)
            reference = (take(bank, row_name("payment", payment_id), personal) or ("",))[0]
            lines.append((owner, payment_id, counterparty, service, reference, *rest))
        yield lines


async def insert(connection: AsyncConnection, files: Iterable[IssuedFile], at: datetime) -> None:
    rows = [_row(file, at) for file in files]
    if rows:
        await connection.execute(_INSERT, as_rows(rows))


def from_row(row: Row[Any]) -> IssuedFile:
    header = FileHeader(
        kind=FileKind(row.kind),
        participant=ParticipantCode(row.participant_code),
        window_id=WindowId(row.window_id),
        business_date=row.business_date,
        currency=row.currency,
        sequence=row.sequence,
        revision=row.revision,
        previous_sha256=row.previous_sha256,
        rtgs_reference=row.rtgs_reference,
        settled_at=row.settled_at,
        changes=tuple(row.changes or ()),
    )
    totals = FileTotals(row.lines, row.amount_minor, row.fee_minor, row.net_minor)
    return IssuedFile(row.file_id, row.name, header, totals, row.layout, row.size, row.sha256)


def _row(file: IssuedFile, at: datetime) -> dict[str, Any]:
    header, totals = file.header, file.totals
    return {
        "file_id": file.file_id,
        "name": file.name,
        "kind": header.kind,
        "participant_code": header.participant,
        "window_id": header.window_id,
        "business_date": header.business_date,
        "currency": header.currency,
        "layout": file.layout,
        "sequence": header.sequence,
        "revision": header.revision,
        "previous_sha256": header.previous_sha256,
        "rtgs_reference": header.rtgs_reference,
        "settled_at": header.settled_at,
        "changes": list(header.changes),
        "lines": totals.lines,
        "amount_minor": totals.amount,
        "fee_minor": totals.fee,
        "net_minor": totals.net,
        "size": file.size,
        "sha256": file.sha256,
        "issued_at": at,
    }
