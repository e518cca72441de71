"""Positions: what banks owe in unsettled windows and how much room is left, at this moment."""

from dataclasses import dataclass

from switch.domain.identifiers import ParticipantCode
from switch.domain.positions import Position
from switch.store import position_queries
from switch.store.database import Database


@dataclass(frozen=True, slots=True)
class Positions:
    database: Database

    async def of_bank(self, bank: ParticipantCode) -> list[Position]:
        async with self.database.reading() as connection:
            return await position_queries.of(connection, bank)

    async def all(self) -> list[Position]:
        async with self.database.reading() as connection:
            return await position_queries.of(connection, None)
