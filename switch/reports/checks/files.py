"""Files issued: their totals are what the window's payments give, their bytes are those recorded, their sequence has no gap."""

import asyncio
import hashlib

from sqlalchemy import text

from switch.ports import FileDrop
from switch.reports.checks.examination import Examination

NAME, INVARIANT = "files", "I4"

_COUNT = text("SELECT count(*) FROM issued_file")
_ROWS = text("SELECT file_id, name, participant_code, size, sha256 FROM issued_file ORDER BY file_id")
_TOTALS = text("""
    WITH given AS (
        SELECT window_member.window_id, owner.kind, owner.participant_code, sum(lines)::bigint AS lines,
            sum(amount_minor)::bigint AS amount, sum(owner.fee)::bigint AS fee, sum(owner.net)::bigint AS net
        FROM window_movement AS movement JOIN window_member ON member_id = movement.window_id CROSS JOIN LATERAL (VALUES
            ('settlement', biller_code, biller_fee, amount_minor - biller_fee),
            ('statement', bank_code, payer_fee, amount_minor + payer_fee - bank_fee)
        ) AS owner (kind, participant_code, fee, net)
        WHERE window_member.window_id IN (SELECT window_id FROM issued_file)
        GROUP BY window_member.window_id, owner.kind, owner.participant_code
    )
    SELECT 'file ' || file_id, 'its ' || figure.name || ' is ' || figure.stands || ', the payments of its window give ' || figure.recomputed
    FROM issued_file AS file LEFT JOIN given USING (window_id, kind, participant_code) CROSS JOIN LATERAL (VALUES
        ('number of lines', file.lines, coalesce(given.lines, 0)), ('amount', file.amount_minor, coalesce(given.amount, 0)),
        ('fee', file.fee_minor, coalesce(given.fee, 0)), ('net', file.net_minor, coalesce(given.net, 0))
    ) AS figure (name, stands, recomputed)
    WHERE figure.stands <> figure.recomputed
""")
_HEADERS = text("""
    SELECT 'file ' || file_id, 'its business date, currency or RTGS reference is not that of window ' || window_id
    FROM issued_file AS file LEFT JOIN settlement_window AS its USING (window_id)
    WHERE (file.business_date, file.currency, file.rtgs_reference) IS DISTINCT FROM (its.business_date, its.currency, its.rtgs_reference)
""")
_SEQUENCES = text("""
    SELECT 'file ' || file_id, CASE WHEN file.sequence = 1 THEN 'it is the first, and names a file before it'
        ELSE 'it does not name the digest of the file with the number before it' END
    FROM issued_file AS file
    WHERE CASE WHEN file.sequence = 1 THEN file.previous_sha256 IS NOT NULL
        ELSE NOT EXISTS (SELECT FROM issued_file AS former
            WHERE (former.participant_code, former.kind, former.currency, former.sequence)
                = (file.participant_code, file.kind, file.currency, file.sequence - 1)
              AND former.sha256 = file.previous_sha256) END
""")


async def examine(look: Examination, *, drop: FileDrop) -> None:
    async for row in look.each(_ROWS, count=_COUNT):
        content = await asyncio.to_thread(drop.read, row.participant_code, row.name)
        if content is None:
            look.finds(f"file {row.file_id}", f"its bytes are gone ({row.participant_code}/{row.name})")
        elif (len(content), hashlib.sha256(content).hexdigest()) != (row.size, row.sha256):
            look.finds(f"file {row.file_id}", f"its bytes are not those that were issued ({row.participant_code}/{row.name})")
    for wrong in (_TOTALS, _HEADERS, _SEQUENCES):
        await look.where_wrong(wrong)
