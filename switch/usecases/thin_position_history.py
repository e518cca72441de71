"""Thin: of old hours only the highest position of each bank is kept, and nothing past its time."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import structlog

from switch.domain.liquidity import FINE_DAYS
from switch.domain.privacy import Kept
from switch.ports import Clock
from switch.store import liquidity, privacy
from switch.store.database import Database

MOST_AT_ONCE = 500
HOURS_AT_ONCE = 24
TASK, PART = "thin", "position_snapshot"

_log = structlog.get_logger("switch.positions")


@dataclass(frozen=True, slots=True)
class ThinPositionHistory:
    clock: Clock
    database: Database

    async def __call__(self) -> int:
        """One part: how many rows went; safe to repeat, anywhere."""
        now = self.clock.now()
        async with self.database.transaction() as connection:
            await privacy.begin_erasing(connection)
            its = await privacy.progress_of(connection, TASK, PART, now)
            rule = (await privacy.rules(connection))[Kept.POSITIONS]
            gone = await liquidity.forget(connection, rule.kept_since(now), MOST_AT_ONCE)
            begin = await liquidity.first_snapshot(connection, _moment(its.after))
            fine = (now - timedelta(days=FINE_DAYS)).replace(minute=0, second=0, microsecond=0)
            if begin is not None and begin < fine:
                end = min(begin + timedelta(hours=HOURS_AT_ONCE), fine)
                thinned = await liquidity.thin(connection, begin, end)
                await privacy.keep_progress(connection, its._replace(after=_place(end), done=its.done + thinned))
                gone += thinned
        if gone:
            _log.info("positions.thinned", rows=gone)
        return gone


def _place(at: datetime) -> UUID:
    """Progress is kept as ids, which begin with their time."""
    return UUID(int=int(at.timestamp() * 1000) << 80)


def _moment(place: UUID) -> datetime:
    return datetime.fromtimestamp((place.int >> 80) // 1000, UTC)
