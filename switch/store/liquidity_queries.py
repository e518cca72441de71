"""Warnings, snapshots and like days as they are asked for. Reads only."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.identifiers import ParticipantCode, WindowId
from switch.domain.liquidity import CapWarning, LikeDay, PositionThen
from switch.domain.positions import Position

_WARNINGS = text("""
    SELECT bank_code, currency, window_id, level, number, held_minor, posted_minor, cap_minor, at FROM cap_warning
    WHERE CAST(:bank AS text) IS NULL OR bank_code = :bank ORDER BY at DESC, bank_code, currency, level DESC, number DESC LIMIT :most
""")
_HISTORY = text("""
    SELECT bank_code, currency, cap_minor, held_minor, posted_minor, deposited_minor, taken_at FROM position_snapshot
    WHERE bank_code = :bank AND taken_at >= :since AND taken_at < :until ORDER BY taken_at DESC, currency LIMIT :most
""")
# A quarter of which only a part lies within counts with that part. A like day that began before the bank's history is none.
_PAID = text("""
    SELECT (sum(paid_minor * extract(epoch FROM
        least(ends.at, begins_at + interval '15 minutes') - greatest(begins.at, begins_at))::bigint / 900))::bigint AS minor
    FROM unnest(CAST(:begins AS timestamptz[])) WITH ORDINALITY AS begins (at, place)
    JOIN unnest(CAST(:ends AS timestamptz[])) WITH ORDINALITY AS ends (at, place) USING (place)
    JOIN turnover ON begins_at > begins.at - interval '15 minutes' AND begins_at < ends.at
    WHERE bank_code = :bank AND currency = :currency
    GROUP BY begins.at HAVING min(begins_at) <= begins.at
""")


async def warnings(connection: AsyncConnection, bank: ParticipantCode | None, most: int) -> list[CapWarning]:
    """Newest first."""
    rows = (await connection.execute(_WARNINGS, {"bank": bank, "most": most})).all()
    return [_warning(row) for row in rows]


async def history(connection: AsyncConnection, bank: ParticipantCode, since: datetime, until: datetime, most: int) -> list[PositionThen]:
    """Newest first."""
    rows = (await connection.execute(_HISTORY, {"bank": bank, "since": since, "until": until, "most": most})).all()
    return [PositionThen(Position(*row[:-1]), row.taken_at) for row in rows]


async def paid_on(connection: AsyncConnection, days: Sequence[LikeDay], bank: ParticipantCode, currency: str) -> list[int]:
    """What the bank paid on each of these days of which its history is whole, in no order."""
    parameters = {"begins": [day.begins_at for day in days], "ends": [day.ends_at for day in days], "currency": currency, "bank": bank}
    return [row.minor for row in (await connection.execute(_PAID, parameters)).all()]


def _warning(row: Row[Any]) -> CapWarning:
    return CapWarning(
        bank=ParticipantCode(row.bank_code),
        currency=row.currency,
        window_id=WindowId(row.window_id),
        level=row.level,
        number=row.number,
        held=row.held_minor,
        posted=row.posted_minor,
        cap=row.cap_minor,
        at=row.at,
    )
