"""Receipts of files, and how often their receivers were reminded."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.file_receipts import (
    ACKNOWLEDGED_WITHIN,
    MOST_CHASES,
    FileCare,
    FileReceipt,
    ReceiptOutcome,
    ReceiptReason,
    RefusedFor,
)
from switch.domain.identifiers import ParticipantCode
from switch.store.database import as_rows, insert_rows
from switch.store.files import from_row
from switch.store.tables.settlement import file_receipt

_INSERT = insert_rows(file_receipt, ("file_id", "number", "outcome", "reasons", "received_at", "by"))
_LOCK = text("SELECT * FROM issued_file WHERE file_id = :file AND (CAST(:code AS text) IS NULL OR participant_code = :code) FOR UPDATE")
_NEWEST = text("SELECT * FROM file_receipt WHERE file_id = :file ORDER BY number DESC LIMIT 1")
_CARE = """
    SELECT file.*, receipt.number, receipt.outcome, receipt.reasons, receipt.received_at, receipt.by,
        (SELECT count(*) FROM file_chase WHERE file_chase.file_id = file.file_id) AS chased
    FROM issued_file AS file
    LEFT JOIN LATERAL (SELECT * FROM file_receipt WHERE file_id = file.file_id ORDER BY number DESC LIMIT 1) AS receipt ON true
"""
_OF = text(f"{_CARE} WHERE file.file_id = ANY(:files)")
# Only a file's last revision is waited for.
_LAST_REVISION = """
    NOT EXISTS (SELECT FROM issued_file AS later WHERE (later.participant_code, later.kind, later.window_id)
        = (file.participant_code, file.kind, file.window_id) AND later.revision > file.revision)
"""
_OPEN = text(f"""
    {_CARE} WHERE {_LAST_REVISION} AND (receipt.outcome = 'refused' OR receipt.outcome IS NULL AND file.issued_at < :before)
    ORDER BY file.issued_at, file.file_id LIMIT :limit
""")
_CHASE = text(f"""
    INSERT INTO file_chase (file_id, number, chased_at)
    SELECT file_id, floor(extract(epoch FROM CAST(:now AS timestamptz) - issued_at) / :within)::integer, :now FROM issued_file AS file
    WHERE issued_at < CAST(:now AS timestamptz) - make_interval(secs => :within)
      AND issued_at > CAST(:now AS timestamptz) - make_interval(secs => :within * (:most + 1))
      AND NOT EXISTS (SELECT FROM file_receipt WHERE file_receipt.file_id = file.file_id) AND {_LAST_REVISION}
    ON CONFLICT (file_id, number) DO NOTHING RETURNING file_id, number
""")  # noqa: S608 - our own text


async def lock(connection: AsyncConnection, code: ParticipantCode | None, file_id: str) -> Row[Any] | None:
    """One receipt of a file at a time; None where it is not that participant's."""
    return (await connection.execute(_LOCK, {"file": file_id, "code": code})).one_or_none()


async def newest(connection: AsyncConnection, file_id: str) -> FileReceipt | None:
    row = (await connection.execute(_NEWEST, {"file": file_id})).one_or_none()
    return None if row is None else _receipt(row)


async def insert(connection: AsyncConnection, receipt: FileReceipt) -> None:
    row = {
        "file_id": receipt.file_id,
        "number": receipt.number,
        "outcome": receipt.outcome,
        "reasons": [{"reason": each.reason, "line": each.line, "note": each.note} for each in receipt.reasons],
        "received_at": receipt.received_at,
        "by": receipt.by,
    }
    await connection.execute(_INSERT, as_rows([row]))


async def of_files(connection: AsyncConnection, file_ids: Sequence[str]) -> dict[str, FileCare]:
    rows = (await connection.execute(_OF, {"files": list(file_ids)})).all()
    return {row.file_id: _care(row) for row in rows}


async def unsettled(connection: AsyncConnection, now: datetime, limit: int) -> list[FileCare]:
    """Refused, or silent for too long; the oldest first."""
    rows = (await connection.execute(_OPEN, {"before": now - ACKNOWLEDGED_WITHIN, "limit": limit})).all()
    return [_care(row) for row in rows]


async def chase(connection: AsyncConnection, now: datetime) -> list[tuple[str, int]]:
    """The files whose receivers are to be reminded now, each once for every time that goes by, with the number of that time."""
    parameters = {"now": now, "within": ACKNOWLEDGED_WITHIN.total_seconds(), "most": MOST_CHASES}
    return [(row.file_id, row.number) for row in (await connection.execute(_CHASE, parameters)).all()]


def _care(row: Row[Any]) -> FileCare:
    return FileCare(from_row(row), row.issued_at, None if row.outcome is None else _receipt(row), row.chased)


def _receipt(row: Row[Any]) -> FileReceipt:
    reasons = tuple(RefusedFor(ReceiptReason(each["reason"]), each["line"], each["note"]) for each in row.reasons)
    return FileReceipt(row.file_id, row.number, ReceiptOutcome(row.outcome), reasons, row.received_at, row.by)
