"""Payments: inserted, locked, moved on, found; and their append-only history."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.fees import Fees
from switch.domain.identifiers import ParticipantCode, PaymentId, bucket_of
from switch.domain.money import Money
from switch.domain.outcomes import Reason
from switch.domain.payments import Channel, Method, Payer, Payment, PaymentEvent, PaymentRequest, PaymentState
from switch.domain.pseudonyms import customer_pseudonym
from switch.domain.retries import waits_beyond
from switch.domain.stand_in import StandInState
from switch.store.database import Writing, as_rows, insert_rows, rows_of
from switch.store.forwards import bring_forward, forward_of
from switch.store.tables.payments import payment as table
from switch.store.tables.payments import payment_event
from switch.store.tables.schema import given_columns
from switch.store.vault import row_name, vault

_COLUMNS = tuple(table.c.keys())
_INSERT = insert_rows(table, _COLUMNS)
_INSERT_EVENTS = insert_rows(payment_event, given_columns(payment_event))
_FIND = text("""
    SELECT payment.* FROM payment
    JOIN unnest(CAST(:buckets AS smallint[]), CAST(:ids AS uuid[])) AS wanted (bucket, payment_id) USING (bucket, payment_id)
""")
_OF_PARTY = text("""
    SELECT * FROM payment WHERE bucket = :bucket AND payment_id = :payment_id AND :party IN (bank_code, biller_code)
""")
_LOCK_OF_BANK = text("SELECT * FROM payment WHERE bucket = :bucket AND payment_id = :payment_id AND bank_code = :bank FOR UPDATE")
_LOCK = text(f"{_FIND.text} ORDER BY payment.bucket, payment.payment_id FOR UPDATE OF payment")
_LOCK_ONLY = text("""
    SELECT FROM payment WHERE bucket = ANY(CAST(:buckets AS smallint[])) AND payment_id = ANY(CAST(:ids AS uuid[]))
    ORDER BY bucket, payment_id FOR NO KEY UPDATE
""")
_MOVING = (
    "bucket",
    "payment_id",
    "state",
    "reason",
    "response_code",
    "biller_reference",
    "window_id",
    "business_date",
    "next_attempt_at",
    "attempts",
    "concluded_at",
    "events",
    "refunded_minor",
    "refunds",
)
_CONCLUDE = text(f"""
    UPDATE payment SET state = moved.state, reason = moved.reason, response_code = moved.response_code,
        biller_reference = moved.biller_reference, window_id = moved.window_id, business_date = moved.business_date,
        next_attempt_at = moved.next_attempt_at, attempts = moved.attempts, concluded_at = moved.concluded_at, events = moved.events,
        refunded_minor = moved.refunded_minor, refunds = moved.refunds
    FROM {rows_of(table, _MOVING, "moved")}
    WHERE payment.bucket = moved.bucket AND payment.payment_id = moved.payment_id
""")  # noqa: S608 - our own names
_BILLERS_DUE = text("""
    SELECT code FROM unnest(CAST(:billers AS text[]), CAST(:beyond AS timestamptz[])) AS wanted (code, beyond)
    WHERE EXISTS (SELECT FROM payment WHERE biller_code = wanted.code AND state IN ('RESERVED', 'IN_DOUBT') AND next_attempt_at <= :now)
       OR EXISTS (SELECT FROM payment
                  WHERE biller_code = wanted.code AND state IN ('RESERVED', 'IN_DOUBT') AND next_attempt_at > wanted.beyond)
""")
_LEASE = text("""
    UPDATE payment SET next_attempt_at = CAST(:leased_until AS timestamptz)
    FROM (SELECT * FROM (SELECT bucket, payment_id FROM payment
                         WHERE biller_code = :biller AND state IN ('RESERVED', 'IN_DOUBT') AND next_attempt_at <= :now
                         ORDER BY next_attempt_at LIMIT :most FOR UPDATE SKIP LOCKED) AS due
          UNION ALL
          SELECT * FROM (SELECT bucket, payment_id FROM payment
                         WHERE biller_code = :biller AND state IN ('RESERVED', 'IN_DOUBT') AND next_attempt_at > :beyond
                         ORDER BY next_attempt_at LIMIT :most FOR UPDATE SKIP LOCKED) AS stranded) AS due
    WHERE payment.bucket = due.bucket AND payment.payment_id = due.payment_id
    RETURNING payment.*
""")
_FORWARD = forward_of("payment", ("bucket", "payment_id"), "biller_code = :whose AND state = 'IN_DOUBT'")

_NOBODY = Payer()
_NOTHING_KNOWN = ("", None, None, None)


async def insert(connection: Writing, payments: Collection[Payment]) -> None:
    await connection.execute(_INSERT, as_rows([_row(payment) for payment in payments]))


async def conclude(connection: Writing, payments: Collection[Payment]) -> None:
    """Write what has moved. The rows are locked by this transaction; the database checks the transition once more."""
    await connection.execute(_CONCLUDE, as_rows([_moved(payment) for payment in payments]))


async def append_events(connection: Writing, events: Sequence[PaymentEvent]) -> None:
    rows = [
        {
            "bucket": bucket_of(event.payment_id),
            "payment_id": event.payment_id,
            "number": event.number,
            "at": event.at,
            "from_state": event.from_state,
            "to_state": event.to_state,
            "by": event.by,
            "note": event.note,
        }
        for event in events
    ]
    await connection.execute(_INSERT_EVENTS, as_rows(rows))


async def find(connection: AsyncConnection, ids: Iterable[UUID]) -> dict[PaymentId, Payment]:
    return _by_id((await connection.execute(_FIND, _keys(ids))).all())


async def of_party(connection: AsyncConnection, party: ParticipantCode, payment_id: UUID) -> Payment | None:
    """Through its owner: a stranger's is not opened, and so takes no longer than one that is made up."""
    parameters = {"bucket": bucket_of(payment_id), "payment_id": payment_id, "party": party}
    row = (await connection.execute(_OF_PARTY, parameters)).one_or_none()
    return None if row is None else from_row(row)


async def lock_of_bank(connection: AsyncConnection, bank: ParticipantCode, payment_id: UUID) -> Payment | None:
    """A stranger's is neither locked nor waited for."""
    row = (await connection.execute(_LOCK_OF_BANK, {"bucket": bucket_of(payment_id), "payment_id": payment_id, "bank": bank})).one_or_none()
    return None if row is None else from_row(row)


async def lock(connection: AsyncConnection, ids: Iterable[UUID]) -> dict[PaymentId, Payment]:
    return _by_id((await connection.execute(_LOCK, _keys(ids))).all())


async def lock_only(connection: AsyncConnection, ids: Iterable[UUID]) -> None:
    """Against every other change of them, in their order, until the transaction ends."""
    await connection.execute(_LOCK_ONLY, _keys(ids))


async def billers_due(connection: AsyncConnection, billers: Mapping[ParticipantCode, datetime], now: datetime) -> list[ParticipantCode]:
    """Those of them with live payments whose time has come, or that wait beyond the moment that stands beside them."""
    parameters = {"billers": list(billers), "beyond": list(billers.values()), "now": now}
    return list((await connection.execute(_BILLERS_DUE, parameters)).scalars())


async def lease_due(
    connection: AsyncConnection, biller: ParticipantCode, now: datetime, lease_seconds: int, most: int, *, early: bool = False
) -> list[Payment]:
    """Live payments whose time has come, none of them given to another worker until the lease ends. `early`: also before it.

    What is to wait longer than anything ever waits was written by a clock that has been set back since: its time has come, too.
    """
    leased_until = now + timedelta(seconds=lease_seconds)
    beyond = waits_beyond(now, lease_seconds, early=early)
    parameters = {"biller": biller, "now": now, "beyond": beyond, "leased_until": leased_until, "most": most}
    return [from_row(row) for row in (await connection.execute(_LEASE, parameters)).all()]


async def bring_forward_of(connection: AsyncConnection, biller: ParticipantCode, now: datetime, beyond: datetime) -> bool:
    """Doubts at a biller that is back; whether there may be more."""
    return await bring_forward(connection, _FORWARD, biller, now, beyond)


def from_row(row: Row[Any]) -> Payment:
    personal = vault().take(row.bank_code, row_name("payment", row.payment_id), row.personal)
    reference, *payer = personal or _NOTHING_KNOWN
    request = PaymentRequest(
        bank=ParticipantCode(row.bank_code),
        idempotency_key=row.idempotency_key,
        service=row.service_code,
        customer_reference=reference,
        amount=Money(row.amount_minor, row.currency),
        bank_reference=row.bank_reference,
        channel=Channel(row.channel),
        method=Method(row.method),
        inquiry_id=row.inquiry_id,
        bill_number=row.bill_number,
        payer=Payer(*payer) if any(part is not None for part in payer) else None,
    )
    return Payment(
        payment_id=row.payment_id,
        request=request,
        request_digest=row.request_digest,
        biller=row.biller_code,
        fees=Fees(row.payer_fee, row.biller_fee, row.switch_fee, row.bank_fee, row.central_bank_fee, row.tax),
        tariff_id=row.tariff_id,
        state=PaymentState(row.state),
        reserved_at=row.reserved_at,
        certain_by=row.certain_by,
        next_attempt_at=row.next_attempt_at,
        attempts=row.attempts,
        reason=Reason(row.reason) if row.reason else None,
        response_code=row.response_code,
        biller_reference=row.biller_reference,
        window_id=row.window_id,
        business_date=row.business_date,
        concluded_at=row.concluded_at,
        events=row.events,
        erased=personal is None,
        refunded=row.refunded_minor,
        refunds=row.refunds,
        stand_in=None if row.stand_in is None else StandInState(row.stand_in),
    )


def _row(payment: Payment) -> dict[str, Any]:
    request, fees = payment.request, payment.fees
    return {
        "bucket": payment.bucket,
        "payment_id": payment.payment_id,
        "bank_code": request.bank,
        "idempotency_key": request.idempotency_key,
        "request_digest": payment.request_digest,
        "service_code": request.service,
        "biller_code": payment.biller,
        "customer_pseudonym": customer_pseudonym(request.customer_reference),
        "bill_number": request.bill_number,
        "inquiry_id": request.inquiry_id,
        "amount_minor": request.amount.minor,
        "currency": request.amount.currency,
        "payer_fee": fees.payer,
        "biller_fee": fees.biller,
        "switch_fee": fees.switch,
        "bank_fee": fees.bank,
        "central_bank_fee": fees.central_bank,
        "tax": fees.tax,
        "tariff_id": payment.tariff_id,
        "bank_reference": request.bank_reference,
        "channel": request.channel,
        "method": request.method,
        "personal": personal_of(payment),
        "state": payment.state,
        "reason": payment.reason,
        "response_code": payment.response_code,
        "biller_reference": payment.biller_reference,
        "window_id": payment.window_id,
        "business_date": payment.business_date,
        "reserved_at": payment.reserved_at,
        "certain_by": payment.certain_by,
        "next_attempt_at": payment.next_attempt_at,
        "attempts": payment.attempts,
        "concluded_at": payment.concluded_at,
        "events": payment.events,
        "refunded_minor": payment.refunded,
        "refunds": payment.refunds,
        "stand_in": payment.stand_in,
    }


def _moved(payment: Payment) -> dict[str, Any]:
    return {
        "bucket": payment.bucket,
        "payment_id": payment.payment_id,
        "state": payment.state,
        "reason": payment.reason,
        "response_code": payment.response_code,
        "biller_reference": payment.biller_reference,
        "window_id": payment.window_id,
        "business_date": payment.business_date,
        "next_attempt_at": payment.next_attempt_at,
        "attempts": payment.attempts,
        "concluded_at": payment.concluded_at,
        "events": payment.events,
        "refunded_minor": payment.refunded,
        "refunds": payment.refunds,
    }


def personal_of(payment: Payment) -> bytes:
    """Who pays for which customer, under lock."""
    payer = payment.request.payer or _NOBODY
    said = (payment.request.customer_reference, payer.name, payer.phone, payer.national_number)
    return vault().put(payment.request.bank, row_name("payment", payment.payment_id), said)


def _keys(ids: Iterable[UUID]) -> dict[str, list[Any]]:
    wanted = list(ids)
    return {"buckets": [bucket_of(payment_id) for payment_id in wanted], "ids": wanted}


def _by_id(rows: Sequence[Row[Any]]) -> dict[PaymentId, Payment]:
    return {row.payment_id: from_row(row) for row in rows}
