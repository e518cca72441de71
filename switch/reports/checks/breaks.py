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
