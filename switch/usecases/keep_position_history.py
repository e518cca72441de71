"""Keep: snapshots of all positions, and what each bank paid in each quarter of an hour: the pattern from which forecasts are made."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from switch.domain.liquidity import LOOKED_BACK_DAYS, QUARTER_SECONDS, QUARTER_SETTLES_SECONDS, quarter_of, snapshot_moment
from switch.ports import Clock
from switch.store import liquidity
from switch.store.database import Connection, Database

MOST_QUARTERS_AT_ONCE = 24


@dataclass(frozen=True, slots=True)
class KeepPositionHistory:
    clock: Clock
    database: Database

    async def __call__(self) -> int:
        """Safe to repeat, anywhere. How many quarters were behind: a switch that was down makes them up, some at a time."""
        now = self.clock.now()
        async with self.database.transaction() as connection:
            await liquidity.snapshot(connection, snapshot_moment(now))
            begin, ended = await self._next_quarter(connection, now), quarter_of(now - timedelta(seconds=QUARTER_SETTLES_SECONDS))
            count = min(int((ended - begin).total_seconds()) // QUARTER_SECONDS, MOST_QUARTERS_AT_ONCE)
            if count <= 0:
                return 0
            await liquidity.keep_quarters(connection, begin, count)
        return count

    async def _next_quarter(self, connection: Connection, now: datetime) -> datetime:
        if (last := await liquidity.last_quarter(connection)) is not None:
            return last + timedelta(seconds=QUARTER_SECONDS)
        earliest = now - timedelta(days=LOOKED_BACK_DAYS)
        return quarter_of(max(await liquidity.first_window(connection) or now, earliest))
