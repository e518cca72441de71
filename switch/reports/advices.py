"""Advices that wait for their biller."""

from dataclasses import dataclass
from uuid import UUID

from switch.domain.identifiers import ParticipantCode
from switch.store import advice_queries
from switch.store.advice_queries import OutstandingAdvice, WaitingAdvice
from switch.store.database import Database

__all__ = ["Advices", "OutstandingAdvice", "WaitingAdvice"]


@dataclass(frozen=True, slots=True)
class Advices:
    database: Database

    async def waiting(self, biller: ParticipantCode, after: UUID | None, limit: int) -> list[WaitingAdvice]:
        """Not acknowledged yet, oldest first. What is committed late but older is in the next reading of the list from its start."""
        async with self.database.reading() as connection:
            return await advice_queries.waiting(connection, biller, after, limit)

    async def outstanding(
        self, biller: ParticipantCode | None, after: UUID | None, limit: int, *, parked: bool = False
    ) -> list[OutstandingAdvice]:
        """Of one biller or of all, for staff; with `parked` those alone that are not tried any more."""
        async with self.database.reading() as connection:
            return await advice_queries.outstanding(connection, biller, after, limit, parked=parked)
