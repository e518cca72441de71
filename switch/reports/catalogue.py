"""The catalogue for those who keep a copy: billers and services, with tariffs and when they last changed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from switch.domain.catalogue import Service
from switch.domain.directory import Directory
from switch.domain.fees import Tariff
from switch.domain.identifiers import ParticipantCode
from switch.domain.outages import Outage
from switch.domain.participants import Participant
from switch.ports import Clock
from switch.store import catalogue_queries
from switch.store.database import Database


@dataclass(frozen=True, slots=True)
class ListedBiller:
    biller: Participant
    outages: tuple[Outage, ...]
    """Present and coming ones."""
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class ListedService:
    service: Service
    tariffs: tuple[Tariff, ...]
    outages: tuple[Outage, ...]
    """Of its biller, present and coming ones, where that is asked."""
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Which codes changed is asked of the database; what they are is the directory's, as payments see it."""

    clock: Clock
    database: Database
    current: Callable[[], Directory]

    async def billers(self, updated_since: datetime | None, after: str, limit: int) -> tuple[list[ListedBiller], str | None]:
        """By code; with where the next page begins, None at the end."""
        async with self.database.reading() as connection:
            listed = await catalogue_queries.billers(connection, updated_since, after, limit + 1)
        directory, now = self.current(), self.clock.now()
        found = [
            ListedBiller(biller, coming(directory, code, now), changed_at)
            for code, changed_at in listed[:limit]
            if (biller := directory.participants.get(code)) is not None
        ]
        return found, listed[limit - 1][0] if len(listed) > limit else None

    async def services(
        self, biller: ParticipantCode | None, updated_since: datetime | None, after: str, limit: int
    ) -> tuple[list[ListedService], str | None]:
        """By code; with where the next page begins, None at the end."""
        async with self.database.reading() as connection:
            listed = await catalogue_queries.services(connection, biller, updated_since, after, limit + 1)
        directory, now = self.current(), self.clock.now()
        found = [
            ListedService(
                service,
                _tariffs(directory, service),
                coming(directory, service.biller, now) if service.mode.asks_biller else (),
                changed_at,
            )
            for code, changed_at in listed[:limit]
            if (service := directory.services.get(code)) is not None
        ]
        return found, listed[limit - 1][0] if len(listed) > limit else None


def coming(directory: Directory, biller: ParticipantCode, now: datetime) -> tuple[Outage, ...]:
    """Declared outages that are not over, in their order."""
    return tuple(outage for outage in directory.outages.get(biller, ()) if not outage.is_over(now))


def _tariffs(directory: Directory, service: Service) -> tuple[Tariff, ...]:
    own = [tariff for tariff in directory.tariffs if tariff.service in (None, service.code) and tariff.currency == service.currency]
    return tuple(sorted(own, key=lambda tariff: (tariff.service is None, tariff.channel or "", tariff.effective_from, tariff.from_minor)))
