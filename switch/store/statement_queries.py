"""Statements as they are asked for. Reads only."""

from datetime import date

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.identifiers import ParticipantCode
from switch.domain.statements import ImportedStatement
from switch.store.statements import from_row

_PAGE = text("""
    SELECT * FROM statement
    WHERE (CAST(:participant AS text) IS NULL OR participant_code = :participant)
      AND (CAST(:day AS date) IS NULL OR business_date = :day)
    ORDER BY received_at DESC, statement_id DESC LIMIT :limit
""")


async def page(
    connection: AsyncConnection, participant: ParticipantCode | None, business_date: date | None, limit: int
) -> list[ImportedStatement]:
    """Newest first."""
    parameters = {"participant": participant, "day": business_date, "limit": limit}
    return [from_row(row) for row in (await connection.execute(_PAGE, parameters)).all()]
