"""Positions: the one hot row of each bank, locked last and in sorted order."""

from collections.abc import Collection, Iterable

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.identifiers import ParticipantCode
from switch.domain.positions import Position
from switch.store.database import Writing

_LOCK = text("""
    SELECT bank_code, currency, cap_minor, held_minor, posted_minor FROM position
    JOIN unnest(CAST(:banks AS text[]), CAST(:currencies AS text[])) AS wanted (bank_code, currency) USING (bank_code, currency)
    WHERE slot = 0 ORDER BY bank_code, currency FOR NO KEY UPDATE OF position
""")
_SETTLING = text("SELECT set_config('switch.settling', 'on', true)")
_UPDATE = text("""
    UPDATE position SET held_minor = new.held, posted_minor = new.posted
    FROM unnest(CAST(:banks AS text[]), CAST(:currencies AS text[]), CAST(:held AS bigint[]), CAST(:posted AS bigint[]))
        AS new (bank_code, currency, held, posted)
    WHERE position.bank_code = new.bank_code AND position.currency = new.currency AND position.slot = 0
""")


async def lock(connection: AsyncConnection, owners: Iterable[tuple[ParticipantCode, str]]) -> dict[tuple[ParticipantCode, str], Position]:
    wanted = sorted(set(owners))
    rows = (await connection.execute(_LOCK, {"banks": [o[0] for o in wanted], "currencies": [o[1] for o in wanted]})).all()
    return {(row.bank_code, row.currency): Position(*row) for row in rows}


async def clear(connection: AsyncConnection, positions: Collection[Position]) -> None:
    """As settled: also where a window in which reversals were more than payments takes back the room that they gave."""
    await connection.execute(_SETTLING)
    await update(connection, positions)


async def update(connection: Writing, positions: Collection[Position]) -> None:
    parameters = {
        "banks": [position.bank for position in positions],
        "currencies": [position.currency for position in positions],
        "held": [position.held for position in positions],
        "posted": [position.posted for position in positions],
    }
    await connection.execute(_UPDATE, parameters)
