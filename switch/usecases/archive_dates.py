"""Archive: settled business dates past their term become signed files, and their rows leave the hot tables in small parts."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

import structlog

from switch.domain.archive_errors import ArchiveDiffers
from switch.domain.archives import OWNER, Archive, Obstructed, Step
from switch.domain.calendar import BUSINESS_ZONE, local_date
from switch.domain.privacy import Kept
from switch.fail_points import FailPoint, fail_point
from switch.ports import Clock
from switch.store import archive_queries, archives, privacy
from switch.store.archive_files import digest_of, lines_of
from switch.store.database import Database
from switch.usecases.archive_writing import PAYMENTS_AT_ONCE, ArchiveWriting

PAYMENTS_REMOVED_AT_ONCE = 100
PAYMENTS_REMOVED_IN_A_RUN = 50_000
NIGHT_HOURS = range(1, 5)
"""Of the banking zone: the worker archives when least is paid."""

Tell = Callable[[Step, int], None]
_log = structlog.get_logger("switch.archive")


class Archived(NamedTuple):
    """What a run has come to: the date it was at, how many payments left the hot tables, and what stopped it."""

    business_date: date | None
    removed: int = 0
    obstacles: tuple[Obstructed, ...] = ()
    finished: bool = False


def _nobody(step: Step, payments: int) -> None:
    """Where nobody watches."""


@dataclass(frozen=True, slots=True)
class ArchiveDates:
    clock: Clock
    database: Database
    writing: ArchiveWriting
    seal: Callable[[], Awaitable[int]]
    """Of the proof log: nothing goes before the record of its archive is sealed."""
    removed_at_once: int = PAYMENTS_REMOVED_AT_ONCE
    rest: float = 1.0
    """How long it stands back after each part, in shares of the time that the part took."""

    async def nightly(self) -> int:
        """For the worker: how many payments have left; there may be more."""
        if self.clock.now().astimezone(BUSINESS_ZONE).hour not in NIGHT_HOURS:
            return 0
        return (await self()).removed

    async def __call__(self, tell: Tell = _nobody) -> Archived:
        """The oldest date that is due, or the one that was begun. Each step may be repeated, by whomever, at whatever point it was left.

        Raises ArchiveDiffers where a file is not what the books hold.
        """
        async with self.database.reading() as connection:
            begun = await archive_queries.unfinished(connection)
        if begun is not None:
            return await self._remove(begun, tell)
        day = await self._due()
        if day is None:
            return Archived(None)
        if obstacles := await self._plan(day, tell):
            _log.info("archive.kept", business_date=day.isoformat(), **{found.obstacle: found.rows for found in obstacles})
            return Archived(day, obstacles=tuple(obstacles))
        return await self._remove(await self._record(day, tell), tell)

    async def obstacles(self) -> Archived:
        """Which date is next, and what keeps it."""
        if (day := await self._due()) is None:
            return Archived(None)
        async with self.database.reading() as connection:
            return Archived(day, obstacles=tuple(await archive_queries.obstacles(connection, day)))

    async def _due(self) -> date | None:
        async with self.database.reading() as connection:
            rule = (await privacy.rules(connection))[Kept.PAYMENTS]
            return await archive_queries.next_date(connection, local_date(rule.kept_since(self.clock.now())))

    async def _plan(self, day: date, tell: Tell) -> list[Obstructed]:
        """Puts its payments down for the archive; from then on they stand still."""
        async with self.database.reading() as connection:
            found = await archive_queries.obstacles(connection, day)
            banks, end = await privacy.banks(connection), await archive_queries.last_moment(connection, day)
        for bank in [] if found else banks:
            if found := await self._plan_bank(bank, day, end, tell):
                break
        fail_point(FailPoint.PLANNED)
        return found

    async def _plan_bank(self, bank: str, day: date, end: datetime, tell: Tell) -> list[Obstructed]:
        after = archives.FIRST_ID
        while True:
            async with self.database.transaction() as connection:
                part = await archives.candidates(connection, bank, after, end, PAYMENTS_AT_ONCE)
                ids = [its.payment_id for its in part if its.last_day is not None and its.last_day <= day]
                if ids:
                    if found := await archive_queries.kept_beside(connection, ids):
                        return found
                    await archives.plan(connection, bank, day, ids)
                    fail_point(FailPoint.PLANNING)
            tell(Step.PLANNED, len(ids))
            if len(part) < PAYMENTS_AT_ONCE:
                return []
            after = part[-1].payment_id

    async def _record(self, day: date, tell: Tell) -> Archive:
        await self.seal()
        written = await self.writing(day, lambda lines: tell(Step.WRITTEN, lines))
        fail_point(FailPoint.ARCHIVED)
        row = {
            "day": day, "name": written.name, "sha256": written.digest.hexdigest(), "size": written.size, "payments": written.payments,
            "leaves": written.places, "totals": written.totals, "now": self.clock.now(),
        }  # fmt: skip
        async with self.database.transaction() as connection:
            await archives.record(connection, row)
            fail_point(FailPoint.RECORDING)
        fail_point(FailPoint.RECORDED)
        tell(Step.RECORDED, written.payments)
        _log.info("archive.recorded", business_date=day.isoformat(), file=written.name, payments=written.payments)
        async with self.database.reading() as connection:
            found = await archive_queries.find(connection, day)
        assert found is not None
        return found

    async def _remove(self, archive: Archive, tell: Tell) -> Archived:
        """Part by part, each only where the file has it byte for byte."""
        await self.seal()
        async with self.database.reading() as connection:
            if not await archive_queries.is_sealed(connection, archive.business_date):
                return Archived(archive.business_date)  # somebody else is sealing, or an old transaction is still under way
        file = self.writing.drop.open(OWNER, archive.name)
        if file is None:
            raise ArchiveDiffers(file=archive.name, where="it is not there")
        with file:
            if await asyncio.to_thread(digest_of, file) != (archive.sha256, archive.size):
                raise ArchiveDiffers(file=archive.name, where="SHA-256")
            file.seek(0)
            lines = lines_of(file)
            for _ in range(archive.removed):
                next(lines)
            return await self._remove_parts(archive, lines, tell)

    async def _remove_parts(self, archive: Archive, lines: Iterator[bytes], tell: Tell) -> Archived:
        removed, most = archive.removed, archive.removed + PAYMENTS_REMOVED_IN_A_RUN
        while removed < most:
            began = self.clock.monotonic()
            part = await self._remove_part(archive, removed, lines)
            if part is None:
                break
            if not part:
                return Archived(archive.business_date, removed - archive.removed, finished=True)
            removed += part
            tell(Step.REMOVED, part)
            await asyncio.sleep((self.clock.monotonic() - began) * self.rest)
        return Archived(archive.business_date, removed - archive.removed)

    async def _remove_part(self, archive: Archive, removed: int, lines: Iterator[bytes]) -> int | None:
        """How many payments; 0 where all are out, None where somebody else is at it."""
        day = archive.business_date
        async with self.database.transaction() as connection:
            await archives.prepare(connection)
            reached = await archives.take_removal(connection, day)
            if reached is None or reached.removed != removed:
                return None
            ids = await archives.planned(connection, day, (reached.bucket, reached.payment_id), self.removed_at_once)
            if not ids:
                await archives.finish(connection, day, self.clock.now())
                return 0
            await archives.lock(connection, ids)
            for payment_id, document in zip(ids, await archives.documents(connection, ids), strict=True):
                if next(lines, b"") != document.line:
                    raise ArchiveDiffers(file=archive.name, where=f"payment {payment_id}")
            await archives.remove(connection, day, ids, removed + len(ids))
            fail_point(FailPoint.REMOVING)
        fail_point(FailPoint.REMOVED)
        return len(ids)
