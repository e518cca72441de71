"""Truth checks: what is due to be looked at, what was found, and the break that stands for a bill that is still due."""

from collections.abc import Sequence
from datetime import datetime

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.identifiers import ParticipantCode, ServiceCode
from switch.domain.reconciliation import Break
from switch.domain.truth_checks import ALWAYS_FROM_MINOR, SAMPLE_OF_256, TruthCheck, TruthFinding
from switch.store.payment_queries import first_id
from switch.store.payments import from_row

# The ids of payments begin with their time, and each bank's are in an index: nobody looks through all payments.
_CHOSEN = text("""
    SELECT payment.* FROM payment
    WHERE bank_code = ANY(CAST(:banks AS text[])) AND payment_id >= :first AND payment_id < :last
      AND state = 'COMPLETED' AND refunded_minor = 0
      AND service_code = ANY(CAST(:services AS text[])) AND bill_number IS NOT NULL AND concluded_at <= :until
      AND (amount_minor >= :always_from OR get_byte(uuid_send(payment_id), 15) < :sample)
      AND NOT EXISTS (SELECT FROM truth_check WHERE truth_check.bucket = payment.bucket AND truth_check.payment_id = payment.payment_id)
    ORDER BY payment_id LIMIT :most
""")
_AGAIN = text("""
    SELECT payment.*, truth_check.looks, truth_check.finding FROM truth_check JOIN payment USING (bucket, payment_id)
    WHERE next_look_at <= :now ORDER BY next_look_at LIMIT :most
""")
_KEEP = text("""
    INSERT INTO truth_check (bucket, payment_id, looks, finding, looked_at, next_look_at)
    VALUES (:bucket, :payment_id, :looks, :finding, :at, CAST(:next_look_at AS timestamptz))
    ON CONFLICT (bucket, payment_id) DO UPDATE SET looks = excluded.looks, finding = excluded.finding, looked_at = excluded.looked_at,
        next_look_at = excluded.next_look_at
""")
_OPEN = text("""
    INSERT INTO break (break_id, kind, side, participant_code, business_date, currency, payment_id, minor, differences, state, opened_at)
    VALUES (:break_id, :kind, :side, :participant, :day, :currency, :payment_id, :minor, CAST(:differences AS jsonb), 'open', :at)
    ON CONFLICT (break_id) DO UPDATE SET state = 'open', ended_at = NULL WHERE break.state <> 'open'
""")
_END = text("UPDATE break SET state = 'matched_later', ended_at = :at WHERE break_id = :break_id AND state = 'open'")


async def chosen(
    connection: AsyncConnection,
    banks: Sequence[ParticipantCode],
    services: Sequence[ServiceCode],
    since: datetime,
    until: datetime,
    most: int,
) -> list[TruthCheck]:
    """Of the completed payments of bills of these services, begun since, completed until: those to look at that nobody has looked at."""
    parameters = {
        "banks": list(banks), "services": list(services), "first": first_id(since), "last": first_id(until), "until": until, "most": most,
        "always_from": ALWAYS_FROM_MINOR, "sample": SAMPLE_OF_256,
    }  # fmt: skip
    return [TruthCheck(from_row(row), 0, None) for row in (await connection.execute(_CHOSEN, parameters)).all()]


async def again(connection: AsyncConnection, now: datetime, most: int) -> list[TruthCheck]:
    rows = (await connection.execute(_AGAIN, {"now": now, "most": most})).all()
    return [TruthCheck(from_row(row), row.looks, TruthFinding(row.finding)) for row in rows]


async def keep(connection: AsyncConnection, check: TruthCheck, at: datetime, next_look_at: datetime | None) -> None:
    parameters = {
        "bucket": check.payment.bucket, "payment_id": check.payment.payment_id, "looks": check.looks, "finding": check.finding, "at": at,
        "next_look_at": next_look_at,
    }  # fmt: skip
    await connection.execute(_KEEP, parameters)


async def open_break(connection: AsyncConnection, found: Break) -> None:
    """Once, however often it is found."""
    differences = [{"field": each.field, "ours": each.ours, "theirs": each.theirs} for each in found.differences]
    parameters = {
        "break_id": found.break_id, "kind": found.kind, "side": found.side, "participant": found.participant, "day": found.business_date,
        "currency": found.currency, "payment_id": found.payment_id, "minor": found.minor,
        "differences": orjson.dumps(differences).decode(), "at": found.opened_at,
    }  # fmt: skip
    await connection.execute(_OPEN, parameters)


async def end_break(connection: AsyncConnection, found: Break, at: datetime) -> None:
    await connection.execute(_END, {"break_id": found.break_id, "at": at})
