"""Claims out of defaults, and what is known of each before one: its cap, the deposited part of it that is left, what it owes."""

from collections.abc import Collection, Iterable

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.defaults import Claim, Source, Standing, WindowClaim
from switch.domain.identifiers import ParticipantCode, WindowId
from switch.store.database import as_rows, insert_rows
from switch.store.tables.approvals import window_claim

_COLUMNS = tuple(name for name in window_claim.c.keys() if name != "digest")  # noqa: SIM118
_INSERT = insert_rows(window_claim, _COLUMNS)
_OF_WINDOWS = text("""
    SELECT window_id, defaulter_code, creditor_code, source, minor, carried, since_attempt, false AS ended, of_window_id, number
    FROM window_claim WHERE window_id = ANY(CAST(:windows AS text[]))
    UNION ALL
    SELECT window_id, defaulter_code, creditor_code, source, part.minor, false, 1, true, debt_payment_id, number
    FROM debt_payment JOIN debt_part AS part USING (debt_payment_id) WHERE window_id = ANY(CAST(:windows AS text[]))
    ORDER BY window_id, ended, of_window_id, number, defaulter_code, creditor_code, source
""")
# What of its guarantee is used: what it still owes for it, and what was written off, until its cap is decided about anew.
_STANDINGS = text("""
    WITH used AS (
        SELECT code, sum(minor)::bigint AS minor FROM (
            SELECT defaulter_code AS code, minor FROM default_debt WHERE source = 'guarantee' AND currency = :currency
            UNION ALL
            SELECT defaulter_code, part.minor FROM debt_payment AS its JOIN debt_part AS part USING (debt_payment_id)
            WHERE way = 'written_off' AND source = 'guarantee' AND currency = :currency AND NOT EXISTS (
                SELECT FROM cap_change WHERE bank_code = its.defaulter_code AND cap_change.currency = its.currency
                  AND changed_at > its.concluded_at)
        ) AS part GROUP BY code
    )
    SELECT code, kind IN ('bank', 'wallet') AND status NOT IN ('draft', 'testing', 'closed') AS shares,
        coalesce(cap_minor, 0) AS cap, coalesce(held_minor + posted_minor, 0) AS owed,
        greatest(coalesce(deposited_minor, 0) - coalesce(used.minor, 0), 0) AS guarantee
    FROM participant
    LEFT JOIN position ON position.bank_code = code AND position.currency = :currency AND slot = 0
    LEFT JOIN used USING (code)
""")
_UNSETTLED = text("""
    SELECT window_id FROM settlement_window WHERE currency = :currency AND state <> 'settled' ORDER BY business_date, number
""")


async def of_windows(connection: AsyncConnection, windows: Collection[str]) -> tuple[WindowClaim, ...]:
    return tuple(
        WindowClaim(
            WindowId(row.window_id),
            Claim(ParticipantCode(row.defaulter_code), ParticipantCode(row.creditor_code), Source(row.source), row.minor),
            row.carried,
            row.since_attempt,
            row.ended,
        )
        for row in (await connection.execute(_OF_WINDOWS, {"windows": list(windows)})).all()
    )


async def insert(connection: AsyncConnection, of_window: WindowId, number: int, claims: Iterable[WindowClaim]) -> None:
    """Both windows' in one statement: the database looks whether what is covered is owed."""
    rows = [
        {
            "window_id": one.window_id,
            "of_window_id": of_window,
            "number": number,
            "defaulter_code": one.claim.defaulter,
            "creditor_code": one.claim.creditor,
            "source": one.claim.source,
            "minor": one.claim.minor,
            "carried": one.carried,
            "since_attempt": one.since_attempt,
        }
        for one in claims
    ]
    await connection.execute(_INSERT, as_rows(rows))


async def standings(connection: AsyncConnection, currency: str) -> dict[ParticipantCode, Standing]:
    rows = (await connection.execute(_STANDINGS, {"currency": currency})).all()
    return {ParticipantCode(row.code): Standing(row.shares, row.cap, row.owed, row.guarantee) for row in rows}


async def unsettled(connection: AsyncConnection, currency: str) -> list[WindowId]:
    """Of which something is still owed, the oldest first."""
    return list((await connection.execute(_UNSETTLED, {"currency": currency})).scalars())
