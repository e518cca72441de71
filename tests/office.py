"""The office of the switch's staff in tests: every use case that changes the directory, on one database."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import text

from switch.domain.money import Money
from switch.reports.current_directory import CurrentDirectory
from switch.store.database import Database, connect
from switch.usecases.admit_participant import AdmitParticipant
from switch.usecases.change_cap import ChangeCap
from switch.usecases.connect_biller import ConnectBiller
from switch.usecases.load_catalogue import LoadCatalogue
from switch.usecases.offer_service import OfferService
from switch.usecases.publish_tariff import PublishTariff
from switch.usecases.register_key import RegisterKey
from switch.usecases.revoke_key import RevokeKey
from tests.seeded import FixedClock

T = TypeVar("T")


def syp(minor: int) -> Money:
    return Money(minor, "SYP")


@dataclass
class Office:
    database: Database
    clock: FixedClock = field(default_factory=FixedClock)

    def __post_init__(self) -> None:
        self.current = CurrentDirectory(self.database)
        parts = (self.clock, self.database)
        self.admit_participant = AdmitParticipant(*parts, self.current.refresh)
        self.register_key = RegisterKey(*parts, self.current.refresh)
        self.connect_biller = ConnectBiller(*parts, self.current.refresh, frozenset({"bill-json"}))
        self.revoke_key = RevokeKey(*parts, self.current.refresh)
        self.offer_service = OfferService(*parts, self.current.refresh)
        self.publish_tariff = PublishTariff(*parts, self.current.refresh)
        self.load_catalogue = LoadCatalogue(*parts, self.current.refresh)
        self.change_cap = ChangeCap(*parts)

    async def rows(self, statement: str, **parameters: Any) -> list[tuple[Any, ...]]:
        async with self.database.reading() as connection:
            return [tuple(row) for row in (await connection.execute(text(statement), parameters)).all()]

    async def write(self, statement: str, **parameters: Any) -> None:
        async with self.database.transaction() as connection:
            await connection.execute(text(statement), parameters)

    @staticmethod
    async def together(*work: Awaitable[T]) -> list[T]:
        return await asyncio.gather(*work)


@asynccontextmanager
async def opened_office(url: str) -> AsyncIterator[Office]:
    database = connect(url)
    yield Office(database)
    await database.close()
