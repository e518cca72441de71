"""Deliver: advices go to their billers, oldest first, until each is acknowledged; one dead biller delays no other."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from switch.domain.advices import Advice
from switch.domain.identifiers import ParticipantCode
from switch.domain.incidents import parked
from switch.domain.outcomes import Refused
from switch.domain.retries import pause_milliseconds
from switch.ports import Clock
from switch.store import incidents, outbox
from switch.store.database import Database
from switch.usecases.biller_lines import ADVICE_SECONDS, BillerLines, Purpose
from switch.usecases.own_queues import OwnQueues
from switch.usecases.refuse_stand_in import RefuseStandIn

MOST_A_BILLER = 50
DELIVERING_SECONDS = 10
LEASE_SECONDS = DELIVERING_SECONDS + 2 * ADVICE_SECONDS
"""The last delivery begins early enough to end within it; a dead worker's advices are taken over after it."""
PARKED_AFTER_ATTEMPTS = 40
"""About three hours of refusals; a parked advice is still in the biller's list, and staff see it and replay it."""

Leased = tuple[Advice, int]
"""With how often it was tried."""


@dataclass(frozen=True, slots=True)
class DeliverAdvices:
    clock: Clock
    database: Database
    billers: BillerLines
    refuse_stand_in: RefuseStandIn
    chance: Callable[[], int]
    queues: OwnQueues[ParticipantCode] = field(default_factory=lambda: OwnQueues("advices"))

    async def __call__(self) -> int:
        """How many were acknowledged, of those that were due."""
        await self.start()
        return await self.queues.settled()

    async def start(self) -> None:
        """On every biller that is reached and for which something waits; in the background, until the queues are closed."""
        reached = [biller for biller in self.billers.reached if self._may_be_told(biller)]
        async with self.database.reading() as connection:
            due = await outbox.billers_due(connection, reached, self.clock.now())
        self.queues.start(due, self._tell)

    def _may_be_told(self, biller: ParticipantCode) -> bool:
        return self.billers.may_be_asked(biller, Purpose.ADVICES)

    async def _tell(self, biller: ParticipantCode) -> int:
        """Everything that is due, one after the other, as long as the biller answers; how many it took."""
        taken = 0
        while self._may_be_told(biller) and not self.queues.stopping.is_set():
            most = MOST_A_BILLER if self.billers.answering(biller, Purpose.ADVICES) else 1
            now = self.clock.now()
            async with self.database.transaction() as connection:
                leased = await outbox.lease_due(connection, biller, now, LEASE_SECONDS, most)
            if not leased:
                break
            taken += await self._advise(biller, leased, now + timedelta(seconds=LEASE_SECONDS))
        return taken

    async def _advise(self, biller: ParticipantCode, leased: Sequence[Leased], leased_until: datetime) -> int:
        """One that a biller does not take keeps only what comes after it of the same payment, and that is not leased."""
        taken: list[Advice] = []
        untaken: list[Leased] = []
        untried: list[Advice] = []
        refused: list[tuple[Advice, Refused]] = []
        began = self.clock.monotonic()
        for advice, attempts in leased:
            late = self.clock.monotonic() - began > DELIVERING_SECONDS
            match None if late else await self.billers.advise(advice):
                case True:
                    taken.append(advice)
                case False:
                    untaken.append((advice, attempts))
                case None:
                    untried.append(advice)
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
        untried: Sequence[Advice],
        leased_until: datetime,
    ) -> None:
        """Who stood still for longer than the lease changes nothing of what another has leased since; what was taken is taken."""
        now = self.clock.now()
        async with self.database.transaction() as connection:
            if taken:
                await outbox.acknowledge(connection, biller, [advice.event_id for advice in taken], now)
            for advice, attempts in untaken:
                again_at = now + timedelta(milliseconds=pause_milliseconds(attempts, self.chance()))
                parked_at = now if attempts + 1 >= PARKED_AFTER_ATTEMPTS else None
                await outbox.postpone(connection, advice.event_id, again_at, parked_at, leased_until)
                if parked_at is not None:
                    await incidents.turn(connection, [parked(biller, advice.event_id, now, begins=True)])
            if untried:
                await outbox.release(connection, [advice.event_id for advice in untried], now, leased_until)
