"""Resolve: payments left RESERVED past their deadline, or IN_DOUBT, are asked after until their outcome is certain."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta

from switch.domain.admission import Conclude
from switch.domain.directory import Directory
from switch.domain.identifiers import ParticipantCode
from switch.domain.outcomes import NotFound, Outcome
from switch.domain.payments import Payment
from switch.domain.retries import pause_milliseconds, waits_beyond
from switch.fail_points import FailPoint, fail_point
from switch.ports import Clock
from switch.posting.lane import PostingLane
from switch.store import payments
from switch.store.database import Database
from switch.usecases.biller_lines import BillerLines, LineName, Purpose
from switch.usecases.bring_forward import BringForward
from switch.usecases.own_queues import OwnQueues

MOST_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class ResolvePayments:
    clock: Clock
    directory: Callable[[], Directory]
    database: Database
    lane: PostingLane
    billers: BillerLines
    chance: Callable[[], int]
    """0 to 999, to spread the attempts."""
    forward: BringForward[LineName, ParticipantCode]
    queues: OwnQueues[ParticipantCode] = field(default_factory=lambda: OwnQueues("doubts"))

    @classmethod
    def on(
        cls,
        clock: Clock,
        directory: Callable[[], Directory],
        database: Database,
        lane: PostingLane,
        billers: BillerLines,
        chance: Callable[[], int],
    ) -> "ResolvePayments":
        forward = BringForward(clock, database, billers.breakers, payments.bring_forward_of)
        return cls(clock, directory, database, lane, billers, chance, forward)

    async def __call__(self) -> int:
        """How many were asked after, of those that were due."""
        await self.start()
        return await self.queues.settled()

    async def start(self) -> None:
        """On every biller with payments to ask after; in the background, until the queues are closed."""
        now = self.clock.now()
        wanted = {
            biller: waits_beyond(now, lease_seconds, early=self.billers.wants_trial(biller, Purpose.QUESTIONS))
            for biller, lease_seconds in self._lease_seconds().items()
            if self._may_be_asked(biller)
        }
        async with self.database.reading() as connection:
            due = await payments.billers_due(connection, wanted, now)
        back = [biller for biller in wanted if self.forward.waits(LineName(biller, Purpose.QUESTIONS))]
        self.queues.start({*due, *back}, self._resolve_all)

    def _may_be_asked(self, biller: ParticipantCode) -> bool:
        return self.billers.may_be_asked(biller, Purpose.QUESTIONS)

    async def _resolve_all(self, biller: ParticipantCode) -> int:
        """Each payment is given to one worker at a time. Of a biller that has not been answering one is asked after: that is the trial."""
        asked = 0
        lease_seconds = self._lease_seconds()[biller]
        while self._may_be_asked(biller) and not self.queues.stopping.is_set():
            await self.forward(LineName(biller, Purpose.QUESTIONS), biller, lease_seconds)
            due = await self._lease(biller, lease_seconds, early=not asked)
            if not due:
                break
            fail_point(FailPoint.LEASED)
            async with asyncio.TaskGroup() as group:
                for payment in due:
                    group.create_task(self._resolve(payment, lease_seconds))
            asked += len(due)
        return asked

    async def _lease(self, biller: ParticipantCode, lease_seconds: int, *, early: bool) -> list[Payment]:
        """What is due; of a biller of which nothing good is known at least one payment: the trial."""
        now, most = self.clock.now(), MOST_AT_ONCE if self.billers.answering(biller, Purpose.QUESTIONS) else 1
        async with self.database.transaction() as connection:
            due = await payments.lease_due(connection, biller, now, lease_seconds, most)
            if not due and early and self.billers.wants_trial(biller, Purpose.QUESTIONS):
                due = await payments.lease_due(connection, biller, now, lease_seconds, 1, early=True)
        return due

    def _lease_seconds(self) -> dict[ParticipantCode, int]:
        """Of each biller, for the longest question; a dead worker's payments are taken over after it."""
        longest: Counter[ParticipantCode] = Counter()
        for service in self.directory().services.values():
            longest[service.biller] = max(longest[service.biller], service.longest_question_seconds)
        return longest

    async def _resolve(self, payment: Payment, lease_seconds: int) -> None:
        if payment.attempts and self._would_outlast_its_rule(payment):
            return
        try:
            async with asyncio.timeout(lease_seconds):
                outcome = await self._outcome(payment)
        except TimeoutError:
            return
        fail_point(FailPoint.ENQUIRED)
        await self.lane.submit(self.conclusion(payment, outcome))

    def _would_outlast_its_rule(self, payment: Payment) -> bool:
        """An answer that comes after its rule has decided changes nothing any more, though the biller may have booked upon the question."""
        service = self.directory().service(payment.request.service)
        decided_at = service.decided_at(payment.certain_by)
        ends_at = self.clock.now() + timedelta(seconds=service.longest_question_seconds)
        return decided_at is not None and ends_at > decided_at

    def conclusion(self, payment: Payment, outcome: Outcome) -> Conclude:
        now = self.clock.now()
        again_at = now + timedelta(milliseconds=pause_milliseconds(payment.attempts, self.chance()))
        return Conclude(payment.payment_id, outcome, now, "resolver", again_at)

    async def _outcome(self, payment: Payment) -> Outcome:
        """Enquire first. “Not found” is no refusal, our order may still be on its way: the same one is sent again, under its id."""
        service = self.directory().service(payment.request.service)
        found = await self.billers.enquire(service, payment)
        if isinstance(found, NotFound):
            again = await self.billers.pay(service, payment)
            return replace(again, heard=found.heard + again.heard)
        return found
