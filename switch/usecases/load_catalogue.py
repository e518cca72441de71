"""Load: a whole catalogue goes into the directory, by the same rules as what staff enter one by one; all of it or nothing."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from switch.domain.catalogue_document import NationalCatalogue
from switch.domain.errors import ServiceUnknown
from switch.ports import Clock
from switch.store.database import Database
from switch.store.directory_rows import DirectoryRows, locked
from switch.usecases.admit_participant import admit
from switch.usecases.offer_service import offer
from switch.usecases.publish_tariff import publish


@dataclass(frozen=True, slots=True)
class LoadedCatalogue:
    """How many there are, and how many of them were new or changed."""

    participants: int
    services: int
    tariffs: int
    changed: int


@dataclass(frozen=True, slots=True)
class LoadCatalogue:
    clock: Clock
    database: Database
    refresh: Callable[[], Awaitable[None]]

    async def __call__(self, catalogue: NationalCatalogue, *, by: str) -> LoadedCatalogue:
        """Once or many times. What staff have suspended or closed since stays so."""
        async with self.database.transaction() as connection:
            rows = await locked(connection, self.clock, by)
            changed = await _participants(rows, catalogue) + await _services(rows, catalogue) + await _tariffs(rows, catalogue)
        await self.refresh()
        return LoadedCatalogue(len(catalogue.participants), len(catalogue.services), len(catalogue.tariffs), changed)


async def _participants(rows: DirectoryRows, catalogue: NationalCatalogue) -> int:
    changed = 0
    for participant in catalogue.participants:
        known = await rows.find_participant(participant.code)
        changed += await admit(rows, participant if known is None else replace(participant, status=known.status))
    return changed


async def _services(rows: DirectoryRows, catalogue: NationalCatalogue) -> int:
    changed = 0
    for service in catalogue.services:
        try:
            known = await rows.service(service.code)
        except ServiceUnknown:
            known = service
        kept = replace(
            service, open=known.open, answer_seconds=known.answer_seconds, certain_seconds=known.certain_seconds,
            overdue=known.overdue,
            reversal=known.reversal, reversal_seconds=known.reversal_seconds, refunds=known.refunds,
            refund_fees=known.refund_fees,
        )  # fmt: skip
        changed += await offer(rows, kept)
    return changed


async def _tariffs(rows: DirectoryRows, catalogue: NationalCatalogue) -> int:
    return sum([await publish(rows, tariff) for tariff in catalogue.tariffs])
