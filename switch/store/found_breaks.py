"""What the comparisons of a day have found, as it is kept: breaks opened, found again, ended, closed by a rule; and how each side stands.

Each change of a break is a line of its history in the same statement.
"""

from sqlalchemy import TextClause, text

# The ids are those of Break.content_id; their order keeps two runs from waiting for each other in a circle.
_NAME = text("""
    CREATE TEMPORARY TABLE named ON COMMIT DROP AS
    SELECT DISTINCT ON (break_id) * FROM (
        SELECT found.*, encode(sha256(convert_to(array_to_string(ARRAY[CAST(:day AS date)::text, :currency, side, participant_code, kind,
                coalesce(payment_id::text, ''), minor::text] || (SELECT array_agg(part ORDER BY place, which)
                FROM unnest(fields, found.ours, found.theirs) WITH ORDINALITY AS each (field, our, their, place)
                CROSS JOIN LATERAL (VALUES (1, field), (2, coalesce(our, '')), (3, coalesce(their, ''))) AS parts (which, part)),
            chr(31)), 'UTF8')), 'hex') AS break_id
        FROM found
    ) AS identified ORDER BY break_id
""")
_END_THE_REST = text("""
    WITH ended AS (
        UPDATE break SET state = CASE stage WHEN 'repairing' THEN 'repaired' ELSE 'matched_later' END, ended_at = :now, events = events + 1
        WHERE business_date = :day AND currency = :currency AND state = 'open' AND kind NOT IN ('still_due', 'stand_in_refused')
          AND ((side, participant_code) IN (SELECT * FROM unnest(CAST(:looked_sides AS text[]), CAST(:looked_codes AS text[])))
            OR kind = 'late_answer')
          AND NOT EXISTS (SELECT FROM named WHERE named.break_id = break.break_id)
        RETURNING break_id, events, state
    )
    INSERT INTO break_event (break_id, number, at, by, kind, note) SELECT break_id, events, :now, 'reconciliation', state, '' FROM ended
""")
_OPEN = text("""
    WITH opened AS (
        INSERT INTO break (break_id, kind, side, participant_code, business_date, currency, payment_id, minor, differences, state,
            opened_at)
        SELECT break_id, kind, side, participant_code, CAST(:day AS date), CAST(:currency AS text), payment_id, minor,
            (SELECT jsonb_agg(jsonb_build_object('field', field, 'ours', our, 'theirs', their) ORDER BY place)
                FROM unnest(fields, named.ours, named.theirs) WITH ORDINALITY AS each (field, our, their, place)),
            'open', CAST(:now AS timestamptz)
        FROM named ORDER BY break_id
        ON CONFLICT (break_id) DO UPDATE SET state = 'open', ended_at = NULL, stage = 'new', events = break.events + 1
            WHERE break.state <> 'open' AND NOT break.decided
        RETURNING break_id, events
    )
    INSERT INTO break_event (break_id, number, at, by, kind, note)
    SELECT break_id, events, :now, 'reconciliation', 'found_again', '' FROM opened WHERE events > 0
""")
# A class that the central bank trusts. What somebody has worked on, or opened again, no rule touches.
_CLOSE_BY_RULE = text("""
    WITH rules AS (
        SELECT DISTINCT ON (kind, participant_code) * FROM closing_rule ORDER BY kind, participant_code, changed_at DESC, rule_id DESC
    ),
    closing AS (
        SELECT break.break_id, rule.rule_id FROM break JOIN named USING (break_id) CROSS JOIN LATERAL (
            SELECT rules.* FROM rules
            WHERE rules.kind = break.kind AND (rules.participant_code IS NULL OR rules.participant_code = break.participant_code)
            ORDER BY rules.participant_code NULLS LAST LIMIT 1
        ) AS rule
        WHERE break.state = 'open' AND break.stage = 'new' AND rule.active
          AND CASE break.kind WHEN 'date_differs' THEN abs(CAST(break.differences->0->>'ours' AS date)
                - CAST(break.differences->0->>'theirs' AS date)) <= rule.most_days ELSE break.minor <= rule.most_minor END
    ),
    ended AS (
        UPDATE break SET state = 'closed_by_rule', decided = true, ended_at = :now, events = events + 1
        FROM closing WHERE closing.break_id = break.break_id RETURNING break.break_id, break.events, closing.rule_id
    )
    INSERT INTO break_event (break_id, number, at, by, kind, note, facts)
    SELECT break_id, events, :now, 'reconciliation', 'closed_by_rule', '', jsonb_build_object('rule_id', rule_id) FROM ended
""")
_KEEP_SIDES = text("""
    WITH fitting AS (
        SELECT side, participant_code, sum(payments) AS payments FROM our_count JOIN their_count USING (side, participant_code, bucket)
        LEFT JOIN unfit USING (side, participant_code, bucket) WHERE unfit.participant_code IS NULL GROUP BY 1, 2
    ),
    paired AS (
        SELECT side, participant_code, count(*) AS pairs FROM (
            SELECT side, participant_code FROM ours JOIN booked USING (side, participant_code, payment_id)
            WHERE ours.unfit AND booked.nth = 1
            UNION ALL SELECT side, participant_code FROM carried
        ) AS pair GROUP BY 1, 2
    ),
    summed AS (
        SELECT side, participant_code, sum(payments)::bigint AS payments FROM our_group
        WHERE NOT EXISTS (SELECT FROM named JOIN break USING (break_id) WHERE break.state = 'open'
            AND (named.side, named.participant_code, named.group_key) = (our_group.side, our_group.participant_code, our_group.key))
        GROUP BY 1, 2
    ),
    differing AS (
        SELECT named.side, named.participant_code, count(DISTINCT named.payment_id) AS payments FROM named JOIN break USING (break_id)
        WHERE in_a_pair AND break.state = 'open' GROUP BY 1, 2
    )
    INSERT INTO reconciled_side (business_date, currency, participant_code, side, statement_id, matched, compared_with, reconciled_at)
    SELECT CAST(:day AS date), CAST(:currency AS text), participant_code, side, looked.statement_id,
        coalesce(fitting.payments, 0) + coalesce(summed.payments, 0)
            + coalesce(pairs, 0) - coalesce(differing.payments, 0), coalesce(looked.compared_with, ''),
        CAST(:now AS timestamptz)
    FROM unnest(CAST(:looked_sides AS text[]), CAST(:looked_codes AS text[]), CAST(:looked_statements AS text[]),
        CAST(:looked_with AS text[])) AS looked (side, participant_code, statement_id, compared_with)
    FULL JOIN (SELECT DISTINCT side, participant_code FROM found WHERE kind = 'late_answer'
            AND (side, participant_code) NOT IN (SELECT side, participant_code FROM our_count)) AS answered USING (side, participant_code)
    LEFT JOIN fitting USING (side, participant_code) LEFT JOIN summed USING (side, participant_code)
    LEFT JOIN paired USING (side, participant_code)
    LEFT JOIN differing USING (side, participant_code)
    ORDER BY participant_code, side
    ON CONFLICT (business_date, currency, participant_code, side) DO UPDATE SET statement_id = excluded.statement_id,
        matched = excluded.matched, compared_with = excluded.compared_with, reconciled_at = excluded.reconciled_at
""")
KEEPING: tuple[TextClause, ...] = (_NAME, _END_THE_REST, _OPEN, _CLOSE_BY_RULE, _KEEP_SIDES)
