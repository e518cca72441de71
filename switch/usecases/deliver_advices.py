"""Deliver: advices go to their billers, oldest first, until each is acknowledged; one dead biller delays no other."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from switch.domain.advices import Advice
from switch.domain.identifiers import ParticipantCode
from switch.domain.incidents import parked
from switch.domain.outcomes import Refused
from switch.domain.retries import pause_milliseconds, waits_beyond
from switch.ports import Clock
from switch.store import incidents, outbox
from switch.store.database import Database
from switch.store.outbox import Leased
from switch.usecases.biller_lines import ADVICE_SECONDS, BillerLines, LineName, Purpose
from switch.usecases.bring_forward import BringForward
from switch.usecases.own_queues import OwnQueues
from switch.usecases.refuse_stand_in import RefuseStandIn

MOST_A_BILLER = 50
DELIVERING_SECONDS = 10
LEASE_SECONDS = DELIVERING_SECONDS + 2 * ADVICE_SECONDS
"""The last delivery begins early enough to end within it; a dead worker's advices are taken over after it."""
PARKED_AFTER_ATTEMPTS = 75
"""About three hours of refusals; a parked advice is still in the biller's list, and staff see it and replay it."""


@dataclass(frozen=True, slots=True)
class DeliverAdvices:
    clock: Clock
    database: Database
    billers: BillerLines
    refuse_stand_in: RefuseStandIn
    chance: Callable[[], int]
    forward: BringForward[LineName, ParticipantCode]
    queues: OwnQueues[ParticipantCode] = field(default_factory=lambda: OwnQueues("advices"))

    @classmethod
    def on(
        cls, clock: Clock, database: Database, billers: BillerLines, refuse_stand_in: RefuseStandIn, chance: Callable[[], int]
    ) -> "DeliverAdvices":
        forward = BringForward(clock, database, billers.breakers, outbox.bring_forward_of)
        return cls(clock, database, billers, refuse_stand_in, chance, forward)

    async def __call__(self) -> int:
        """How many were acknowledged, of those that were due."""
        await self.start()
        return await self.queues.settled()

    async def start(self) -> None:
        """On every biller that is reached and for which something waits; in the background, until the queues are closed."""
        now = self.clock.now()
        wanted = {
            biller: waits_beyond(now, LEASE_SECONDS, early=self.billers.wants_trial(biller, Purpose.ADVICES))
            for biller in self.billers.reached
            if self._may_be_told(biller)
        }
        async with self.database.reading() as connection:
            due = await outbox.billers_due(connection, wanted, now)
        back = [biller for biller in wanted if self.forward.waits(LineName(biller, Purpose.ADVICES))]
        self.queues.start({*due, *back}, self._tell)

    def _may_be_told(self, biller: ParticipantCode) -> bool:
        return self.billers.may_be_asked(biller, Purpose.ADVICES)

    async def _tell(self, biller: ParticipantCode) -> int:
        """Everything that is due, one after the other, as long as the biller answers; how many it took."""
        taken, early = 0, False
        while self._may_be_told(biller) and not self.queues.stopping.is_set() and not early:
            await self.forward(LineName(biller, Purpose.ADVICES), biller, LEASE_SECONDS)
            now = self.clock.now()
            leased = await self._lease(biller, now)
            if not leased:
                break
            taken += await self._advise(biller, leased, now + timedelta(seconds=LEASE_SECONDS))
            early = leased[0].due_at > now and self.billers.wants_trial(biller, Purpose.ADVICES)
        return taken

    async def _lease(self, biller: ParticipantCode, now: datetime) -> list[Leased]:
        """What is due; of a biller of which nothing good is known at least one advice: the trial."""
        most = MOST_A_BILLER if self.billers.answering(biller, Purpose.ADVICES) else 1
        async with self.database.transaction() as connection:
            leased = await outbox.lease_due(connection, biller, now, LEASE_SECONDS, most)
            if not leased and self.billers.wants_trial(biller, Purpose.ADVICES):
                leased = await outbox.lease_due(connection, biller, now, LEASE_SECONDS, 1, early=True)
        return leased

    async def _advise(self, biller: ParticipantCode, leased: Sequence[Leased], leased_until: datetime) -> int:
        """One that a biller does not take keeps only what comes after it of the same payment, and that is not leased.

        An attempt before its time costs an advice nothing where it fails: it was about the biller.
        """
        taken: list[Advice] = []
        untaken: list[Leased] = []
        untried: list[Leased] = []
        refused: list[tuple[Advice, Refused]] = []
        began, now = self.clock.monotonic(), self.clock.now()
        for one in leased:
            advice = one.advice
            late = self.clock.monotonic() - began > DELIVERING_SECONDS
            match None if late else await self.billers.advise(advice):
                case True:
                    taken.append(advice)
                case False if one.due_at <= now:
                    untaken.append(one)
                case False | None:
                    untried.append(one)
                case Refused() as no:
                    refused.append((advice, no))
        await self._keep(biller, taken, untaken, untried, leased_until)
        for advice, no in refused:
            await self.refuse_stand_in.told(biller, advice.event_id, advice.payment_id, no)
        return len(taken)

    async def _keep(
        self,
        biller: ParticipantCode,
        taken: Sequence[Advice],
        untaken: Sequence[Leased],
        untried: Sequence[Leased],
        leased_until: datetime,
    ) -> None:
        """Who stood still for longer than the lease changes nothing of what another has leased since; what was taken is taken."""
        now = self.clock.now()
        async with self.database.transaction() as connection:
            if taken:
                await outbox.acknowledge(connection, biller, [advice.event_id for advice in taken], now)
            for advice, attempts, _ in untaken:
                again_at = now + timedelta(milliseconds=pause_milliseconds(attempts, self.chance()))
                parked_at = now if attempts + 1 >= PARKED_AFTER_ATTEMPTS else None
                await outbox.postpone(connection, advice.event_id, again_at, parked_at, leased_until)
                if parked_at is not None:
                    await incidents.turn(connection, [parked(biller, advice.event_id, now, begins=True)])
            if untried:
                await outbox.release(connection, {one.advice.event_id: one.due_at for one in untried}, leased_until)
