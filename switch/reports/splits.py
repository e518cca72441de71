"""Splits: over which settlement accounts services are spread, from which day on."""

from dataclasses import dataclass

from switch.domain.identifiers import ServiceCode
from switch.domain.splits import Split
from switch.store import splits
from switch.store.database import Database


@dataclass(frozen=True, slots=True)
class Splits:
    database: Database

    async def every(self, service: ServiceCode | None = None) -> list[Split]:
        """By service, then day; those to come and those that were replaced, too."""
        async with self.database.reading() as connection:
            return await splits.every(connection, service)
