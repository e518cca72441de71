"""Re-ratings: what was agreed on, and how far it is carried out."""

from dataclasses import dataclass

from switch.domain.reratings import Rerating
from switch.store import reratings
from switch.store.database import Database


@dataclass(frozen=True, slots=True)
class Reratings:
    database: Database

    async def every(self) -> list[Rerating]:
        """Newest first."""
        async with self.database.reading() as connection:
            return await reratings.every(connection)
