"""The outbox: advices added with the change they tell of, leased to be delivered, acknowledged or parked."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.advices import Advice, AdviceKind
from switch.domain.identifiers import EventId, ParticipantCode, PaymentId, bucket_of
from switch.domain.retries import waits_beyond
from switch.domain.stand_in import StandInState
from switch.store import stand_ins
from switch.store.database import Writing, as_rows, insert_rows
from switch.store.forwards import bring_forward, forward_of
from switch.store.tables.outbox import outbox
from switch.store.vault import row_name, vault

_COLUMNS = ("bucket", "event_id", "biller_code", "kind", "payment_id", "content", "created_at", "attempts", "next_attempt_at")
_INSERT = insert_rows(outbox, _COLUMNS)
_BILLERS_DUE = text("""
    SELECT code FROM unnest(CAST(:billers AS text[]), CAST(:beyond AS timestamptz[])) AS wanted (code, beyond)
    WHERE EXISTS (SELECT FROM outbox WHERE biller_code = wanted.code AND acknowledged_at IS NULL AND parked_at IS NULL
                  AND (next_attempt_at <= :now OR next_attempt_at > wanted.beyond))
""")
# Of one payment and one moment, `payment.completed` is before `payment.reversed`, as it is in the alphabet.
_LEASE = text("""
    UPDATE outbox SET next_attempt_at = CAST(:leased_until AS timestamptz)
    FROM (SELECT bucket, event_id, next_attempt_at AS due_at FROM outbox AS waiting
          WHERE biller_code = :biller AND acknowledged_at IS NULL AND parked_at IS NULL
            AND (next_attempt_at <= :now OR next_attempt_at > :beyond)
            AND NOT EXISTS (SELECT FROM outbox AS earlier
                            WHERE earlier.bucket = waiting.bucket AND earlier.payment_id = waiting.payment_id
                              AND (earlier.created_at, earlier.kind) < (waiting.created_at, waiting.kind)
                              AND earlier.acknowledged_at IS NULL AND earlier.parked_at IS NULL)
          ORDER BY next_attempt_at, event_id LIMIT :most FOR UPDATE SKIP LOCKED) AS due
    WHERE outbox.bucket = due.bucket AND outbox.event_id = due.event_id
    RETURNING outbox.*, due.due_at, (SELECT payment.personal FROM payment
        WHERE payment.bucket = outbox.bucket AND payment.payment_id = outbox.payment_id) AS personal
""")
_ACKNOWLEDGE = text("""
    UPDATE outbox SET acknowledged_at = :now
    FROM unnest(CAST(:buckets AS smallint[]), CAST(:ids AS uuid[])) AS taken (bucket, event_id)
    WHERE outbox.bucket = taken.bucket AND outbox.event_id = taken.event_id AND biller_code = :biller AND acknowledged_at IS NULL
    RETURNING outbox.event_id, outbox.payment_id, outbox.kind = 'payment.completed' AND outbox.content ? 'stood_in' AS stood_in
""")
_POSTPONE = text("""
    UPDATE outbox SET next_attempt_at = CAST(:next_attempt_at AS timestamptz), attempts = attempts + 1,
        parked_at = CAST(:parked_at AS timestamptz)
    WHERE bucket = :bucket AND event_id = :event_id AND acknowledged_at IS NULL AND next_attempt_at = CAST(:leased_until AS timestamptz)
""")
_RELEASE = text("""
    UPDATE outbox SET next_attempt_at = untried.due_at
    FROM unnest(CAST(:buckets AS smallint[]), CAST(:ids AS uuid[]), CAST(:due_at AS timestamptz[])) AS untried (bucket, event_id, due_at)
    WHERE outbox.bucket = untried.bucket AND outbox.event_id = untried.event_id AND acknowledged_at IS NULL
      AND outbox.next_attempt_at = CAST(:leased_until AS timestamptz)
""")
_REPLAY = """
    UPDATE outbox SET parked_at = NULL, attempts = 0, next_attempt_at = CAST(:now AS timestamptz)
    WHERE acknowledged_at IS NULL AND parked_at IS NOT NULL
"""
_REPLAY_ONE = text(f"{_REPLAY} AND bucket = :bucket AND event_id = :event_id RETURNING event_id, biller_code")
_REPLAY_ALL = text(f"{_REPLAY} AND biller_code = :biller RETURNING event_id")
_WAITING_OF = text("""
    UPDATE outbox SET parked_at = NULL, attempts = 0, next_attempt_at = CAST(:now AS timestamptz)
    WHERE bucket = :bucket AND payment_id = :payment_id AND kind = :kind AND acknowledged_at IS NULL RETURNING event_id
""")
_IS_THERE = text("SELECT 1 FROM outbox WHERE bucket = :bucket AND event_id = :event_id")
_STANDING = text("""
    SELECT outbox.payment_id,
        CASE WHEN outbox.kind = 'payment.completed' AND outbox.content ? 'stood_in' THEN payment.stand_in END AS stand_in
    FROM outbox JOIN payment USING (bucket, payment_id)
    WHERE outbox.bucket = :bucket AND outbox.event_id = :event_id AND outbox.biller_code = :biller FOR NO KEY UPDATE OF outbox
""")
_FORWARD = forward_of("outbox", ("bucket", "event_id"), "biller_code = :whose AND acknowledged_at IS NULL AND parked_at IS NULL")

_REFERENCE = "customer_reference"


class Leased(NamedTuple):
    """An advice to deliver now, how often it was tried, and when it is due: later than now only where it was leased early."""

    advice: Advice
    attempts: int
    due_at: datetime


async def append(connection: Writing, advices: Sequence[Advice]) -> None:
    rows = [
        {
            "bucket": bucket_of(advice.event_id),
            "event_id": advice.event_id,
            "biller_code": advice.biller,
            "kind": advice.kind,
            "payment_id": advice.payment_id,
            "content": orjson.dumps(kept_content(advice)).decode(),
            "created_at": advice.created_at,
            "attempts": 0,
            "next_attempt_at": advice.created_at,
        }
        for advice in advices
    ]
    await connection.execute(_INSERT, as_rows(rows))


async def billers_due(connection: AsyncConnection, billers: Mapping[ParticipantCode, datetime], now: datetime) -> list[ParticipantCode]:
    """Those of them for whom something is due, or waits beyond the moment that stands beside them."""
    parameters = {"billers": list(billers), "beyond": list(billers.values()), "now": now}
    return list((await connection.execute(_BILLERS_DUE, parameters)).scalars())


async def lease_due(
    connection: AsyncConnection, biller: ParticipantCode, now: datetime, lease_seconds: int, most: int, *, early: bool = False
) -> list[Leased]:
    """Advices to deliver now, oldest first; nobody else gets them until the lease ends. `early`: also those whose time has not come.

    Of each payment the first that waits and no other. What is to wait longer than anything ever waits was written by a clock that has been
    set back since: its time has come, too.
    """
    leased_until = now + timedelta(seconds=lease_seconds)
    beyond = waits_beyond(now, lease_seconds, early=early)
    parameters = {"biller": biller, "now": now, "beyond": beyond, "leased_until": leased_until, "most": most}
    rows = (await connection.execute(_LEASE, parameters)).all()
    leased = (Leased(from_row(row), row.attempts, row.due_at if early else min(row.due_at, now)) for row in rows)
    return sorted(leased, key=lambda one: one.advice.event_id)


async def bring_forward_of(connection: AsyncConnection, biller: ParticipantCode, now: datetime, beyond: datetime) -> bool:
    """What waits for a biller that is back; whether there may be more."""
    return await bring_forward(connection, _FORWARD, biller, now, beyond)


async def acknowledge(
    connection: AsyncConnection,
    biller: ParticipantCode,
    events: Sequence[EventId],
    now: datetime,
    stand_in: StandInState = StandInState.TAKEN,
) -> set[EventId]:
    """Those of the biller's own advices that were not acknowledged before. What was accepted in its place counts as such no longer."""
    parameters = {"buckets": [bucket_of(event) for event in events], "ids": list(events), "biller": biller, "now": now}
    taken = (await connection.execute(_ACKNOWLEDGE, parameters)).all()
    if stood_in := [row.payment_id for row in taken if row.stood_in]:
        await stand_ins.conclude(connection, stood_in, stand_in)
    return {row.event_id for row in taken}


class Standing(NamedTuple):
    """`stand_in` only of an advice of what was accepted in its biller's place."""

    payment_id: PaymentId
    stand_in: StandInState | None


async def lock(connection: AsyncConnection, biller: ParticipantCode, event: EventId) -> Standing | None:
    """None where it is not the biller's own."""
    parameters = {"bucket": bucket_of(event), "event_id": event, "biller": biller}
    row = (await connection.execute(_STANDING, parameters)).one_or_none()
    return None if row is None else Standing(PaymentId(row.payment_id), None if row.stand_in is None else StandInState(row.stand_in))


async def replay(connection: AsyncConnection, event: EventId, now: datetime) -> ParticipantCode | None:
    """Whose it is, where it was parked; then it waits to be delivered anew."""
    parameters = {"bucket": bucket_of(event), "event_id": event, "now": now}
    row = (await connection.execute(_REPLAY_ONE, parameters)).one_or_none()
    return None if row is None else ParticipantCode(row.biller_code)


async def replay_all(connection: AsyncConnection, biller: ParticipantCode, now: datetime) -> list[EventId]:
    """Those of a biller that were parked; all of them wait anew."""
    return list((await connection.execute(_REPLAY_ALL, {"biller": biller, "now": now})).scalars())


async def waiting_of(connection: AsyncConnection, payment_id: PaymentId, kind: AdviceKind, now: datetime) -> EventId | None:
    """The advice of this payment that was not acknowledged, if any: it is due now, and no longer parked."""
    parameters = {"bucket": bucket_of(payment_id), "payment_id": payment_id, "kind": kind, "now": now}
    return (await connection.execute(_WAITING_OF, parameters)).scalars().first()


async def is_there(connection: AsyncConnection, event: EventId) -> bool:
    """Whosever it is."""
    return (await connection.execute(_IS_THERE, {"bucket": bucket_of(event), "event_id": event})).one_or_none() is not None


async def release(connection: AsyncConnection, untried: Mapping[EventId, datetime], leased_until: datetime) -> None:
    """Give back leased advices, each to its former time, as if they had not been tried; not those that somebody else has leased since."""
    parameters = {
        "buckets": [bucket_of(event) for event in untried], "ids": list(untried), "due_at": list(untried.values()),
        "leased_until": leased_until,
    }  # fmt: skip
    await connection.execute(_RELEASE, parameters)


async def postpone(
    connection: AsyncConnection, event: EventId, next_attempt_at: datetime, parked_at: datetime | None, leased_until: datetime
) -> None:
    """After a delivery that was not acknowledged; nothing where somebody else has leased it since."""
    parameters = {
        "bucket": bucket_of(event), "event_id": event, "next_attempt_at": next_attempt_at, "parked_at": parked_at,
        "leased_until": leased_until,
    }  # fmt: skip
    await connection.execute(_POSTPONE, parameters)


def kept_content(advice: Advice) -> dict[str, str | None]:
    """Without the customer reference: its place is kept, and it is filled from the payment when the advice goes out."""
    return advice.content | {_REFERENCE: None}


def from_row(row: Row[Any]) -> Advice:
    kept = vault().take(row.content["bank_code"], row_name("payment", row.payment_id), row.personal)
    reference = None if kept is None else str(kept[0])
    return Advice(
        event_id=EventId(row.event_id),
        biller=ParticipantCode(row.biller_code),
        kind=AdviceKind(row.kind),
        payment_id=row.payment_id,
        content={name: reference if name == _REFERENCE else said for name, said in row.content.items()},
        created_at=row.created_at,
    )
