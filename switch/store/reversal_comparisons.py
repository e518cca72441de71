"""Comparisons of what was taken back: what the switch gave back on a day, and what the statements of that day say."""

# ruff: noqa: S608 - the pieces put together here are our own words; every value is a parameter

from sqlalchemy import TextClause, text

IN_PARTS = "(payment.refunds > 1 OR payment.refunds = 1 AND payment.state = 'COMPLETED')"
"""Its booking is one line, and each part that was taken back of it another one, reversed, on the day of its reversal."""
A_PART = f"({IN_PARTS} OR payment.refunds = 0 AND payment.state = 'COMPLETED' AND line.minor < payment.amount_minor - newest.tolerance)"
"""Of a reversed line: it is for a part; also of a payment of which nothing was taken back, where the other side says otherwise."""


def not_taken_back(newest: str, near: str) -> TextClause:
    """For the table `found`: taken back on this day, paid on another. A line of this day says so, or the other day's newest statement does.

    `newest` are the statements to look at, `near` those of the days around.
    """
    return text(f"""
        INSERT INTO found (kind, side, participant_code, payment_id, minor, fields, ours, theirs)
        SELECT 'status_differs', seen.side, seen.participant_code, payment.payment_id, payment.amount_minor,
            ARRAY['state'], ARRAY['REVERSED'], ARRAY['COMPLETED']
        FROM reversal JOIN payment USING (bucket, payment_id)
        CROSS JOIN LATERAL (VALUES ('bank', payment.bank_code), ('biller', payment.biller_code)) AS seen (side, participant_code)
        JOIN {newest} USING (side, participant_code)
        JOIN {near} ON nearby.participant_code = seen.participant_code AND nearby.business_date = payment.business_date
        WHERE reversal.window_id = ANY(:windows) AND reversal.state = 'AGREED' AND NOT payment.window_id = ANY(:windows) AND NOT {IN_PARTS}
          AND EXISTS (SELECT FROM statement_line AS line
              WHERE line.statement_key = nearby.statement_key AND line.payment_id = payment.payment_id AND NOT line.reversed)
          AND NOT EXISTS (SELECT FROM statement_line AS line
              WHERE line.statement_key IN (nearby.statement_key, newest.statement_key)
                AND line.payment_id = payment.payment_id AND line.reversed)
    """)


def refunds(newest: str, amount: str) -> TextClause:
    """For the table `found`. Who has no line at all of a payment that was paid and wholly taken back on this day, has it right.

    `newest` are the statements to look at, `amount` makes minor units readable.
    """
    return text(f"""
        WITH looked AS MATERIALIZED (
            SELECT seen.side, seen.participant_code, payment.bucket, payment.payment_id
            FROM reversal JOIN payment USING (bucket, payment_id)
            CROSS JOIN LATERAL (VALUES ('bank', payment.bank_code), ('biller', payment.biller_code)) AS seen (side, participant_code)
            WHERE reversal.window_id = ANY(:windows) AND {IN_PARTS}
            UNION
            SELECT wrong.side, wrong.participant_code, payment.bucket, payment.payment_id
            FROM wrong JOIN payment ON payment.bucket = bucket_of(wrong.payment_id) AND payment.payment_id = wrong.payment_id
                AND wrong.participant_code = CASE wrong.side WHEN 'bank' THEN payment.bank_code ELSE payment.biller_code END
            JOIN {newest} ON newest.side = wrong.side AND newest.participant_code = wrong.participant_code
            WHERE payment.currency = :currency AND EXISTS (SELECT FROM statement_line AS line
                WHERE line.statement_key = newest.statement_key AND line.payment_id = wrong.payment_id AND line.reversed AND {A_PART})
        ),
        compared AS (
            SELECT looked.*, newest.tolerance, ours.minor AS our_minor, theirs.minor AS their_minor,
                payment.window_id = ANY(:windows) AND theirs.bookings > 0 AS in_a_pair,
                payment.window_id = ANY(:windows) AND ours.minor = payment.amount_minor AND theirs.lines = 0 AS nothing_left
            FROM looked JOIN {newest} USING (side, participant_code) JOIN payment USING (bucket, payment_id)
            CROSS JOIN LATERAL (SELECT coalesce(sum(reversal.amount_minor), 0)::bigint AS minor FROM reversal
                WHERE reversal.bucket = looked.bucket AND reversal.payment_id = looked.payment_id
                  AND reversal.window_id = ANY(:windows)) AS ours
            CROSS JOIN LATERAL (
                SELECT count(*) AS lines, count(*) FILTER (WHERE NOT line.reversed) AS bookings, coalesce(sum(line.minor)
                    FILTER (WHERE line.reversed AND line.business_date = :day AND line.currency IS NULL), 0)::bigint AS minor
                FROM statement_line AS line
                WHERE line.statement_key = newest.statement_key AND line.payment_id = looked.payment_id) AS theirs
        )
        INSERT INTO found (kind, side, participant_code, payment_id, minor, fields, ours, theirs, in_a_pair)
        SELECT 'status_differs', side, participant_code, payment_id, abs(our_minor - their_minor),
            ARRAY['refunded'], ARRAY[{amount.format("our_minor")}], ARRAY[{amount.format("their_minor")}], in_a_pair
        FROM compared WHERE abs(our_minor - their_minor) > tolerance AND NOT nothing_left
    """)
