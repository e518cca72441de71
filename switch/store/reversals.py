"""Reversals: inserted, locked, moved on, found, leased to whoever asks the biller again."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.fees import Fees
from switch.domain.identifiers import IdempotencyKey, ParticipantCode, PaymentId, ReversalId, ServiceCode, bucket_of
from switch.domain.money import Money
from switch.domain.outcomes import Reason
from switch.domain.retries import waits_beyond
from switch.domain.reversals import Reversal, ReversalReason, ReversalRequest, ReversalState
from switch.store.database import Writing, as_rows, insert_rows, rows_of
from switch.store.forwards import bring_forward, forward_of
from switch.store.tables.payments import reversal as table

_INSERT = insert_rows(table, tuple(table.c.keys()))
_FIND = text("SELECT * FROM reversal WHERE bucket = :bucket AND reversal_id = :id")
_LOCK = text("SELECT * FROM reversal WHERE bucket = :bucket AND reversal_id = :id FOR UPDATE")
_OF_PAYMENT = text("SELECT * FROM reversal WHERE bucket = :bucket AND payment_id = :id ORDER BY asked_at, reversal_id")
_MOVING = (
    "bucket", "reversal_id", "state", "next_attempt_at", "attempts", "refused_because", "response_code", "biller_reference",
    "window_id", "business_date", "concluded_at",
)  # fmt: skip
_MOVE = text(f"""
    UPDATE reversal SET {", ".join(f"{name} = moved.{name}" for name in _MOVING[2:])}
    FROM {rows_of(table, _MOVING, "moved")}
    WHERE reversal.bucket = moved.bucket AND reversal.reversal_id = moved.reversal_id
""")  # noqa: S608 - our own names
_BILLERS_DUE = text("""
    SELECT DISTINCT code FROM unnest(CAST(:billers AS text[]), CAST(:beyond AS timestamptz[])) AS wanted (code, beyond)
    JOIN payment ON payment.biller_code = wanted.code JOIN reversal USING (bucket, payment_id)
    WHERE reversal.state IN ('ASKED', 'IN_DOUBT') AND (reversal.next_attempt_at <= :now OR reversal.next_attempt_at > wanted.beyond)
""")
_LEASE = text("""
    UPDATE reversal SET next_attempt_at = CAST(:leased_until AS timestamptz)
    FROM (SELECT reversal.bucket, reversal_id FROM reversal JOIN payment USING (bucket, payment_id)
          WHERE reversal.state IN ('ASKED', 'IN_DOUBT') AND payment.biller_code = :biller
            AND (reversal.next_attempt_at <= :now OR reversal.next_attempt_at > :beyond)
          ORDER BY reversal.next_attempt_at LIMIT :most FOR UPDATE OF reversal SKIP LOCKED) AS due
    WHERE reversal.bucket = due.bucket AND reversal.reversal_id = due.reversal_id
    RETURNING reversal.*
""")
_FORWARD = forward_of(
    "reversal",
    ("bucket", "reversal_id"),
    "state = 'IN_DOUBT' AND EXISTS (SELECT FROM payment WHERE payment.bucket = reversal.bucket"
    " AND payment.payment_id = reversal.payment_id AND biller_code = :whose)",
)
_OVERDUE = text("""
    SELECT reversal.*, payment.service_code FROM reversal JOIN payment USING (bucket, payment_id)
    WHERE reversal.state IN ('ASKED', 'IN_DOUBT') AND reversal.certain_by <= :now
      AND payment.service_code = ANY(coalesce(CAST(:services AS text[]), ARRAY[payment.service_code]))
    ORDER BY reversal.certain_by LIMIT :most
""")
_LIVE_OF_PAYMENT = text("""
    SELECT * FROM reversal WHERE bucket = :bucket AND payment_id = :id AND state IN ('ASKED', 'IN_DOUBT')
""")


async def insert(connection: Writing, reversal: Reversal) -> None:
    await connection.execute(_INSERT, as_rows([_row(reversal)]))


async def move(connection: Writing, reversals: Collection[Reversal]) -> None:
    """The rows are locked by this transaction; the database checks the transition once more."""
    rows = [{name: value for name, value in _row(reversal).items() if name in _MOVING} for reversal in reversals]
    await connection.execute(_MOVE, as_rows(rows))


async def find(connection: AsyncConnection, reversal_id: UUID) -> Reversal | None:
    row = (await connection.execute(_FIND, {"bucket": bucket_of(reversal_id), "id": reversal_id})).one_or_none()
    return None if row is None else from_row(row)


async def lock(connection: AsyncConnection, reversal_id: ReversalId) -> Reversal | None:
    row = (await connection.execute(_LOCK, {"bucket": bucket_of(reversal_id), "id": reversal_id})).one_or_none()
    return None if row is None else from_row(row)


async def of_payment(connection: AsyncConnection, payment_id: UUID) -> Sequence[Reversal]:
    """In the order in which they were asked for."""
    rows = (await connection.execute(_OF_PAYMENT, {"bucket": bucket_of(payment_id), "id": payment_id})).all()
    return [from_row(row) for row in rows]


async def standing_of_payment(connection: AsyncConnection, payment_id: UUID) -> Sequence[Reversal]:
    """Those that are live or agreed, in the order in which they were asked for; at most one of them is live."""
    return [reversal for reversal in await of_payment(connection, payment_id) if reversal.state is not ReversalState.REFUSED]


async def live_of_payment(connection: AsyncConnection, payment_id: UUID) -> Reversal | None:
    row = (await connection.execute(_LIVE_OF_PAYMENT, {"bucket": bucket_of(payment_id), "id": payment_id})).one_or_none()
    return None if row is None else from_row(row)


async def overdue(
    connection: AsyncConnection, now: datetime, most: int, services: Sequence[str] | None = None
) -> list[tuple[Reversal, ServiceCode]]:
    """Live ones past the moment by which they were to be certain, oldest first, with the payment's service; all, or of these."""
    parameters = {"now": now, "most": most, "services": None if services is None else list(services)}
    return [(from_row(row), ServiceCode(row.service_code)) for row in (await connection.execute(_OVERDUE, parameters)).all()]


async def billers_due(connection: AsyncConnection, billers: Mapping[ParticipantCode, datetime], now: datetime) -> list[ParticipantCode]:
    """Those of them with live reversals whose time has come, or that wait beyond the moment that stands beside them."""
    parameters = {"billers": list(billers), "beyond": list(billers.values()), "now": now}
    return list((await connection.execute(_BILLERS_DUE, parameters)).scalars())


async def lease_due(
    connection: AsyncConnection, biller: ParticipantCode, now: datetime, lease_seconds: int, most: int, *, early: bool = False
) -> list[Reversal]:
    """Live ones whose time has come, none of them given to another worker until the lease ends. `early`: also before it.

    What is to wait longer than anything ever waits was written by a clock that has been set back since: its time has come, too.
    """
    leased_until, beyond = now + timedelta(seconds=lease_seconds), waits_beyond(now, lease_seconds, early=early)
    parameters = {"biller": biller, "now": now, "beyond": beyond, "leased_until": leased_until, "most": most}
    return [from_row(row) for row in (await connection.execute(_LEASE, parameters)).all()]


async def bring_forward_of(connection: AsyncConnection, biller: ParticipantCode, now: datetime, beyond: datetime) -> bool:
    """Those in doubt at a biller that is back; whether there may be more."""
    return await bring_forward(connection, _FORWARD, biller, now, beyond)


def from_row(row: Row[Any]) -> Reversal:
    request = ReversalRequest(
        bank=ParticipantCode(row.bank_code),
        idempotency_key=IdempotencyKey(row.idempotency_key),
        payment_id=PaymentId(row.payment_id),
        reason=ReversalReason(row.reason),
        bank_reference=row.bank_reference,
        amount=None if row.requested_minor is None else Money(row.requested_minor, row.requested_currency),
    )
    return Reversal(
        reversal_id=ReversalId(row.reversal_id),
        request=request,
        state=ReversalState(row.state),
        amount=Money(row.amount_minor, row.currency),
        fees=Fees(row.payer_fee, row.biller_fee, row.switch_fee, row.bank_fee, row.central_bank_fee, row.tax),
        asked_at=row.asked_at,
        certain_by=row.certain_by,
        next_attempt_at=row.next_attempt_at,
        attempts=row.attempts,
        refused_because=Reason(row.refused_because) if row.refused_because else None,
        response_code=row.response_code,
        biller_reference=row.biller_reference,
        window_id=row.window_id,
        business_date=row.business_date,
        concluded_at=row.concluded_at,
    )


def _row(reversal: Reversal) -> dict[str, Any]:
    request, fees = reversal.request, reversal.fees
    return {
        "bucket": reversal.bucket,
        "reversal_id": reversal.reversal_id,
        "payment_id": request.payment_id,
        "bank_code": request.bank,
        "idempotency_key": request.idempotency_key,
        "request_digest": request.digest(),
        "reason": request.reason,
        "bank_reference": request.bank_reference,
        "requested_minor": request.amount and request.amount.minor,
        "requested_currency": request.amount and request.amount.currency,
        "state": reversal.state,
        "amount_minor": reversal.amount.minor,
        "currency": reversal.amount.currency,
        "payer_fee": fees.payer,
        "biller_fee": fees.biller,
        "switch_fee": fees.switch,
        "bank_fee": fees.bank,
        "central_bank_fee": fees.central_bank,
        "tax": fees.tax,
        "asked_at": reversal.asked_at,
        "certain_by": reversal.certain_by,
        "next_attempt_at": reversal.next_attempt_at,
        "attempts": reversal.attempts,
        "refused_because": reversal.refused_because,
        "response_code": reversal.response_code,
        "biller_reference": reversal.biller_reference,
        "window_id": reversal.window_id,
        "business_date": reversal.business_date,
        "concluded_at": reversal.concluded_at,
    }
