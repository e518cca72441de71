"""Liquidity: where positions are going by the next cut-off, where they were, and who was warned."""

from dataclasses import dataclass
from datetime import datetime

from switch.domain.identifiers import ParticipantCode
from switch.domain.liquidity import CapWarning, Forecast, PositionThen, forecast, like_days
from switch.domain.positions import Position
from switch.ports import Clock
from switch.store import calendar, liquidity_queries, position_queries
from switch.store.database import Connection, Database


@dataclass(frozen=True, slots=True)
class Liquidity:
    clock: Clock
    database: Database

    async def forecasts(self, bank: ParticipantCode | None) -> list[Forecast]:
        """Of one bank's positions, or everybody's, each to the next cut-off of its currency."""
        as_of = self.clock.now()
        async with self.database.snapshot() as connection:
            positions = await position_queries.of(connection, bank)
            return [await self._forecast(connection, position, as_of) for position in positions]

    async def _forecast(self, connection: Connection, position: Position, as_of: datetime) -> Forecast:
        known = await calendar.read(connection, position.currency)
        paid = await liquidity_queries.paid_on(connection, like_days(known, as_of), position.bank, position.currency)
        return forecast(position, as_of, known.sitting(as_of).closes_at, paid)

    async def warnings(self, bank: ParticipantCode | None, most: int) -> list[CapWarning]:
        async with self.database.reading() as connection:
            return await liquidity_queries.warnings(connection, bank, most)

    async def history(self, bank: ParticipantCode, since: datetime, until: datetime, most: int) -> list[PositionThen]:
        async with self.database.reading() as connection:
            return await liquidity_queries.history(connection, bank, since, until, most)
