"""Re-rate payments: what two people have agreed on, batch by batch, each payment once; a process that dies is followed by the next one."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog

from switch.domain.adjustments import rerated
from switch.domain.catalogue_document import proposed_tariffs
from switch.domain.directory import Directory
from switch.domain.errors import CapExceeded, NoOpenWindow
from switch.domain.fees import in_place_of
from switch.domain.identifiers import ParticipantCode, bucket_of
from switch.domain.reratings import Corrected, ReratingUnknown
from switch.fail_points import FailPoint, fail_point
from switch.ports import Clock
from switch.store import adjustments, journal, open_window, payments, positions, reratings
from switch.store.database import Connection, Database, Together
from switch.store.reratings import Place
from switch.usecases.change_tariff import read_tariff_document

AT_ONCE = 500
"""Payments in one transaction."""
IN_A_RUN = 10_000

_log = structlog.get_logger("switch.reratings")


@dataclass(frozen=True, slots=True)
class ReratePayments:
    clock: Clock
    directory: Callable[[], Directory]
    database: Database
    at_once: int = AT_ONCE

    async def __call__(self) -> int:
        """A run of each re-rating that is not finished; says how many payments were gone through."""
        async with self.database.reading() as connection:
            running = await reratings.running(connection)
        return sum([await self.run(rerating_id) for rerating_id in running])

    async def run(self, rerating_id: str) -> int:
        """The next payments of it, once or many times, beside other processes too. Raises ReratingUnknown.

        Where a bank has no room under its cap for what it has to pay more, it waits there, and says so.
        """
        async with self.database.transaction() as connection:
            row = await reratings.find(connection, rerating_id)
            if row is None:
                raise ReratingUnknown(rerating=rerating_id[:40])
            if row.finished_at is not None:
                return 0
            made = reratings.rerating_of(row, ())
            places = await reratings.following(connection, made.since, made.until, made.after, IN_A_RUN)
            if not places:
                await reratings.finish(connection, rerating_id, self.clock.now())
                _log.info("rerating.finished", rerating=rerating_id, payments=made.payments, adjusted=made.adjusted)
                return 0
        corrected, after, done = self._corrected(made.document), made.after, 0
        while done < len(places):
            batch = places[done : done + self.at_once]
            gone = await self._as_many_as_fit(rerating_id, corrected, after, batch)
            done += gone
            if gone < len(batch):
                return done
            after = batch[-1]
        return done

    def _corrected(self, document: str) -> Corrected:
        directory = self.directory()
        lines = proposed_tariffs(read_tariff_document(document), tuple(directory.services.values()))
        fees = {code: service.refund_fees for code, service in directory.services.items()}
        return Corrected(in_place_of(directory.tariffs, lines), fees)

    async def _as_many_as_fit(self, rerating_id: str, corrected: Corrected, after: Place | None, batch: Sequence[Place]) -> int:
        """All of them, or those before the first that a cap has no room for."""
        done = 0
        size = len(batch)
        while done < len(batch):
            part = batch[done : done + size]
            try:
                if not await self._batch(rerating_id, corrected, after, part):
                    return done
            except CapExceeded as full:
                if size == 1:
                    async with self.database.transaction() as connection:
                        await reratings.let_wait(connection, rerating_id, str(full))
                    return done
                size = max(size // 8, 1)
                continue
            done += len(part)
            after = part[-1]
        return done

    async def _batch(self, rerating_id: str, corrected: Corrected, after: Place | None, batch: Sequence[Place]) -> bool:
        """One transaction with how far it has come; False where another process was there first. Raises CapExceeded, NoOpenWindow."""
        ids = [payment_id for _, payment_id in batch]
        async with self.database.transaction() as connection:
            row = await reratings.find(connection, rerating_id, lock=True)
            assert row is not None
            stands = reratings.rerating_of(row, ())
            if stands.after != after or stands.finished_at is not None:
                return False
            await payments.lock_only(connection, ids)
            found = await reratings.charged(connection, [bucket_of(payment_id) for payment_id in ids], ids)
            changed = [(its, change) for its in found if not (change := corrected.change(its)).nothing]
            windows = await open_window.share(connection, sorted({its.amount.currency for its, _ in changed})) if changed else {}
            now, made = self.clock.now(), []
            for its, change in changed:
                if (window := windows.get(its.amount.currency)) is None:
                    raise NoOpenWindow(currency=its.amount.currency)
                made.append(rerated(its, change, rerating_id, window.window_id, window.business_date, now, stands.by))
            if made:
                together = Together()
                await journal.append(together, [adjustment.entry() for adjustment in made])
                await together.run(connection)
                await adjustments.append(connection, made)
                owed: defaultdict[tuple[ParticipantCode, str], int] = defaultdict(int)
                for adjustment in made:
                    owed[adjustment.bank, adjustment.currency] += adjustment.payer_fee
                await _owe(connection, owed)
            await reratings.move(connection, rerating_id, batch[-1], len(batch), len(made))
            fail_point(FailPoint.RERATING)
        fail_point(FailPoint.RERATED)
        return True


async def _owe(connection: Connection, owed: dict[tuple[ParticipantCode, str], int]) -> None:
    """Last, in sorted order. Raises CapExceeded."""
    moved = []
    for owner, position in (await positions.lock(connection, [owner for owner, minor in owed.items() if minor])).items():
        minor = owed[owner]
        moved.append(position.hold(minor).post(minor) if minor > 0 else position.given_back(-minor))
    await positions.update(connection, moved)
