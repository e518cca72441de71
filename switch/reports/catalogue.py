"""The catalogue for those who keep a copy: billers and services, with tariffs and when they last changed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from switch.domain.catalogue import Service
from switch.domain.directory import Directory
from switch.domain.fees import Tariff
from switch.domain.identifiers import ParticipantCode
from switch.domain.participants import Participant
from switch.store import catalogue_queries
from switch.store.database import Database


@dataclass(frozen=True, slots=True)
class ListedBiller:
    biller: Participant
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class ListedService:
    service: Service
    tariffs: tuple[Tariff, ...]
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Which codes changed is asked of the database; what they are is the directory's, as payments see it."""

    database: Database
    current: Callable[[], Directory]

    async def billers(self, updated_since: datetime | None, after: str, limit: int) -> tuple[list[ListedBiller], str | None]:
        """By code; with where the next page begins, None at the end."""
        async with self.database.reading() as connection:
            listed = await catalogue_queries.billers(connection, updated_since, after, limit + 1)
        known = self.current().participants
        found = [ListedBiller(known[code], changed_at) for code, changed_at in listed[:limit] if code in known]
        return found, listed[limit - 1][0] if len(listed) > limit else None

    async def services(
        self, biller: ParticipantCode | None, updated_since: datetime | None, after: str, limit: int
    ) -> tuple[list[ListedService], str | None]:
        """By code; with where the next page begins, None at the end."""
        async with self.database.reading() as connection:
            listed = await catalogue_queries.services(connection, biller, updated_since, after, limit + 1)
        directory = self.current()
        found = [
            ListedService(service, _tariffs(directory, service), changed_at)
            for code, changed_at in listed[:limit]
            if (service := directory.services.get(code)) is not None
        ]
        return found, listed[limit - 1][0] if len(listed) > limit else None


def _tariffs(directory: Directory, service: Service) -> tuple[Tariff, ...]:
    own = [tariff for tariff in directory.tariffs if tariff.service in (None, service.code) and tariff.currency == service.currency]
    return tuple(sorted(own, key=lambda tariff: (tariff.service is None, tariff.channel or "", tariff.effective_from, tariff.from_minor)))
