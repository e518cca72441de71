"""Publish: a line of the tariff, from a day on. A published line never changes; a new version is a new line."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from switch.domain.directory_errors import TariffTaken
from switch.domain.directory_rules import require_tariff
from switch.domain.fees import Tariff
from switch.ports import Clock
from switch.store.database import Database
from switch.store.directory_rows import DirectoryRows, locked


@dataclass(frozen=True, slots=True)
class PublishTariff:
    clock: Clock
    database: Database
    refresh: Callable[[], Awaitable[None]]

    async def __call__(self, tariff: Tariff, *, by: str) -> None:
        """Once or many times the same. Payments keep the id of the line that they were charged by."""
        async with self.database.transaction() as connection:
            await publish(await locked(connection, self.clock, by), tariff)
        await self.refresh()


async def publish(rows: DirectoryRows, tariff: Tariff) -> bool:
    """Whether anything changed."""
    require_tariff(tariff)
    await require_publishable(rows, tariff)
    return await rows.add_tariff(tariff)


async def require_publishable(rows: DirectoryRows, tariff: Tariff) -> None:
    """Raises ServiceUnknown, TariffTaken."""
    if tariff.service is not None:
        await rows.service(tariff.service)
    for standing in (await rows.find_tariff(tariff.tariff_id), await rows.find_tariff_at_its_place(tariff)):
        if standing is not None and standing != tariff:
            raise TariffTaken(tariff=tariff.tariff_id)
