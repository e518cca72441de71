"""Reconciliation in the database: sets compared with sets, a million lines a side, nothing of them held in Python.

All of it runs in one transaction of the use case, in this order: `lock_day`, `compare`, `keep_breaks`, `keep_sides`.
The sets are temporary tables that the planner has looked at: without knowing their size it would compare each row with each.
"""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.money import SCALES
from switch.domain.reconciliation import CARRY_FORWARD_DAYS

STATEMENT_TIMEOUT_SECONDS = 600
WORK_MEMORY_MEGABYTES = 64

_SETTINGS = (
    text(f"SET LOCAL statement_timeout = '{STATEMENT_TIMEOUT_SECONDS}s'"),
    text(f"SET LOCAL work_mem = '{WORK_MEMORY_MEGABYTES}MB'"),
)

_TABLES = (
    text("""
        CREATE TEMPORARY TABLE newest (participant_code text, side text, statement_id text) ON COMMIT DROP
    """),
    text("""
        CREATE TEMPORARY TABLE nearby (participant_code text, business_date date, statement_id text) ON COMMIT DROP
    """),
    text("""
        CREATE TEMPORARY TABLE ours (
            side text, participant_code text, counterparty_code text, own_reference text, payment_id uuid, customer_reference text,
            amount_minor bigint, state text
        ) ON COMMIT DROP
    """),
    text("""
        CREATE TEMPORARY TABLE booked (
            participant_code text, side text, line integer, bucket smallint, payment_id uuid, own_reference text, counterparty_code text,
            customer_reference text, minor bigint, business_date date, reversed boolean, nth bigint
        ) ON COMMIT DROP
    """),
    text("""
        CREATE TEMPORARY TABLE found_pairs (participant_code text, pairs bigint) ON COMMIT DROP
    """),
    text("""
        CREATE TEMPORARY TABLE found_break (
            kind text, side text, participant_code text, payment_id uuid, minor bigint, ours text, theirs text,
            in_a_pair boolean
        ) ON COMMIT DROP
    """),
)

# What the switch has, seen from each side; what the newest statements say, line by line, `nth` counting the lines of one payment;
# and the same participants' newest statements for the days around, where a line may have been carried to.
_SETS = (
    text("""
        INSERT INTO newest SELECT DISTINCT ON (participant_code) participant_code, side, statement_id FROM statement
        WHERE business_date = :day AND currency = :currency ORDER BY participant_code, revision DESC
    """),
    text("""
        INSERT INTO nearby SELECT DISTINCT ON (participant_code, business_date) participant_code, business_date, statement_id FROM statement
        WHERE currency = :currency AND business_date BETWEEN :carried_from AND :carried_to AND business_date <> :day
        ORDER BY participant_code, business_date, revision DESC
    """),
    text("""
        INSERT INTO ours SELECT seen.*, payment.payment_id, payment.customer_reference, payment.amount_minor, payment.state
        FROM payment CROSS JOIN LATERAL (VALUES
            ('bank', payment.bank_code, payment.biller_code, payment.bank_reference),
            ('biller', payment.biller_code, payment.bank_code, payment.biller_reference)
        ) AS seen (side, participant_code, counterparty_code, own_reference)
        WHERE payment.window_id IN (SELECT window_id FROM settlement_window WHERE business_date = :day AND currency = :currency)
    """),
    text("""
        INSERT INTO booked
        SELECT newest.participant_code, newest.side, line.line, line.bucket, line.payment_id, line.own_reference, line.counterparty_code,
            line.customer_reference, line.minor, line.business_date, line.reversed,
            row_number() OVER (PARTITION BY line.statement_id, line.payment_id ORDER BY line.line)
        FROM newest JOIN statement_line AS line USING (statement_id)
    """),
)
_LOOK_AT_SETS = text("ANALYZE newest, nearby, ours, booked")
_LOOK_AT_FOUND = text("ANALYZE found_pairs, found_break")

_PAIRS = text("""
    INSERT INTO found_pairs SELECT participant_code, count(*)
    FROM ours JOIN booked USING (side, participant_code, payment_id) WHERE booked.nth = 1 GROUP BY participant_code
""")
# Nearly all agree: only those that do not are looked at field by field.
_DIFFERENCES = text("""
    INSERT INTO found_break
    SELECT difference.kind, side, participant_code, payment_id, difference.minor, difference.ours, difference.theirs, true
    FROM ours JOIN booked USING (side, participant_code, payment_id) CROSS JOIN LATERAL (VALUES
        ('amount_differs', booked.minor <> ours.amount_minor, abs(booked.minor - ours.amount_minor),
            round(ours.amount_minor / CAST(:unit AS numeric), :scale)::text, round(booked.minor / CAST(:unit AS numeric), :scale)::text),
        ('date_differs', booked.business_date <> :day, ours.amount_minor, CAST(:day AS date)::text, booked.business_date::text),
        ('reference_differs', booked.counterparty_code <> ours.counterparty_code, ours.amount_minor,
            'counterparty ' || ours.counterparty_code, 'counterparty ' || booked.counterparty_code),
        ('reference_differs', booked.customer_reference <> ours.customer_reference, ours.amount_minor,
            'customer_reference ' || ours.customer_reference, 'customer_reference ' || booked.customer_reference),
        ('reference_differs', booked.own_reference <> nullif(ours.own_reference, ''), ours.amount_minor,
            side || '_reference ' || ours.own_reference, side || '_reference ' || booked.own_reference),
        ('status_differs', booked.reversed <> (ours.state = 'REVERSED'), ours.amount_minor,
            ours.state, CASE WHEN booked.reversed THEN 'REVERSED' ELSE 'COMPLETED' END)
    ) AS difference (kind, differs, minor, ours, theirs)
    WHERE booked.nth = 1 AND difference.differs AND (
        (booked.minor, booked.business_date, booked.counterparty_code, booked.customer_reference, booked.reversed)
            <> (ours.amount_minor, CAST(:day AS date), ours.counterparty_code, ours.customer_reference, ours.state = 'REVERSED')
        OR booked.own_reference <> nullif(ours.own_reference, ''))
""")
_DUPLICATES = text("""
    INSERT INTO found_break (kind, side, participant_code, payment_id, minor, ours, theirs)
    SELECT 'duplicate_at_' || side, side, participant_code, payment_id, minor, NULL, 'line ' || line
    FROM booked WHERE nth > 1
""")
_MISSING = text("""
    WITH missing AS MATERIALIZED (
        SELECT ours.* FROM ours JOIN newest USING (side, participant_code)
        WHERE NOT EXISTS (SELECT FROM booked
            WHERE booked.side = ours.side AND booked.participant_code = ours.participant_code AND booked.payment_id = ours.payment_id)
    ),
    carried AS MATERIALIZED (
        SELECT missing.participant_code, missing.payment_id, min(nearby.business_date) AS business_date
        FROM missing JOIN nearby USING (participant_code)
        JOIN statement_line AS line ON line.statement_id = nearby.statement_id AND line.payment_id = missing.payment_id
        GROUP BY missing.participant_code, missing.payment_id
    )
    INSERT INTO found_break (kind, side, participant_code, payment_id, minor, ours, theirs)
    SELECT CASE WHEN carried.payment_id IS NULL THEN 'missing_at_' || side ELSE 'date_differs' END, side, participant_code, payment_id,
        missing.amount_minor,
        CASE WHEN carried.payment_id IS NULL THEN missing.state ELSE CAST(:day AS date)::text END, carried.business_date::text
    FROM missing LEFT JOIN carried USING (participant_code, payment_id)
    WHERE NOT (missing.state = 'REVERSED' AND carried.payment_id IS NULL)
""")
# A line for what the switch does not have on that day. What belongs to other participants is to this one as if it were not there (I11).
_UNEXPECTED = text("""
    WITH unexpected AS MATERIALIZED (
        SELECT booked.* FROM booked
        WHERE booked.nth = 1 AND NOT EXISTS (SELECT FROM ours
            WHERE ours.side = booked.side AND ours.participant_code = booked.participant_code AND ours.payment_id = booked.payment_id)
    ),
    known AS (
        SELECT unexpected.*, payment.state, payment.currency,
            CASE WHEN payment.window_id IS NOT NULL THEN payment.business_date END AS our_date,
            EXISTS (SELECT FROM nearby JOIN statement_line AS line USING (statement_id)
                WHERE nearby.participant_code = unexpected.participant_code AND nearby.business_date = payment.business_date
                  AND line.payment_id = unexpected.payment_id) AS booked_there,
            EXISTS (SELECT FROM nearby WHERE nearby.participant_code = unexpected.participant_code
                AND nearby.business_date = payment.business_date) AS statement_there
        FROM unexpected LEFT JOIN payment ON payment.bucket = unexpected.bucket AND payment.payment_id = unexpected.payment_id
            AND unexpected.participant_code = CASE unexpected.side WHEN 'bank' THEN payment.bank_code ELSE payment.biller_code END
    )
    INSERT INTO found_break (kind, side, participant_code, payment_id, minor, ours, theirs)
    SELECT
        CASE WHEN known.state IS NULL THEN 'missing_at_switch'
             WHEN known.our_date IS NULL THEN 'status_differs'
             WHEN known.currency <> :currency THEN 'currency_differs'
             WHEN known.booked_there THEN 'duplicate_at_' || side
             ELSE 'date_differs' END,
        side, participant_code, payment_id, minor,
        CASE WHEN known.our_date IS NULL THEN known.state
             WHEN known.currency <> :currency THEN known.currency
             WHEN known.booked_there THEN NULL
             ELSE known.our_date::text END,
        CASE WHEN known.state IS NULL OR (known.our_date IS NOT NULL AND known.currency = :currency AND known.booked_there)
                 THEN 'line ' || line || CASE WHEN reversed THEN ', reversed' ELSE '' END
             WHEN known.our_date IS NULL THEN CASE WHEN reversed THEN 'REVERSED' ELSE 'COMPLETED' END
             WHEN known.currency <> :currency THEN CAST(:currency AS text)
             ELSE CAST(:day AS date)::text END
    FROM known
    WHERE NOT (known.state IS NOT DISTINCT FROM 'REJECTED' AND reversed)
      AND NOT (known.our_date IS NOT NULL AND known.currency = :currency AND known.statement_there AND NOT known.booked_there)
""")
_LATE_ANSWERS = text("""
    WITH final AS (
        SELECT bucket, payment_id, biller_code, amount_minor, state FROM payment
        WHERE window_id IN (SELECT window_id FROM settlement_window WHERE business_date = :day AND currency = :currency)
        UNION ALL
        SELECT bucket, payment_id, biller_code, amount_minor, state FROM payment
        WHERE state = 'REJECTED' AND currency = :currency AND concluded_at >= :day_begins AND concluded_at < :day_ends
    )
    INSERT INTO found_break (kind, side, participant_code, payment_id, minor, ours, theirs)
    SELECT DISTINCT 'late_answer', 'biller', biller_code, payment_id, amount_minor, state, event.note
    FROM final JOIN payment_event AS event USING (bucket, payment_id) WHERE event.note LIKE 'late answer%'
""")
_COMPARISONS: tuple[TextClause, ...] = (_PAIRS, _DIFFERENCES, _DUPLICATES, _MISSING, _UNEXPECTED, _LATE_ANSWERS)

# The order keeps two runs from waiting for each other in a circle; the id is that of Break.content_id.
_KEEP_FOUND = text("""
    INSERT INTO break (break_id, kind, side, participant_code, business_date, currency, payment_id, minor, ours, theirs, state, opened_at)
    SELECT DISTINCT encode(sha256(convert_to(array_to_string(ARRAY[CAST(:day AS date)::text, :currency, side, participant_code, kind,
            payment_id::text, minor::text, coalesce(ours, ''), coalesce(theirs, '')], chr(31)), 'UTF8')), 'hex') AS break_id,
        kind, side, participant_code, CAST(:day AS date), CAST(:currency AS text), payment_id, minor, ours, theirs, 'open',
        CAST(:now AS timestamptz)
    FROM found_break ORDER BY break_id
    ON CONFLICT (break_id) DO UPDATE SET state = 'open', ended_at = NULL WHERE break.state <> 'open'
""")
_END_THE_REST = text("""
    UPDATE break SET state = 'matched_later', ended_at = :now
    WHERE business_date = :day AND currency = :currency AND state = 'open'
      AND NOT EXISTS (SELECT FROM found_break AS found
        WHERE (found.kind, found.side, found.participant_code, found.payment_id, found.minor)
            = (break.kind, break.side, break.participant_code, break.payment_id, break.minor)
          AND (found.ours, found.theirs) IS NOT DISTINCT FROM (break.ours, break.theirs))
""")
_KEEP_SIDES = text("""
    WITH taking_part AS (
        SELECT DISTINCT seen.* FROM payment CROSS JOIN LATERAL (VALUES ('bank', bank_code), ('biller', biller_code))
            AS seen (side, participant_code)
        WHERE window_id IN (SELECT window_id FROM settlement_window WHERE business_date = :day AND currency = :currency)
        UNION SELECT side, participant_code FROM newest
        UNION SELECT side, participant_code FROM found_break
    ),
    differing AS (
        SELECT participant_code, count(DISTINCT payment_id) AS differing FROM found_break WHERE in_a_pair GROUP BY participant_code
    )
    INSERT INTO reconciled_side (business_date, currency, participant_code, side, statement_id, matched, reconciled_at)
    SELECT CAST(:day AS date), CAST(:currency AS text), participant_code, side, newest.statement_id,
        coalesce(pairs, 0) - coalesce(differing, 0),
        CAST(:now AS timestamptz)
    FROM taking_part LEFT JOIN newest USING (side, participant_code)
    LEFT JOIN found_pairs USING (participant_code) LEFT JOIN differing USING (participant_code)
    ORDER BY participant_code, side
    ON CONFLICT (business_date, currency, participant_code, side)
        DO UPDATE SET statement_id = excluded.statement_id, matched = excluded.matched, reconciled_at = excluded.reconciled_at
""")
_LOCK_DAY = text("""
    SELECT statement_id FROM statement WHERE business_date = :day AND currency = :currency ORDER BY statement_id FOR NO KEY UPDATE
""")


async def lock_day(connection: AsyncConnection, business_date: date, currency: str) -> None:
    """Two runs for one day follow each other; the later one sees what the earlier one has seen, or newer."""
    for setting in _SETTINGS:
        await connection.execute(setting)
    await connection.execute(_LOCK_DAY, {"day": business_date, "currency": currency})


async def compare(connection: AsyncConnection, business_date: date, currency: str, day_begins: datetime) -> None:
    """Find every disagreement of the day, in temporary tables of this transaction."""
    parameters: dict[str, Any] = {
        "day": business_date,
        "currency": currency,
        "scale": SCALES[currency],
        "unit": 10 ** SCALES[currency],
        "carried_from": business_date - timedelta(days=CARRY_FORWARD_DAYS),
        "carried_to": business_date + timedelta(days=CARRY_FORWARD_DAYS),
        "day_begins": day_begins,
        "day_ends": day_begins + timedelta(days=1),
    }
    for table in _TABLES:
        await connection.execute(table)
    for step in (*_SETS, _LOOK_AT_SETS, *_COMPARISONS, _LOOK_AT_FOUND):
        wanted = step.compile().params.keys()
        await connection.execute(step, {name: parameters[name] for name in wanted})


async def keep_breaks(connection: AsyncConnection, business_date: date, currency: str, now: datetime) -> None:
    """New disagreements are opened, old ones that are seen again stay as they are, and those not seen any more have ended."""
    parameters = {"day": business_date, "currency": currency, "now": now}
    await connection.execute(_END_THE_REST, parameters)
    await connection.execute(_KEEP_FOUND, parameters)


async def keep_sides(connection: AsyncConnection, business_date: date, currency: str, now: datetime) -> None:
    """Who took part that day, whether a statement was received, and how many payments agree."""
    await connection.execute(_KEEP_SIDES, {"day": business_date, "currency": currency, "now": now})
