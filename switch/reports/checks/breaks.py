"""Breaks: each is what was found, for its id is made of all that it says; and its history is whole and leads to where it stands."""

from sqlalchemy import text

from switch.reports.checks.examination import UNREADABLE, Examination
from switch.store.break_queries import from_row

NAME, INVARIANT = "breaks", "I14"

_COUNT = text("SELECT count(*) FROM break")
_ROWS = text("SELECT * FROM break")
_HISTORIES = text("""
    WITH history AS (
        SELECT break_id, count(*) AS lines, max(number) AS last,
            (array_agg(kind ORDER BY number DESC) FILTER (WHERE kind IN ('matched_later', 'repaired', 'accepted', 'written_off', 'rejected',
                'closed_by_rule', 'reopened', 'found_again')))[1] AS reached
        FROM break_event GROUP BY break_id
    )
    SELECT 'break ' || break_id, CASE WHEN (events, events) IS DISTINCT FROM (coalesce(lines, 0), coalesce(last, 0))
            THEN 'it has ' || events || ' lines of history, ' || coalesce(lines, 0) || ' are there'
        ELSE 'it is ' || state || ', its history says otherwise' END
    FROM break LEFT JOIN history USING (break_id)
    WHERE (events, events) IS DISTINCT FROM (coalesce(lines, 0), coalesce(last, 0))
       OR state <> CASE WHEN coalesce(reached, 'reopened') IN ('reopened', 'found_again') THEN 'open' ELSE reached END
""")
_SEALS = text("""
    SELECT 'history of break ' || break_id || ' line ' || number, 'it is not what was recorded'
    FROM break_event WHERE digest <> sha256(convert_to((to_jsonb(break_event) - 'digest')::text, 'UTF8'))
    UNION ALL
    SELECT 'attachment ' || sha256 || ' of break ' || break_id, 'its bytes are not those that were attached'
    FROM break_attachment WHERE sha256 <> encode(sha256(content), 'hex')
    UNION ALL
    SELECT 'closing rule ' || rule_id, 'it is not what two people have agreed on'
    FROM closing_rule WHERE digest <> sha256(convert_to((to_jsonb(closing_rule) - 'digest')::text, 'UTF8'))
""")


# Reports of a past moment read how breaks stood: that is what their histories say, step by step.
_STANDINGS = text("""
    WITH said AS (
        SELECT break_id, array_agg(CASE WHEN kind IN ('reopened', 'found_again') THEN 'open' ELSE kind END ORDER BY number) AS states
        FROM break_event WHERE kind IN ('matched_later', 'repaired', 'accepted', 'written_off', 'rejected', 'closed_by_rule', 'reopened',
            'found_again')
        GROUP BY break_id
    ),
    stood AS (
        SELECT break_id, array_agg(state ORDER BY number) AS states, count(*) AS lines, max(number) AS last,
            (array_agg(ended_at ORDER BY number DESC))[1] AS ended_at
        FROM break_standing GROUP BY break_id
    )
    SELECT 'break ' || break_id, 'how it stood is not what its history says'
    FROM break LEFT JOIN said USING (break_id) LEFT JOIN stood USING (break_id)
    WHERE ARRAY['open'] || coalesce(said.states, '{}') IS DISTINCT FROM stood.states OR stood.lines <> stood.last
       OR stood.ended_at IS DISTINCT FROM break.ended_at
""")
_SUSPENSE = text("""
    WITH said AS (
        SELECT (facts->>'entry_id')::uuid AS entry_id, event.break_id, event.kind, event.number,
            CASE event.kind WHEN 'released' THEN (facts->>'minor')::bigint END AS minor, break.minor AS at_stake
        FROM break_event AS event JOIN break USING (break_id)
        WHERE event.kind = 'released' OR facts->>'repair' = 'suspend' AND event.kind = 'repaired'
    ),
    posted AS (
        SELECT entry_id, entry.kind, sum(posting.minor) FILTER (WHERE account_code = 'suspense')::bigint AS minor
        FROM journal_entry AS entry JOIN posting USING (bucket, entry_id)
        WHERE entry.kind IN ('suspense_booked', 'suspense_released') GROUP BY entry_id, entry.kind
    )
    SELECT coalesce('history of break ' || break_id || ' line ' || number, 'journal entry ' || entry_id),
        CASE WHEN break_id IS NULL THEN 'it moves suspense, and no break says so'
            ELSE 'its journal entry ' || entry_id || ' moves ' || coalesce(posted.minor, 0) || ' of suspense' END
    FROM said FULL JOIN posted USING (entry_id)
    WHERE posted.minor IS NULL OR break_id IS NULL
       OR CASE said.kind WHEN 'released' THEN posted.minor <> said.minor ELSE abs(posted.minor) <> at_stake END
    UNION ALL
    SELECT 'break ' || break_id, 'more of it has left suspense than was booked there'
    FROM said GROUP BY break_id, at_stake HAVING coalesce(abs(sum(minor)), 0) > at_stake
""")


async def examine(look: Examination) -> None:
    async for row in look.each(_ROWS, count=_COUNT):
        try:
            same = from_row(row).content_id() == row.break_id
        except UNREADABLE:
            same = False
        if not same:
            look.finds(f"break {row.break_id}", f"it is not what was found (amount at stake {row.minor})")
    await look.where_wrong(_HISTORIES)
    await look.where_wrong(_SEALS)
    await look.where_wrong(_STANDINGS)
    await look.where_wrong(_SUSPENSE)
