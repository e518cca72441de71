"""Comparisons: where counts do not fit, or a line does not agree, field by field; every disagreement with both sides of it, in SQL.

`ours` is what the switch has, seen from each side; `booked` what the newest statements say. A booking and its reversal are one line,
and `nth` counts what is left for one payment, the most alike first. Temporary tables, which the planner has looked at: without knowing
their size it would compare each row with each.
"""

# ruff: noqa: S608 - the pieces put together here are our own words; every value is a parameter

from sqlalchemy import TextClause, text

from switch.store.reversal_comparisons import IN_PARTS, not_taken_back, refunds


def _same(one: str, other: str) -> str:
    return f"({one} = {other} OR for_matching({one}) = for_matching({other}))"


def _named(pseudonym: str) -> str:
    """Which of two customers it is can be seen in a break; who, cannot."""
    return f"'~' || left({pseudonym}, 12)"


AGREES = f"""
    line.business_date = :day AND line.reversed = (payment.state = 'REVERSED' AND payment.refunds = 1) AND line.currency IS NULL
    AND abs(line.minor - payment.amount_minor) <= newest.tolerance
    AND (line.customer_pseudonym IS NULL OR line.customer_pseudonym = payment.customer_pseudonym)
    AND CASE newest.side
        WHEN 'bank' THEN coalesce(line.counterparty_code = payment.biller_code, true) AND coalesce(line.fee_minor = payment.payer_fee, true)
            AND (line.own_reference IS NULL OR {_same("line.own_reference", "payment.bank_reference")})
        ELSE coalesce(line.counterparty_code = payment.bank_code, true) AND coalesce(line.fee_minor = payment.biller_fee, true)
            AND (line.own_reference IS NULL OR coalesce(payment.biller_reference, '') = ''
                OR {_same("line.own_reference", "payment.biller_reference")})
    END
"""
"""A line and a payment, all fields at once. What a statement does not carry agrees."""

_NEWEST = """
    unnest(CAST(:keys AS bigint[]), CAST(:sides AS text[]), CAST(:codes AS text[]), CAST(:tolerances AS bigint[]))
        AS newest (statement_key, side, participant_code, tolerance)
"""
_NEAR = """
    unnest(CAST(:near_codes AS text[]), CAST(:near_days AS date[]), CAST(:near_keys AS bigint[]))
        AS nearby (participant_code, business_date, statement_key)
"""
_AMOUNT = "round({} / CAST(:unit AS numeric), :scale)::text"

_SETS = (
    text(f"""
        CREATE TEMPORARY TABLE unfit ON COMMIT DROP AS
        SELECT side, participant_code, bucket FROM our_count LEFT JOIN their_count USING (side, participant_code, bucket)
        JOIN {_NEWEST} USING (side, participant_code)
        WHERE (lines, their_count.checksum) IS DISTINCT FROM (payments, our_count.checksum)
    """),
    text("""
        CREATE TEMPORARY TABLE wrong ON COMMIT DROP AS
        SELECT DISTINCT side, participant_code, unnest(their_count.wrong) AS payment_id FROM their_count WHERE their_count.wrong IS NOT NULL
    """),
    text("ANALYZE unfit, wrong"),
    text(f"""
        CREATE TEMPORARY TABLE ours ON COMMIT DROP AS
        SELECT seen.*, payment.payment_id, payment.customer_pseudonym, payment.amount_minor, payment.state,
            payment.state = 'REVERSED' AND EXISTS (SELECT FROM reversal
                WHERE reversal.bucket = payment.bucket AND reversal.payment_id = payment.payment_id
                  AND reversal.state = 'AGREED' AND reversal.business_date > :day) AS reversed_later,
            {IN_PARTS} AS in_parts,
            unfit.bucket IS NOT NULL AS unfit, wrong.payment_id IS NOT NULL AS wrong
        FROM payment CROSS JOIN LATERAL (VALUES
            ('bank', payment.bank_code, payment.biller_code, payment.bank_reference, payment.payer_fee),
            ('biller', payment.biller_code, payment.bank_code, nullif(payment.biller_reference, ''), payment.biller_fee)
        ) AS seen (side, participant_code, counterparty_code, own_reference, fee_minor)
        LEFT JOIN unfit ON unfit.side = seen.side AND unfit.participant_code = seen.participant_code AND unfit.bucket = payment.bucket
        LEFT JOIN wrong ON wrong.side = seen.side AND wrong.participant_code = seen.participant_code
            AND wrong.payment_id = payment.payment_id
        WHERE payment.window_id = ANY(:windows) AND (unfit.bucket IS NOT NULL OR wrong.payment_id IS NOT NULL)
            AND (SELECT count(*) FROM unfit) + (SELECT count(*) FROM wrong) > 0
    """),
    text("ANALYZE ours"),
    text("SET LOCAL enable_nestloop = on"),
    text(f"""
        CREATE TEMPORARY TABLE stated ON COMMIT DROP AS
        SELECT newest.participant_code, newest.side, newest.tolerance, line.*
        FROM (SELECT side, participant_code, payment_id FROM ours UNION SELECT side, participant_code, payment_id FROM wrong) AS wanted
        JOIN {_NEWEST} USING (side, participant_code)
        JOIN statement_line AS line ON line.statement_key = newest.statement_key AND line.payment_id = wanted.payment_id
        LEFT JOIN payment ON payment.bucket = bucket_of(wanted.payment_id) AND payment.payment_id = wanted.payment_id
            AND newest.participant_code = CASE newest.side WHEN 'bank' THEN payment.bank_code ELSE payment.biller_code END
        WHERE NOT (line.reversed AND coalesce({IN_PARTS}, false))
    """),
    text("SET LOCAL enable_nestloop = off"),
    text("ANALYZE stated"),
    text(f"""
        CREATE TEMPORARY TABLE booked ON COMMIT DROP AS
        WITH alike AS (
            SELECT stated.*, coalesce(
                (stated.minor = ours.amount_minor)::integer + (stated.business_date = :day)::integer
                + (stated.counterparty_code = ours.counterparty_code)::integer
                + (stated.customer_pseudonym = ours.customer_pseudonym)::integer
                + coalesce({_same("stated.own_reference", "ours.own_reference")}, true)::integer, 0) AS likeness
            FROM stated LEFT JOIN ours USING (side, participant_code, payment_id)
        ),
        counted AS (
            SELECT alike.*, row_number() OVER (PARTITION BY statement_key, payment_id, reversed ORDER BY likeness DESC, line) AS nth,
                count(*) FILTER (WHERE NOT reversed) OVER its AS bookings, count(*) FILTER (WHERE reversed) OVER its AS reversals
            FROM alike WINDOW its AS (PARTITION BY statement_key, payment_id)
        )
        SELECT * FROM counted
        WHERE CASE WHEN bookings > reversals THEN NOT reversed AND nth <= bookings - reversals
            ELSE reversed AND nth <= greatest(reversals - bookings, 1) END
    """),
    text("""
        CREATE TEMPORARY TABLE found (
            kind text, side text, participant_code text, payment_id uuid, minor bigint,
            fields text[], ours text[], theirs text[], in_a_pair boolean DEFAULT false
        ) ON COMMIT DROP
    """),
    text("ANALYZE booked"),
)

_DIFFERENCES = text(f"""
    INSERT INTO found
    SELECT differing.kind, side, participant_code, payment_id, max(differing.minor),
        array_agg(field ORDER BY place), array_agg(differing.ours ORDER BY place), array_agg(differing.theirs ORDER BY place), true
    FROM ours JOIN booked USING (side, participant_code, payment_id) CROSS JOIN LATERAL (VALUES
        (1, 'currency_differs', 'currency', booked.currency IS NOT NULL, booked.minor, CAST(:currency AS text), booked.currency),
        (2, 'amount_differs', 'amount', booked.currency IS NULL AND abs(booked.minor - ours.amount_minor) > booked.tolerance,
            abs(booked.minor - ours.amount_minor), {_AMOUNT.format("ours.amount_minor")}, {_AMOUNT.format("booked.minor")}),
        (3, 'fee_differs', 'fee', booked.currency IS NULL AND booked.fee_minor <> ours.fee_minor,
            abs(booked.fee_minor - ours.fee_minor), {_AMOUNT.format("ours.fee_minor")}, {_AMOUNT.format("booked.fee_minor")}),
        (4, 'date_differs', 'business_date', booked.business_date <> :day, ours.amount_minor,
            CAST(:day AS date)::text, booked.business_date::text),
        (5, 'reference_differs', 'counterparty', booked.counterparty_code <> ours.counterparty_code, ours.amount_minor,
            ours.counterparty_code, booked.counterparty_code),
        (6, 'reference_differs', 'customer_reference', booked.customer_pseudonym <> ours.customer_pseudonym,
            ours.amount_minor, {_named("ours.customer_pseudonym")}, {_named("booked.customer_pseudonym")}),
        (7, 'reference_differs', side || '_reference', NOT {_same("booked.own_reference", "ours.own_reference")},
            ours.amount_minor, ours.own_reference, booked.own_reference),
        (8, 'status_differs', 'state', booked.reversed <> (ours.state = 'REVERSED' AND NOT ours.in_parts) AND NOT ours.reversed_later,
            ours.amount_minor, ours.state, CASE WHEN booked.reversed THEN 'REVERSED' ELSE 'COMPLETED' END)
    ) AS differing (place, kind, field, differs, minor, ours, theirs)
    WHERE ours.wrong AND booked.nth = 1 AND differing.differs GROUP BY differing.kind, side, participant_code, payment_id
""")
_DUPLICATES = text("""
    INSERT INTO found (kind, side, participant_code, payment_id, minor, fields, ours, theirs)
    SELECT 'duplicate_at_' || side, side, participant_code, payment_id, minor, ARRAY['line'], ARRAY[NULL::text], ARRAY[line::text]
    FROM booked WHERE nth > 1
""")
_MISSING = text(f"""
    WITH missing AS MATERIALIZED (
        SELECT ours.* FROM ours JOIN {_NEWEST} USING (side, participant_code)
        WHERE NOT EXISTS (SELECT FROM booked
            WHERE booked.side = ours.side AND booked.participant_code = ours.participant_code AND booked.payment_id = ours.payment_id)
    ),
    carried AS MATERIALIZED (
        SELECT missing.side, missing.participant_code, missing.payment_id, min(nearby.business_date) AS business_date
        FROM missing JOIN {_NEAR} USING (participant_code)
        JOIN statement_line AS line ON line.statement_key = nearby.statement_key AND line.payment_id = missing.payment_id
            AND NOT (line.reversed AND missing.in_parts)
        GROUP BY 1, 2, 3
    ),
    judged AS (
        SELECT missing.*, carried.business_date, CASE
            WHEN carried.payment_id IS NOT NULL THEN 'date_differs'
            WHEN side = 'biller' AND EXISTS (SELECT FROM outbox WHERE outbox.bucket = bucket_of(missing.payment_id)
                AND outbox.payment_id = missing.payment_id AND outbox.acknowledged_at IS NULL) THEN 'not_advised'
            ELSE 'missing_at_' || side END AS kind
        FROM missing LEFT JOIN carried USING (side, participant_code, payment_id)
        WHERE NOT (missing.state = 'REVERSED' AND carried.payment_id IS NULL)
    )
    INSERT INTO found (kind, side, participant_code, payment_id, minor, fields, ours, theirs)
    SELECT kind, side, participant_code, payment_id, amount_minor,
        ARRAY[CASE kind WHEN 'date_differs' THEN 'business_date' WHEN 'not_advised' THEN 'advice' ELSE 'state' END],
        ARRAY[CASE kind WHEN 'date_differs' THEN CAST(:day AS date)::text WHEN 'not_advised' THEN 'not acknowledged' ELSE state END],
        ARRAY[business_date::text]
    FROM judged
""")
# A line for what the switch does not have on that day. What belongs to other participants is to this one as if it were not there (I11).
_UNEXPECTED = text(f"""
    WITH unexpected AS MATERIALIZED (
        SELECT booked.*, bucket_of(payment_id) AS bucket FROM booked
        WHERE booked.nth = 1 AND NOT EXISTS (SELECT FROM ours
            WHERE ours.side = booked.side AND ours.participant_code = booked.participant_code AND ours.payment_id = booked.payment_id)
    ),
    known AS MATERIALIZED (
        SELECT unexpected.*, payment.state, payment.currency AS our_currency,
            CASE WHEN payment.window_id IS NOT NULL THEN payment.business_date END AS our_date
        FROM unexpected LEFT JOIN payment ON payment.bucket = unexpected.bucket AND payment.payment_id = unexpected.payment_id
            AND unexpected.participant_code = CASE unexpected.side WHEN 'bank' THEN payment.bank_code ELSE payment.biller_code END
    ),
    elsewhere AS (
        SELECT known.*, nearby.statement_key IS NOT NULL AS statement_there, EXISTS (
            SELECT FROM statement_line AS line WHERE line.statement_key = nearby.statement_key AND line.payment_id = known.payment_id
        ) AS booked_there
        FROM known LEFT JOIN {_NEAR} ON nearby.participant_code = known.participant_code AND nearby.business_date = known.our_date
    ),
    judged AS (
        SELECT elsewhere.*, CASE
            WHEN state IS NULL THEN 'missing_at_switch'
            WHEN our_date IS NULL THEN 'status_differs'
            WHEN our_currency <> :currency THEN 'currency_differs'
            WHEN booked_there THEN 'duplicate_at_' || side
            ELSE 'date_differs' END AS kind
        FROM elsewhere
    )
    INSERT INTO found (kind, side, participant_code, payment_id, minor, fields, ours, theirs)
    SELECT kind, side, participant_code, CASE WHEN substr(payment_id::text, 15, 1) <> '8' THEN payment_id END, minor,
        CASE kind WHEN 'status_differs' THEN ARRAY['state'] WHEN 'currency_differs' THEN ARRAY['currency']
            WHEN 'date_differs' THEN ARRAY['business_date']
            WHEN 'missing_at_switch' THEN ARRAY['line', side || '_reference', 'state'] ELSE ARRAY['line'] END,
        CASE kind WHEN 'status_differs' THEN ARRAY[state] WHEN 'currency_differs' THEN ARRAY[our_currency]
            WHEN 'date_differs' THEN ARRAY[our_date::text]
            WHEN 'missing_at_switch' THEN ARRAY[NULL, NULL, NULL::text] ELSE ARRAY[NULL::text] END,
        CASE kind WHEN 'status_differs' THEN ARRAY[CASE WHEN reversed THEN 'REVERSED' ELSE 'COMPLETED' END]
            WHEN 'currency_differs' THEN ARRAY[CAST(:currency AS text)] WHEN 'date_differs' THEN ARRAY[CAST(:day AS date)::text]
            WHEN 'missing_at_switch' THEN ARRAY[line::text, own_reference, CASE WHEN reversed THEN 'REVERSED' ELSE 'COMPLETED' END]
            ELSE ARRAY[line::text] END
    FROM judged
    WHERE NOT (state IS NOT DISTINCT FROM 'REJECTED' AND reversed)
      AND NOT (reversed AND EXISTS (SELECT FROM reversal WHERE reversal.bucket = judged.bucket AND reversal.payment_id = judged.payment_id
          AND reversal.state = 'AGREED' AND reversal.business_date = :day))
      AND NOT (our_date IS NOT NULL AND our_currency = :currency AND statement_there AND NOT booked_there)
""")
_LATE_ANSWERS = text("""
    INSERT INTO found (kind, side, participant_code, payment_id, minor, fields, ours, theirs)
    SELECT DISTINCT ON (payment_id) 'late_answer', 'biller', biller_code, payment_id, amount_minor,
        ARRAY['answer'], ARRAY[state], ARRAY[event.note]
    FROM payment_event AS event JOIN payment USING (bucket, payment_id)
    WHERE event.note LIKE 'late answer%' AND NOT (payment.state = 'REVERSED' AND event.note = 'late answer: refused')
      AND (payment.window_id = ANY(:windows) OR (payment.state = 'REJECTED'
        AND payment.currency = :currency AND payment.concluded_at >= :day_begins AND payment.concluded_at < :day_ends))
    ORDER BY payment_id, event.number
""")
_INDEXED = text("SET LOCAL enable_nestloop = on")
STEPS: tuple[TextClause, ...] = (
    *(*_SETS, _DIFFERENCES, _DUPLICATES, _INDEXED, _MISSING, _UNEXPECTED),
    *(not_taken_back(_NEWEST, _NEAR), refunds(_NEWEST, _AMOUNT), _LATE_ANSWERS),
)
"""In this order. Few are left for the last ones, and each is looked up."""
