"""Quarantined statements with their reports. The files themselves lie in a file drop."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.identifiers import ParticipantCode
from switch.domain.quarantine import QuarantinedStatement
from switch.domain.statement_faults import Fault, FaultCode
from switch.store.tables.reconciliation import quarantined_statement

_PAGE = text("""
    SELECT quarantined.*, statement.statement_id AS taken_in_as
    FROM quarantined_statement AS quarantined LEFT JOIN statement USING (participant_code, sha256)
    WHERE (CAST(:participant AS text) IS NULL OR quarantined.participant_code = :participant)
      AND (CAST(:id AS text) IS NULL OR quarantined.quarantine_id = :id)
      AND (CAST(:after AS text) IS NULL OR (quarantined.received_at, quarantined.quarantine_id)
          < (SELECT received_at, quarantine_id FROM quarantined_statement
             WHERE quarantine_id = :after AND (CAST(:participant AS text) IS NULL OR participant_code = :participant)))
    ORDER BY quarantined.received_at DESC, quarantined.quarantine_id DESC LIMIT :limit
""")
_OLD = text("""
    SELECT quarantine_id, participant_code FROM quarantined_statement WHERE received_at < :before ORDER BY received_at LIMIT :most
""")
_FORGET = text("DELETE FROM quarantined_statement WHERE quarantine_id = ANY(:ids) AND received_at < :before")


async def put(connection: AsyncConnection, quarantined: QuarantinedStatement) -> None:
    """The newest report of the same bytes counts: they may have been read by another mapping."""
    statement = insert(quarantined_statement).values(_row(quarantined))
    renewed = {name: statement.excluded[name] for name in ("layout", "faults", "received_at")}
    await connection.execute(statement.on_conflict_do_update(index_elements=["quarantine_id"], set_=renewed))


async def old(connection: AsyncConnection, before: datetime, most: int) -> list[tuple[str, ParticipantCode]]:
    """With whose each is; the oldest first."""
    rows = (await connection.execute(_OLD, {"before": before, "most": most})).all()
    return [(row.quarantine_id, ParticipantCode(row.participant_code)) for row in rows]


async def forget(connection: AsyncConnection, ids: Sequence[str], before: datetime) -> int:
    """But what has come again meanwhile: how many."""
    return int((await connection.execute(_FORGET, {"ids": list(ids), "before": before})).rowcount)


async def page(
    connection: AsyncConnection,
    participant: ParticipantCode | None,
    quarantine_id: str | None = None,
    after: str | None = None,
    limit: int = 100,
) -> list[QuarantinedStatement]:
    """Newest first."""
    parameters = {"participant": participant, "id": quarantine_id, "after": after, "limit": limit}
    return [_from_row(row) for row in (await connection.execute(_PAGE, parameters)).all()]


def _row(quarantined: QuarantinedStatement) -> dict[str, Any]:
    return {
        "quarantine_id": quarantined.quarantine_id,
        "participant_code": quarantined.participant,
        "layout": quarantined.layout,
        "size": quarantined.size,
        "sha256": quarantined.sha256,
        "received_at": quarantined.received_at,
        "faults": [[its.row, its.field, its.code, its.found, its.expected] for its in quarantined.faults],
    }


def _from_row(row: Row[Any]) -> QuarantinedStatement:
    return QuarantinedStatement(
        quarantine_id=row.quarantine_id,
        participant=ParticipantCode(row.participant_code),
        layout=row.layout,
        size=row.size,
        sha256=row.sha256,
        received_at=row.received_at,
        faults=tuple(Fault(number, field, FaultCode(code), found, expected) for number, field, code, found, expected in row.faults),
        taken_in_as=row.taken_in_as,
    )
