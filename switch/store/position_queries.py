"""Positions as they are asked for. Reads only, and locks nothing."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.identifiers import ParticipantCode
from switch.domain.positions import Position

_ALL = text("""
    SELECT bank_code, currency, sum(cap_minor)::bigint, sum(held_minor)::bigint, sum(posted_minor)::bigint,
        sum(deposited_minor)::bigint
    FROM position
    WHERE CAST(:bank AS text) IS NULL OR bank_code = :bank GROUP BY bank_code, currency ORDER BY bank_code, currency
""")


async def of(connection: AsyncConnection, bank: ParticipantCode | None) -> list[Position]:
    """One bank's positions, or everybody's: all slots of a cap together."""
    return [Position(*row) for row in (await connection.execute(_ALL, {"bank": bank})).all()]
