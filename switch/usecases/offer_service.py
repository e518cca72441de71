"""Offer: a service of a biller is entered in the catalogue, changed, opened or closed."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from switch.domain.catalogue import Service
from switch.domain.directory_rules import require_service
from switch.ports import Clock
from switch.store.database import Database
from switch.store.directory_rows import DirectoryRows, locked


@dataclass(frozen=True, slots=True)
class OfferService:
    clock: Clock
    database: Database
    refresh: Callable[[], Awaitable[None]]

    async def __call__(self, service: Service, *, by: str) -> None:
        """Once or many times. Raises what does not hold together in it."""
        async with self.database.transaction() as connection:
            await offer(await locked(connection, self.clock, by), service)
        await self.refresh()


async def offer(rows: DirectoryRows, service: Service) -> bool:
    """Whether anything changed."""
    require_service(service, await rows.participant(service.biller))
    return await rows.put_service(service)
