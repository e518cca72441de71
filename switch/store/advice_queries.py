"""Advices as their biller asks for them. Reads only."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.advices import Advice, AdviceKind
from switch.domain.identifiers import EventId, ParticipantCode, PaymentId, bucket_of
from switch.store.outbox import from_row

_WAITING = text("""
    SELECT event_id, outbox.biller_code, kind, payment_id, content, created_at, outbox.attempts, personal
    FROM outbox JOIN payment USING (bucket, payment_id)
    WHERE outbox.biller_code = :biller AND acknowledged_at IS NULL AND event_id > CAST(:after AS uuid)
    ORDER BY event_id LIMIT :limit
""")
_OUTSTANDING = """
    SELECT event_id, biller_code, kind, payment_id, created_at, attempts, next_attempt_at, parked_at FROM outbox
    WHERE acknowledged_at IS NULL AND event_id > CAST(:after AS uuid) AND (CAST(:biller AS text) IS NULL OR biller_code = :biller)
"""
_WAITING_OR_PARKED = text(f"{_OUTSTANDING} ORDER BY event_id LIMIT :limit")
_PARKED = text(f"{_OUTSTANDING} AND parked_at IS NOT NULL ORDER BY event_id LIMIT :limit")
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
    return [WaitingAdvice(from_row(row), row.attempts) for row in rows]


class OutstandingAdvice(NamedTuple):
    """An advice that its biller has not acknowledged, as staff see it: what it says of the payer is not in it."""

    event_id: EventId
    biller: ParticipantCode
    kind: AdviceKind
    payment_id: PaymentId
    created_at: datetime
    attempts: int
    next_attempt_at: datetime
    parked_at: datetime | None


async def outstanding(
    connection: AsyncConnection, biller: ParticipantCode | None, after: UUID | None, limit: int, *, parked: bool
) -> list[OutstandingAdvice]:
    """Oldest first; `parked`: those only."""
    parameters = {"biller": biller, "after": after or _FIRST, "limit": limit}
    rows = (await connection.execute(_PARKED if parked else _WAITING_OR_PARKED, parameters)).all()
    return [OutstandingAdvice(*row)._replace(kind=AdviceKind(row.kind)) for row in rows]


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
