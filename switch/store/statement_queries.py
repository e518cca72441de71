"""Statements as they are asked for. Reads only."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.booked_statements import ImportedStatement, Side
from switch.domain.identifiers import ParticipantCode, PaymentId
from switch.store.statements import from_row

_PAGE = text("""
    SELECT * FROM statement
    WHERE (CAST(:participant AS text) IS NULL OR participant_code = :participant)
      AND (CAST(:day AS date) IS NULL OR business_date = :day)
    ORDER BY received_at DESC, statement_id DESC LIMIT :limit
""")
_LINES_OF_PAYMENT = text("""
    SELECT statement.participant_code, statement.side, statement.statement_id, line.line, line.own_reference, line.minor,
        statement.currency, line.business_date, line.reversed
    FROM statement JOIN statement_line AS line USING (statement_key)
    WHERE statement.participant_code = ANY(:participants) AND statement.business_date >= :day AND line.payment_id = :payment_id
    ORDER BY statement.received_at, statement.statement_id, line.line
""")


class StatedLine(NamedTuple):
    """One line of a participant's statement, about one payment; minor units."""

    participant: ParticipantCode
    side: Side
    statement_id: str
    line: int
    own_reference: str | None
    minor: int
    currency: str
    business_date: date
    reversed: bool


async def lines_of_payment(
    connection: AsyncConnection, payment_id: PaymentId, participants: Sequence[ParticipantCode], since: date
) -> list[StatedLine]:
    """In the order in which they were handed in."""
    parameters = {"participants": list(participants), "day": since, "payment_id": payment_id}
    rows = (await connection.execute(_LINES_OF_PAYMENT, parameters)).all()
    return [StatedLine(*row)._replace(side=Side(row.side)) for row in rows]


async def page(
    connection: AsyncConnection, participant: ParticipantCode | None, business_date: date | None, limit: int
) -> list[ImportedStatement]:
    """Newest first."""
    parameters = {"participant": participant, "day": business_date, "limit": limit}
    return [from_row(row) for row in (await connection.execute(_PAGE, parameters)).all()]
