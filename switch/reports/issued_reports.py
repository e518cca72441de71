"""Reports that were issued: for which moment of knowledge, when, for whom, and with which digests."""

from dataclasses import dataclass

from switch.store import reports
from switch.store.database import Database
from switch.store.reports import IssuedReport


@dataclass(frozen=True, slots=True)
class IssuedReports:
    database: Database

    async def newest(self, limit: int = 100) -> list[IssuedReport]:
        async with self.database.reading() as connection:
            return await reports.issued(connection, limit)
