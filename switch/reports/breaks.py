"""Breaks, as participants and staff ask for them, with how each side of a day compares."""

from dataclasses import dataclass
from datetime import date

from switch.domain.identifiers import ParticipantCode
from switch.domain.reconciliation import Break, BreakState, SideResult
from switch.store import break_queries
from switch.store.database import Database


@dataclass(frozen=True, slots=True)
class Breaks:
    database: Database

    async def page(
        self,
        participant: ParticipantCode | None = None,
        business_date: date | None = None,
        state: BreakState | None = None,
        after: str | None = None,
        limit: int = 100,
    ) -> list[Break]:
        """Newest business date first; a participant's own where one is given."""
        async with self.database.reading() as connection:
            return await break_queries.page(connection, participant, business_date, state, after, limit)

    async def sides(self, business_date: date, currency: str = "SYP") -> list[SideResult]:
        """As the last reconciliation of that day left it; empty where there was none."""
        async with self.database.reading() as connection:
            return await break_queries.sides(connection, business_date, currency)
