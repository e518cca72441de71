"""What a closed window adds up to, twice: by its postings in the ledger, and by its single payments."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.identifiers import ParticipantCode
from switch.domain.nets import Authorities, Collected

# `window_settled` is left out, so that the answer is the same before and after settlement; suspense stands beyond windows.
_BALANCES = text("""
    SELECT account_code, sum(minor)::bigint AS minor FROM journal_entry AS entry JOIN posting USING (bucket, entry_id)
    WHERE entry.window_id = ANY(CAST(:windows AS text[])) AND entry.kind NOT IN ('window_settled', 'suspense_booked', 'suspense_released')
    GROUP BY account_code HAVING sum(minor) <> 0 ORDER BY account_code
""")
_OF_PAYMENTS = text("""
    SELECT account_code, sum(minor)::bigint AS minor FROM journal_entry AS entry JOIN posting USING (bucket, entry_id)
    WHERE entry.window_id = :window
      AND entry.kind NOT IN ('window_settled', 'suspense_booked', 'suspense_released', 'default_covered', 'default_carried', 'debt_paid',
          'debt_written_off')
    GROUP BY account_code HAVING sum(minor) <> 0 ORDER BY account_code
""")
_COLLECTED = text("""
    SELECT bank_code, biller_code,
        count(*) FILTER (WHERE NOT reversal AND amount_minor > 0), sum(amount_minor)::bigint, sum(payer_fee)::bigint,
        sum(biller_fee)::bigint, sum(switch_fee)::bigint, sum(bank_fee)::bigint, sum(central_bank_fee)::bigint, sum(tax)::bigint,
        sum(written_off)::bigint
    FROM movement WHERE window_id = ANY((SELECT members_of(:window))::text[])
    GROUP BY bank_code, biller_code ORDER BY bank_code, biller_code
""")
_AUTHORITIES = text("""
    SELECT min(code) FILTER (WHERE kind = 'operator'), min(code) FILTER (WHERE kind = 'overseer') FROM participant
""")


async def balances(connection: AsyncConnection, *windows: str) -> dict[str, int]:
    rows = (await connection.execute(_BALANCES, {"windows": list(windows)})).all()
    return {row.account_code: row.minor for row in rows}


async def balances_of_payments(connection: AsyncConnection, window_id: str) -> dict[str, int]:
    """Without what defaults have moved: what files are about."""
    rows = (await connection.execute(_OF_PAYMENTS, {"window": window_id})).all()
    return {row.account_code: row.minor for row in rows}


async def collected(connection: AsyncConnection, window_id: str) -> list[Collected]:
    return [Collected(*row) for row in (await connection.execute(_COLLECTED, {"window": window_id})).all()]


async def authorities(connection: AsyncConnection) -> Authorities:
    operator, overseer = (await connection.execute(_AUTHORITIES)).one()
    return Authorities(operator and ParticipantCode(operator), overseer and ParticipantCode(overseer))
