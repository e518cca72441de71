"""Comparisons of sums: one line of a statement that stands for many payments, compared with all of them by what they have in common.

Of whoever books sums, a group is known by its key: the day, a service, the counterparty, or the writer's own reference. A line belongs to
the group of its own business date, in whichever statement around it stands. What was taken back counts against it on both sides.
A line in another currency adds nothing to a sum, and is always a break.
"""

# ruff: noqa: S608 - the pieces put together here are our own words; every value is a parameter

from sqlalchemy import TextClause, text

MOST_CANDIDATES = 5
MOST_MEMBERS = 1_000
_GROUPED = """
    unnest(CAST(:group_keys AS bigint[]), CAST(:group_sides AS text[]), CAST(:group_codes AS text[]), CAST(:group_tolerances AS bigint[]),
        CAST(:groupings AS text[])) AS grouped (statement_key, side, participant_code, tolerance, grouping)
"""
_NEAR = """
    unnest(CAST(:near_codes AS text[]), CAST(:near_days AS date[]), CAST(:near_keys AS bigint[]))
        AS nearby (participant_code, business_date, statement_key)
"""


def _key(grouping: str, counterparty: str, service: str, own_reference: str) -> str:
    return f"""CASE {grouping} WHEN 'day' THEN 'day' WHEN 'counterparty' THEN 'counterparty:' || coalesce({counterparty}, '')
        WHEN 'service' THEN 'service:' || coalesce({service}, '')
        ELSE 'own_reference:' || lower(for_matching(coalesce({own_reference}, ''))) END"""


_OUR_KEY = _key(
    "{grouping}",
    "CASE {side} WHEN 'bank' THEN {its}.biller_code ELSE {its}.bank_code END",
    "{its}.service_code",
    "CASE {side} WHEN 'bank' THEN {its}.bank_reference ELSE {its}.biller_reference END",
)
_AMOUNT = "round({} / CAST(:unit AS numeric), :scale)::text"
_THEIRS = text(f"""
    CREATE TEMPORARY TABLE group_line ON COMMIT DROP AS
    SELECT grouped.side, grouped.participant_code, stated.stands_on, line.business_date,
        CASE WHEN line.currency IS NOT NULL THEN 0 WHEN line.reversed THEN -line.minor ELSE line.minor END AS minor,
        line.currency, line.currency || ' ' || line.amount AS foreign_sum,
        {_key("grouped.grouping", "line.counterparty_code", "line.service_code", "line.own_reference")} AS key
    FROM {_GROUPED} CROSS JOIN LATERAL (
        SELECT grouped.statement_key, CAST(:day AS date) AS stands_on
        UNION ALL
        SELECT nearby.statement_key, nearby.business_date FROM {_NEAR} JOIN statement USING (statement_key)
        WHERE nearby.participant_code = grouped.participant_code AND statement.grouping = grouped.grouping
    ) AS stated JOIN statement_line AS line ON line.statement_key = stated.statement_key
    WHERE line.business_date = :day OR stated.stands_on = :day
""")
_MEMBERS = text(f"""
    CREATE TEMPORARY TABLE member ON COMMIT DROP AS
    SELECT grouped.side, grouped.participant_code, moved.payment_id, moved.minor, moved.booked,
        {_OUR_KEY.format(grouping="grouped.grouping", side="grouped.side", its="moved")} AS key
    FROM (
        SELECT payment_id, bank_code, biller_code, service_code, bank_reference, biller_reference, amount_minor AS minor, true AS booked
        FROM payment WHERE window_id = ANY(:windows) AND cardinality(CAST(:group_keys AS bigint[])) > 0
        UNION ALL
        SELECT payment_id, payment.bank_code, payment.biller_code, payment.service_code, payment.bank_reference,
            payment.biller_reference, -reversal.amount_minor, false
        FROM reversal JOIN payment USING (bucket, payment_id)
        WHERE reversal.window_id = ANY(:windows) AND reversal.state = 'AGREED' AND cardinality(CAST(:group_keys AS bigint[])) > 0
    ) AS moved JOIN {_GROUPED} ON grouped.participant_code = CASE grouped.side WHEN 'bank' THEN moved.bank_code ELSE moved.biller_code END
""")
_OURS = text("""
    CREATE TEMPORARY TABLE our_group ON COMMIT DROP AS
    SELECT side, participant_code, key, sum(minor)::bigint AS minor, count(*) FILTER (WHERE booked) AS payments FROM member GROUP BY 1, 2, 3
""")
_DIFFERENCES = text(f"""
    WITH their_group AS (
        SELECT side, participant_code, key, sum(minor)::bigint AS minor, bool_or(stands_on = :day) AS here,
            max(currency) AS currency, string_agg(foreign_sum, ', ' ORDER BY foreign_sum) AS foreign_sum,
            (array_agg(stands_on ORDER BY abs(stands_on - CAST(:day AS date)), stands_on))[1] AS stands_on
        FROM group_line WHERE business_date = :day GROUP BY 1, 2, 3
    ),
    compared AS (
        SELECT side, participant_code, key, grouped.tolerance, coalesce(ours.minor, 0) AS our, coalesce(theirs.minor, 0) AS their,
            ours.payments, theirs.minor IS NOT NULL AS stated, theirs.here, theirs.stands_on, theirs.currency, theirs.foreign_sum
        FROM our_group AS ours FULL JOIN their_group AS theirs USING (side, participant_code, key)
        JOIN {_GROUPED} USING (side, participant_code)
    ),
    differing AS (
        SELECT *, CASE WHEN payments IS NULL THEN 'missing_at_switch' WHEN NOT stated THEN 'missing_at_' || side
            WHEN currency IS NOT NULL THEN 'currency_differs' ELSE 'sum_differs' END AS kind
        FROM compared WHERE abs(our - their) > tolerance OR currency IS NOT NULL
    ),
    explained AS (
        SELECT differing.*, (SELECT array_agg(payment_id::text) FROM (
            SELECT payment_id FROM member WHERE (member.side, member.participant_code, member.key)
                = (differing.side, differing.participant_code, differing.key)
                AND booked AND member.minor = abs(our - their) AND kind = 'sum_differs'
            ORDER BY payment_id LIMIT {MOST_CANDIDATES}
        ) AS alike) AS candidates
        FROM differing
    )
    INSERT INTO found (kind, side, participant_code, minor, fields, ours, theirs, group_key)
    SELECT kind, side, participant_code, abs(our - their),
        ARRAY['group', 'sum', 'payments'] || array_fill('candidate'::text, ARRAY[coalesce(cardinality(candidates), 0)]),
        ARRAY[key, CASE WHEN payments IS NOT NULL THEN {_AMOUNT.format("our")} END, payments::text] || coalesce(candidates, '{{}}'),
        ARRAY[CASE WHEN stated THEN key END, CASE WHEN stated THEN coalesce(foreign_sum, {_AMOUNT.format("their")}) END, NULL]
            || array_fill(NULL::text, ARRAY[coalesce(cardinality(candidates), 0)]), key
    FROM explained
    UNION ALL
    SELECT 'date_differs', side, participant_code, abs(our), ARRAY['business_date', 'group'], ARRAY[CAST(:day AS date)::text, key],
        ARRAY[stands_on::text, key], key
    FROM compared WHERE stated AND NOT here AND payments IS NOT NULL
""")
# A sum of another day is looked at with that day, where there is a statement of it; else it is listed where it stands.
_STRAY = text(f"""
    INSERT INTO found (kind, side, participant_code, minor, fields, ours, theirs, group_key)
    SELECT 'missing_at_switch', side, participant_code, abs(sum(minor)), ARRAY['group', 'sum', 'business_date'],
        ARRAY[NULL, NULL, NULL::text],
        ARRAY[key, coalesce(string_agg(foreign_sum, ', ' ORDER BY foreign_sum), {_AMOUNT.format("sum(minor)")}),
            group_line.business_date::text], key || ' ' || group_line.business_date
    FROM group_line
    WHERE stands_on = :day AND business_date <> :day AND NOT EXISTS (SELECT FROM {_NEAR}
        WHERE nearby.participant_code = group_line.participant_code AND nearby.business_date = group_line.business_date)
    GROUP BY side, participant_code, key, group_line.business_date HAVING sum(minor) <> 0 OR max(currency) IS NOT NULL
""")
STEPS: tuple[TextClause, ...] = (_THEIRS, _MEMBERS, _OURS, _DIFFERENCES, _STRAY)
"""In this order, after the table `found` is there. Where nobody books sums they look at nothing."""

MEMBERS_OF = text(f"""
    SELECT payment.payment_id, payment.amount_minor, payment.currency, payment.state FROM payment
    WHERE payment.window_id IN (SELECT window_id FROM settlement_window WHERE business_date = :day AND currency = :currency)
      AND :participant = CASE CAST(:side AS text) WHEN 'bank' THEN payment.bank_code ELSE payment.biller_code END
      AND {_OUR_KEY.format(grouping="CAST(:grouping AS text)", side="CAST(:side AS text)", its="payment")} = :key
    ORDER BY payment.payment_id LIMIT {MOST_MEMBERS}
""")
"""The payments that a break's group stands for."""
