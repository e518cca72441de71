"""Statements handed in: as many lines as were taken in, numbered without a gap, and summing to their total; rules; what came over SFTP."""

from sqlalchemy import text

from switch.reports.checks.examination import Examination

NAME, INVARIANT = "statements", "I14"

_COUNT = text("SELECT count(*) FROM statement_line")
_WRONG = text("""
    WITH sums AS (
        SELECT statement_key, count(*) AS lines, max(line) AS last, sum(minor)::bigint AS total,
            coalesce(sum(fee_minor), 0)::bigint AS fees
        FROM statement_line GROUP BY statement_key
    )
    SELECT 'statement ' || coalesce(statement_id || ' ', '') || 'under the key ' || statement_key, CASE
        WHEN statement_id IS NULL THEN sums.lines || ' lines have no header'
        WHEN statement.lines <> coalesce(sums.lines, 0)
            THEN statement.lines || ' lines were taken in, ' || coalesce(sums.lines, 0) || ' are there'
        WHEN sums.last <> sums.lines THEN 'a line is missing before line ' || sums.last
        WHEN statement.fee_minor <> coalesce(sums.fees, 0)
            THEN 'its fees are ' || statement.fee_minor || ', those of its lines sum to ' || coalesce(sums.fees, 0)
        ELSE 'its total is ' || statement.total_minor || ', its lines sum to ' || coalesce(sums.total, 0) END
    FROM statement FULL JOIN sums USING (statement_key)
    WHERE statement_id IS NULL OR statement.lines <> coalesce(sums.lines, 0) OR sums.last <> sums.lines
        OR statement.total_minor <> coalesce(sums.total, 0) OR statement.fee_minor <> coalesce(sums.fees, 0)
""")

_RULES = text("""
    SELECT 'statement rule ' || change_id, 'it is not what was recorded for ' || participant_code
    FROM statement_rule WHERE digest <> sha256(convert_to((to_jsonb(statement_rule) - 'digest')::text, 'UTF8'))
""")
_RECEIVED = text("""
    SELECT 'received file ' || received_id, 'it is not what was recorded of ' || name || ' from ' || participant_code
    FROM received_file WHERE digest <> sha256(convert_to((to_jsonb(received_file) - 'digest')::text, 'UTF8'))
""")


async def examine(look: Examination) -> None:
    await look.counts(_COUNT)
    await look.where_wrong(_WRONG)
    await look.where_wrong(_RULES)
    await look.where_wrong(_RECEIVED)
