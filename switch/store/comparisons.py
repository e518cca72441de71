"""Comparisons: where counts do not fit, or a line does not agree, field by field; every disagreement with both sides of it, in SQL.

`ours` is what the switch has, seen from each side; `booked` what the newest statements say, `carried` what those of the days around say of
what is missing. A booking and its reversal are one line, and `nth` counts what is left for one payment, the most alike first. Temporary
tables, which the planner has looked at: without knowing their size it would compare each row with each.
"""

# ruff: noqa: S608 - the pieces put together here are our own words; every value is a parameter

from sqlalchemy import TextClause, text

from switch.store.reversal_comparisons import A_PART, IN_PARTS, not_taken_back, refunds


def _same(one: str, other: str) -> str:
    """Capital and small letters are the same: a reference is read out, typed again and printed in either."""
    return f"({one} = {other} OR lower(for_matching({one})) = lower(for_matching({other})))"


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

_LEFT = """
    SELECT * FROM (
        SELECT alike.*, row_number() OVER (PARTITION BY statement_key, payment_id, reversed ORDER BY likeness DESC, line) AS nth,
            count(*) FILTER (WHERE NOT reversed) OVER its AS bookings, count(*) FILTER (WHERE reversed) OVER its AS reversals
        FROM alike WINDOW its AS (PARTITION BY statement_key, payment_id)
    ) AS counted
    WHERE CASE WHEN bookings > reversals THEN NOT reversed AND nth <= bookings - reversals
        ELSE reversed AND nth <= reversals - bookings + least(bookings, 1) END
"""
"""Of the lines `alike` those that are left where each booking that was taken back again is one with its reversal."""


def _likeness(line: str) -> str:
    """Of a line to `ours`: how many fields agree. One that the line does not carry says nothing against it."""
    pairs = ("minor", "amount_minor"), ("counterparty_code",) * 2, ("customer_pseudonym",) * 2, ("fee_minor",) * 2
    agree = [f"{line}.{theirs} = ours.{our}" for theirs, our in pairs]
    agree += [f"{line}.business_date = :day", _same(f"{line}.own_reference", "ours.own_reference")]
    return " + ".join(f"coalesce({each}, true)::integer" for each in agree)


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
            {IN_PARTS} AS in_parts, seen.side = 'biller' AND coalesce(payment.stand_in = 'refused', false) AS refused,
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
        WHERE NOT (line.reversed AND coalesce({A_PART}, false))
    """),
    text("SET LOCAL enable_nestloop = off"),
    text("ANALYZE stated"),
    text(f"""
        CREATE TEMPORARY TABLE booked ON COMMIT DROP AS
        WITH alike AS (
            SELECT stated.*, {_likeness("stated")} AS likeness FROM stated LEFT JOIN ours USING (side, participant_code, payment_id)
        )
        {_LEFT}
    """),
    text("""
        CREATE TEMPORARY TABLE found (
            kind text, side text, participant_code text, payment_id uuid, minor bigint,
            fields text[], ours text[], theirs text[], in_a_pair boolean DEFAULT false, group_key text
        ) ON COMMIT DROP
    """),
    text("ANALYZE booked"),
    text(f"""
        CREATE TEMPORARY TABLE missing ON COMMIT DROP AS
        SELECT ours.* FROM ours JOIN {_NEWEST} USING (side, participant_code)
        WHERE NOT EXISTS (SELECT FROM booked
            WHERE booked.side = ours.side AND booked.participant_code = ours.participant_code AND booked.payment_id = ours.payment_id)
    """),
    text("ANALYZE missing"),
    text("SET LOCAL enable_nestloop = on"),
    text(f"""
        CREATE TEMPORARY TABLE carried ON COMMIT DROP AS
        WITH alike AS (
            SELECT ours.side, ours.participant_code, newest.tolerance, nearby.business_date AS stands_on, line.*,
                {_likeness("line")} AS likeness
            FROM missing AS ours JOIN {_NEWEST} USING (side, participant_code) JOIN {_NEAR} USING (participant_code)
            JOIN statement_line AS line ON line.statement_key = nearby.statement_key AND line.payment_id = ours.payment_id
                AND NOT (line.reversed AND ours.in_parts)
        ),
        remaining AS ({_LEFT})
        SELECT DISTINCT ON (side, participant_code, payment_id) * FROM remaining
        ORDER BY side, participant_code, payment_id, bookings = reversals, abs(stands_on - CAST(:day AS date)), stands_on, nth
    """),
    text("SET LOCAL enable_nestloop = off"),
    text("ANALYZE carried"),
)

_COMPARED = """
    side, participant_code, payment_id, tolerance, currency, minor, fee_minor, business_date, counterparty_code, customer_pseudonym,
    own_reference, reversed
"""
_DIFFERENCES = text(f"""
    INSERT INTO found
    SELECT differing.kind, side, participant_code, payment_id, max(differing.minor),
        array_agg(field ORDER BY place), array_agg(differing.ours ORDER BY place), array_agg(differing.theirs ORDER BY place), true
    FROM ours JOIN (
        SELECT {_COMPARED}, NULL::date AS stands_on FROM booked WHERE nth = 1 UNION ALL SELECT {_COMPARED}, stands_on FROM carried
    ) AS booked USING (side, participant_code, payment_id) CROSS JOIN LATERAL (VALUES
        (1, 'currency_differs', 'currency', booked.currency IS NOT NULL, ours.amount_minor, CAST(:currency AS text), booked.currency),
        (2, 'amount_differs', 'amount', booked.currency IS NULL AND abs(booked.minor - ours.amount_minor) > booked.tolerance,
            abs(booked.minor - ours.amount_minor), {_AMOUNT.format("ours.amount_minor")}, {_AMOUNT.format("booked.minor")}),
        (3, 'fee_differs', 'fee', booked.currency IS NULL AND booked.fee_minor <> ours.fee_minor,
            abs(booked.fee_minor - ours.fee_minor), {_AMOUNT.format("ours.fee_minor")}, {_AMOUNT.format("booked.fee_minor")}),
        (4, 'date_differs', 'business_date', booked.stands_on IS NOT NULL OR booked.business_date <> :day, ours.amount_minor,
            CAST(:day AS date)::text, coalesce(booked.stands_on, booked.business_date)::text),
        (5, 'reference_differs', 'counterparty', booked.counterparty_code <> ours.counterparty_code, ours.amount_minor,
            ours.counterparty_code, booked.counterparty_code),
        (6, 'reference_differs', 'customer_reference', booked.customer_pseudonym <> ours.customer_pseudonym,
            ours.amount_minor, {_named("ours.customer_pseudonym")}, {_named("booked.customer_pseudonym")}),
        (7, 'reference_differs', side || '_reference', NOT {_same("booked.own_reference", "ours.own_reference")},
            ours.amount_minor, ours.own_reference, booked.own_reference),
        (8, 'status_differs', 'state', booked.reversed <> (ours.state = 'REVERSED' AND NOT ours.in_parts) AND NOT ours.reversed_later,
            ours.amount_minor, ours.state, CASE WHEN booked.reversed THEN 'REVERSED' ELSE 'COMPLETED' END)
    ) AS differing (place, kind, field, differs, minor, ours, theirs)
    WHERE (ours.wrong OR booked.stands_on IS NOT NULL) AND differing.differs GROUP BY differing.kind, side, participant_code, payment_id
""")
_FOREIGN = {
    "fields": "CASE WHEN {its}.currency IS NULL THEN '{{}}' ELSE ARRAY['currency', 'amount'] END",
    "ours": "CASE WHEN {its}.currency IS NULL THEN '{{}}' ELSE ARRAY[NULL, NULL::text] END",
    "theirs": "CASE WHEN {its}.currency IS NULL THEN '{{}}' ELSE ARRAY[{its}.currency, {its}.amount] END",
}
"""What a line in another currency says beside the rest: its minor units are none of the statement's."""


def _foreign(its: str) -> dict[str, str]:
    return {name: said.format(its=its) for name, said in _FOREIGN.items()}


_DUPLICATES = text(
    """
    INSERT INTO found (kind, side, participant_code, payment_id, minor, fields, ours, theirs)
    SELECT 'duplicate_at_' || side, side, participant_code, payment_id,
        CASE WHEN booked.currency IS NULL THEN booked.minor ELSE coalesce(ours.amount_minor, 0) END,
        ARRAY['line'] || {fields}, ARRAY[NULL::text] || {ours}, ARRAY[line::text] || {theirs}
    FROM booked LEFT JOIN ours USING (side, participant_code, payment_id) WHERE nth > 1
""".format(**_foreign("booked"))
)
# One that is repaired by advising again stays what it is until the books agree: an advice on its way has repaired nothing yet.
_MISSING = text("""
    WITH judged AS (
        SELECT missing.*, CASE
            WHEN side = 'biller' AND EXISTS (SELECT FROM outbox WHERE outbox.bucket = bucket_of(missing.payment_id)
                AND outbox.payment_id = missing.payment_id AND outbox.acknowledged_at IS NULL)
                AND NOT EXISTS (SELECT FROM break WHERE break.payment_id = missing.payment_id AND break.kind = 'missing_at_biller'
                    AND (break.state, break.stage) = ('open', 'repairing')) THEN 'not_advised'
            ELSE 'missing_at_' || side END AS kind
        FROM missing
        WHERE missing.state <> 'REVERSED' AND NOT missing.refused AND NOT EXISTS (SELECT FROM carried WHERE carried.side = missing.side
            AND carried.participant_code = missing.participant_code AND carried.payment_id = missing.payment_id)
    )
    INSERT INTO found (kind, side, participant_code, payment_id, minor, fields, ours, theirs)
    SELECT kind, side, participant_code, payment_id, amount_minor, ARRAY[CASE kind WHEN 'not_advised' THEN 'advice' ELSE 'state' END],
        ARRAY[CASE kind WHEN 'not_advised' THEN 'not acknowledged' ELSE state END], ARRAY[NULL::text]
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
        SELECT unexpected.*, payment.state, payment.currency AS our_currency, payment.amount_minor,
            CASE WHEN payment.window_id IS NOT NULL THEN payment.business_date END AS our_date
        FROM unexpected LEFT JOIN payment ON payment.bucket = unexpected.bucket AND payment.payment_id = unexpected.payment_id
            AND unexpected.participant_code = CASE unexpected.side WHEN 'bank' THEN payment.bank_code ELSE payment.biller_code END
    ),
    elsewhere AS (
        SELECT known.*, nearby.statement_key IS NOT NULL AS statement_there, coalesce(other.there, false) AS booked_there,
            coalesce(other.nearer, false) AS booked_nearer, bookings = reversals AS undone
        FROM known LEFT JOIN {_NEAR} ON nearby.participant_code = known.participant_code AND nearby.business_date = known.our_date
        CROSS JOIN LATERAL (
            SELECT bool_or(stated.business_date = known.our_date) AS there,
                bool_or(stated.business_date <> known.our_date AND booked.net <> 0) AS nearer
            FROM (
                SELECT DISTINCT ON (statement.business_date) statement.business_date, statement.statement_key FROM statement
                WHERE statement.participant_code = known.participant_code AND statement.currency = :currency
                  AND (abs(statement.business_date - known.our_date), statement.business_date)
                    < (abs(CAST(:day AS date) - known.our_date), CAST(:day AS date))
                ORDER BY statement.business_date, statement.revision DESC
            ) AS stated CROSS JOIN LATERAL (
                SELECT sum(CASE WHEN line.reversed THEN -1 ELSE 1 END) AS net FROM statement_line AS line
                WHERE line.statement_key = stated.statement_key AND line.payment_id = known.payment_id
            ) AS booked
            WHERE booked.net IS NOT NULL
        ) AS other
    ),
    judged AS (
        SELECT elsewhere.*, CASE
            WHEN state IS NULL THEN 'missing_at_switch'
            WHEN our_date IS NULL THEN 'status_differs'
            WHEN our_currency <> :currency THEN 'currency_differs'
            WHEN booked_there AND reversed THEN 'status_differs'
            WHEN booked_there OR booked_nearer THEN 'duplicate_at_' || side
            ELSE 'date_differs' END AS kind
        FROM elsewhere
    )
    INSERT INTO found (kind, side, participant_code, payment_id, minor, fields, ours, theirs)
    SELECT kind, side, participant_code, CASE WHEN substr(payment_id::text, 15, 1) <> '8' THEN payment_id END,
        CASE WHEN currency IS NULL THEN minor ELSE coalesce(amount_minor, 0) END,
        CASE kind WHEN 'status_differs' THEN ARRAY['state'] WHEN 'currency_differs' THEN ARRAY['currency']
            WHEN 'date_differs' THEN ARRAY['business_date']
            WHEN 'missing_at_switch' THEN ARRAY['line', side || '_reference', 'state'] ELSE ARRAY['line'] END
            || {_foreign("judged")["fields"]},
        CASE kind WHEN 'status_differs' THEN ARRAY[state] WHEN 'currency_differs' THEN ARRAY[our_currency]
            WHEN 'date_differs' THEN ARRAY[our_date::text]
            WHEN 'missing_at_switch' THEN ARRAY[NULL, NULL, NULL::text] ELSE ARRAY[NULL::text] END || {_foreign("judged")["ours"]},
        CASE kind WHEN 'status_differs' THEN ARRAY[CASE WHEN reversed THEN 'REVERSED' ELSE 'COMPLETED' END]
            WHEN 'currency_differs' THEN ARRAY[CAST(:currency AS text)] WHEN 'date_differs' THEN ARRAY[CAST(:day AS date)::text]
            WHEN 'missing_at_switch' THEN ARRAY[line::text, own_reference, CASE WHEN reversed THEN 'REVERSED' ELSE 'COMPLETED' END]
            ELSE ARRAY[line::text] END || {_foreign("judged")["theirs"]}
    FROM judged
    WHERE NOT (state IS NOT DISTINCT FROM 'REJECTED' AND reversed)
      AND NOT (reversed AND EXISTS (SELECT FROM reversal WHERE reversal.bucket = judged.bucket AND reversal.payment_id = judged.payment_id
          AND reversal.state = 'AGREED' AND reversal.business_date = :day))
      AND NOT (our_date IS NOT NULL AND our_currency = :currency AND (
          (undone OR state = 'REVERSED' AND reversed) AND booked_there OR undone AND booked_nearer
          OR statement_there AND NOT booked_there AND NOT booked_nearer))
""")
_LATE_ANSWERS = text("""
    INSERT INTO found (kind, side, participant_code, payment_id, minor, fields, ours, theirs)
    SELECT DISTINCT ON (payment_id) 'late_answer', 'biller', biller_code, payment_id, amount_minor,
        ARRAY['answer'], ARRAY[state], ARRAY[split_part(event.note, '; ', 1)]
    FROM payment_event AS event JOIN payment USING (bucket, payment_id)
    WHERE event.note LIKE 'late answer%' AND NOT (payment.state = 'REVERSED' AND event.note LIKE 'late answer: refused%')
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
