"""Resolve reversals: those left ASKED past their deadline, or IN_DOUBT, are asked for again until they are certain."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from switch.domain.directory import Directory
from switch.domain.identifiers import ParticipantCode, PaymentId
from switch.domain.outcomes import Accepted, Outcome
from switch.domain.payments import Payment
from switch.domain.retries import pause_milliseconds, waits_beyond
from switch.domain.reversals import Reversal
from switch.domain.stand_in import StandInState
from switch.ports import Clock
from switch.posting.reversal import ReversalPosting
from switch.store import payments, reversals
from switch.store.database import Database
from switch.usecases.biller_lines import BillerLines, LineName, Purpose
from switch.usecases.bring_forward import BringForward
from switch.usecases.own_queues import OwnQueues

SPARE_SECONDS = 5
"""Of a lease, beyond one question; a dead worker's reversals are taken over after it."""
MOST_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class ResolveReversals:
    clock: Clock
    directory: Callable[[], Directory]
    database: Database
    posting: ReversalPosting
    billers: BillerLines
    chance: Callable[[], int]
    """0 to 999, to spread the attempts."""
    forward: BringForward[LineName, ParticipantCode]
    queues: OwnQueues[ParticipantCode] = field(default_factory=lambda: OwnQueues("reversals"))

    @classmethod
    def on(
        cls,
        clock: Clock,
        directory: Callable[[], Directory],
        database: Database,
        posting: ReversalPosting,
        billers: BillerLines,
        chance: Callable[[], int],
    ) -> "ResolveReversals":
        forward = BringForward(clock, database, billers.breakers, reversals.bring_forward_of)
        return cls(clock, directory, database, posting, billers, chance, forward)

    async def __call__(self) -> int:
        """How many were asked for again, of those that were due."""
        await self.start()
        return await self.queues.settled()

    async def start(self) -> None:
        """At every biller with reversals in doubt; in the background, until the queues are closed."""
        now = self.clock.now()
        wanted = {
            biller: waits_beyond(now, lease_seconds, early=self.billers.wants_trial(biller, Purpose.QUESTIONS))
            for biller, lease_seconds in self._lease_seconds().items()
            if self._may_be_asked(biller)
        }
        async with self.database.reading() as connection:
            due = await reversals.billers_due(connection, wanted, now)
        back = [biller for biller in wanted if self.forward.waits(LineName(biller, Purpose.QUESTIONS))]
        self.queues.start({*due, *back}, self._resolve_all)

    def _may_be_asked(self, biller: ParticipantCode) -> bool:
        return self.billers.may_be_asked(biller, Purpose.QUESTIONS)

    async def _resolve_all(self, biller: ParticipantCode) -> int:
        """Each reversal is given to one worker at a time. Of a biller that has not been answering one is asked for: that is the trial."""
        asked = 0
        lease_seconds = self._lease_seconds()[biller]
        while self._may_be_asked(biller) and not self.queues.stopping.is_set():
            await self.forward(LineName(biller, Purpose.QUESTIONS), biller, lease_seconds)
            due, ordered = await self._lease(biller, lease_seconds, early=not asked)
            if not due:
                break
            async with asyncio.TaskGroup() as group:
                for reversal in due:
                    group.create_task(self._resolve(reversal, ordered[reversal.request.payment_id], lease_seconds))
            asked += len(due)
        return asked

    async def _lease(self, biller: ParticipantCode, lease_seconds: int, *, early: bool) -> tuple[list[Reversal], dict[PaymentId, Payment]]:
        """What is due, and of which payments; of a biller of which nothing good is known at least one reversal: the trial."""
        now, most = self.clock.now(), MOST_AT_ONCE if self.billers.answering(biller, Purpose.QUESTIONS) else 1
        async with self.database.transaction() as connection:
            due = await reversals.lease_due(connection, biller, now, lease_seconds, most)
            if not due and early and self.billers.wants_trial(biller, Purpose.QUESTIONS):
                due = await reversals.lease_due(connection, biller, now, lease_seconds, 1, early=True)
            return due, await payments.find(connection, [reversal.request.payment_id for reversal in due]) if due else {}

    def _lease_seconds(self) -> dict[ParticipantCode, int]:
        """Of each biller, for the longest question and something to spare."""
        longest: Counter[ParticipantCode] = Counter()
        for service in self.directory().services.values():
            longest[service.biller] = max(longest[service.biller], service.answer_seconds + SPARE_SECONDS)
        return longest

    async def _resolve(self, reversal: Reversal, payment: Payment, lease_seconds: int) -> None:
        """Whose biller has refused the payment itself meanwhile, has nothing to take back, and is not asked."""
        service = self.directory().service(payment.request.service)
        decided_at = service.decided_at(reversal.certain_by)
        if reversal.attempts and decided_at is not None and self.clock.now() + timedelta(seconds=lease_seconds) > decided_at:
            return  # its answer would come after the rule has decided
        try:
            async with asyncio.timeout(lease_seconds):
                asked = payment.stand_in is not StandInState.REFUSED
                outcome: Outcome = await self.billers.reverse(service, payment, reversal) if asked else Accepted()
        except TimeoutError:
            return
        at = self.clock.now()
        again_at = at + timedelta(milliseconds=pause_milliseconds(reversal.attempts, self.chance()))
        await self.posting.conclude(reversal, outcome, at=at, by="resolver", again_at=again_at)
