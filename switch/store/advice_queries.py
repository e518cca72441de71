"""Advices as their biller asks for them. Reads only."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.advices import Advice, AdviceKind
from switch.domain.identifiers import EventId, ParticipantCode, PaymentId, bucket_of

_WAITING = text("""
    SELECT event_id, biller_code, kind, payment_id, content, created_at, attempts FROM outbox
    WHERE biller_code = :biller AND acknowledged_at IS NULL AND event_id > CAST(:after AS uuid)
    ORDER BY event_id LIMIT :limit
""")
_OF_PAYMENT = text("""
    SELECT event_id, kind, created_at, attempts, next_attempt_at, acknowledged_at, parked_at FROM outbox
    WHERE bucket = :bucket AND payment_id = :payment_id ORDER BY event_id
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


class Delivery(NamedTuple):
    """How far an advice has come."""

    event_id: EventId
    kind: AdviceKind
    created_at: datetime
    attempts: int
    next_attempt_at: datetime
    acknowledged_at: datetime | None
    parked_at: datetime | None


async def of_payment(connection: AsyncConnection, payment_id: PaymentId) -> list[Delivery]:
    rows = (await connection.execute(_OF_PAYMENT, {"bucket": bucket_of(payment_id), "payment_id": payment_id})).all()
    return [Delivery(*row)._replace(kind=AdviceKind(row.kind)) for row in rows]


def _advice(row: Any) -> Advice:
    return Advice(
        event_id=EventId(row.event_id),
        biller=ParticipantCode(row.biller_code),
        kind=AdviceKind(row.kind),
        payment_id=PaymentId(row.payment_id),
        content=row.content,
        created_at=row.created_at,
    )
