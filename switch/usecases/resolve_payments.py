"""Resolve: payments left RESERVED past their deadline, or IN_DOUBT, are asked after until their outcome is certain."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from switch.domain.admission import Conclude
from switch.domain.directory import Directory
from switch.domain.outcomes import NotFound, Outcome
from switch.domain.payments import Payment
from switch.domain.retries import pause_milliseconds
from switch.fail_points import FailPoint, fail_point
from switch.ports import Clock
from switch.posting.lane import PostingLane
from switch.store import payments
from switch.store.database import Database
from switch.usecases.biller_lines import BillerLines

SPARE_SECONDS = 5
"""Of a lease, beyond an enquiry and a repeated order together; a dead worker's payments are taken over after it."""
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

    async def __call__(self) -> int:
        """How many were asked after. Each is given to one worker at a time."""
        slowest = max((service.answer_seconds for service in self.directory().services.values()), default=0)
        lease_seconds = 2 * slowest + SPARE_SECONDS
        async with self.database.transaction() as connection:
            due = await payments.lease_due(connection, self.clock.now(), lease_seconds, MOST_AT_ONCE)
        if due:
            fail_point(FailPoint.LEASED)
        async with asyncio.TaskGroup() as group:
            for payment in due:
                group.create_task(self._resolve(payment, lease_seconds))
        return len(due)

    async def _resolve(self, payment: Payment, lease_seconds: int) -> None:
        try:
            async with asyncio.timeout(lease_seconds):
                outcome = await self._outcome(payment)
        except TimeoutError:
            return
        fail_point(FailPoint.ENQUIRED)
        now = self.clock.now()
        again_at = now + timedelta(milliseconds=pause_milliseconds(payment.attempts, self.chance()))
        await self.lane.submit(Conclude(payment.payment_id, outcome, now, "resolver", again_at))

    async def _outcome(self, payment: Payment) -> Outcome:
        """Enquire first. “Not found” is no refusal, our order may still be on its way: the same one is sent again, under its id."""
        service = self.directory().service(payment.request.service)
        found = await self.billers.enquire(service, payment)
        if isinstance(found, NotFound):
            return await self.billers.pay(service, payment)
        return found
