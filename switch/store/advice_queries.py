"""Advices as their biller asks for them. Reads only."""

from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.advices import Advice, AdviceKind
from switch.domain.identifiers import EventId, ParticipantCode, PaymentId

_WAITING = text("""
    SELECT event_id, biller_code, kind, payment_id, content, created_at, attempts FROM outbox
    WHERE biller_code = :biller AND acknowledged_at IS NULL AND event_id > CAST(:after AS uuid)
    ORDER BY event_id LIMIT :limit
""")
_FIRST = UUID(int=0)


class WaitingAdvice(NamedTuple):
    """An advice that its biller has not acknowledged, and how often it was pushed."""

    advice: Advice
    attempts: int


async def waiting(connection: AsyncConnection, biller: ParticipantCode, after: UUID | None, limit: int) -> list[WaitingAdvice]:
    """Oldest first; parked ones, too."""
    rows = (await connection.execute(_WAITING, {"biller": biller, "after": after or _FIRST, "limit": limit})).all()
    return [WaitingAdvice(_advice(row), row.attempts) for row in rows]


def _advice(row: Any) -> Advice:
    return Advice(
        event_id=EventId(row.event_id),
        biller=ParticipantCode(row.biller_code),
        kind=AdviceKind(row.kind),
        payment_id=PaymentId(row.payment_id),
        content=row.content,
        created_at=row.created_at,
    )
