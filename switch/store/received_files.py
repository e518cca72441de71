"""What came over SFTP: each file with its signature and what was answered; append only."""

from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.identifiers import ParticipantCode, bucketed_id
from switch.domain.received_files import ReceivedFile, ReceivedOutcome
from switch.store.tables.reconciliation import received_file

_PAGE = text("""
    SELECT * FROM received_file WHERE (CAST(:participant AS text) IS NULL OR participant_code = :participant)
    ORDER BY received_at DESC, received_id DESC LIMIT :limit
""")


async def append(connection: AsyncConnection, received: ReceivedFile) -> None:
    """The same file with the same answer is written down once."""
    values = {
        "received_id": bucketed_id(0, received.received_at),
        "participant_code": received.participant,
        "name": received.name,
        "sha256": received.sha256,
        "size": received.size,
        "signature": received.signature,
        "outcome": received.outcome,
        "code": received.code,
        "statement_id": received.statement_id,
        "received_at": received.received_at,
        "digest": b"",
    }
    await connection.execute(insert(received_file).values(values).on_conflict_do_nothing())


async def page(connection: AsyncConnection, participant: ParticipantCode | None, limit: int) -> list[ReceivedFile]:
    """Newest first."""
    return [_from_row(row) for row in (await connection.execute(_PAGE, {"participant": participant, "limit": limit})).all()]


def _from_row(row: Row[Any]) -> ReceivedFile:
    return ReceivedFile(
        participant=ParticipantCode(row.participant_code),
        name=row.name,
        sha256=row.sha256,
        size=row.size,
        signature=row.signature,
        outcome=ReceivedOutcome(row.outcome),
        code=row.code,
        statement_id=row.statement_id,
        received_at=row.received_at,
    )
