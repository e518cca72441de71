"""Statements handed in: as many lines as were taken in, numbered without a gap, and summing to their total."""

from sqlalchemy import text

from switch.reports.checks.examination import Examination

NAME, INVARIANT = "statements", "I14"

_COUNT = text("SELECT count(*) FROM statement_line")
_WRONG = text("""
    WITH sums AS (
        SELECT statement_id, count(*) AS lines, max(line) AS last, sum(minor)::bigint AS total FROM statement_line GROUP BY statement_id
    )
    SELECT 'statement ' || statement_id, CASE
        WHEN statement.lines <> coalesce(sums.lines, 0)
            THEN statement.lines || ' lines were taken in, ' || coalesce(sums.lines, 0) || ' are there'
        WHEN sums.last <> sums.lines THEN 'a line is missing before line ' || sums.last
        ELSE 'its total is ' || statement.total_minor || ', its lines sum to ' || coalesce(sums.total, 0) END
    FROM statement LEFT JOIN sums USING (statement_id)
    WHERE statement.lines <> coalesce(sums.lines, 0) OR sums.last <> sums.lines OR statement.total_minor <> coalesce(sums.total, 0)
""")


async def examine(look: Examination) -> None:
    await look.counts(_COUNT)
    await look.where_wrong(_WRONG)
