"""Resolve: payments left RESERVED past their deadline, or IN_DOUBT, are asked after until their outcome is certain."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import assert_never

from switch.domain.admission import Conclude
from switch.domain.catalogue import OverdueRule
from switch.domain.directory import Directory
from switch.domain.outcomes import Accepted, NotFound, Outcome, Reason, Refused, Unknown
from switch.domain.payments import Payment
from switch.domain.retries import pause_milliseconds
from switch.ports import Clock
from switch.posting.lane import PostingLane
from switch.store import payments
from switch.store.database import Database
from switch.usecases.biller_lines import BillerLines

SPARE_SECONDS = 5
"""Of a lease, beyond an enquiry and a repeated order together; a dead worker's payments are taken over after it."""
MOST_AT_ONCE = 50
BY_RULE = "rule"
"""In the history of a payment: nobody decided, its biller had agreed to it beforehand."""


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
        async with asyncio.TaskGroup() as group:
            for payment in due:
                group.create_task(self._resolve(payment, lease_seconds))
        return len(due)

    async def _resolve(self, payment: Payment, lease_seconds: int) -> None:
        try:
            async with asyncio.timeout(lease_seconds):
                outcome = await self._outcome(payment)
        except TimeoutError:
            outcome = Unknown("no answer within the lease")
        await self.lane.submit(self.conclusion(payment, outcome))

    def conclusion(self, payment: Payment, outcome: Outcome) -> Conclude:
        now = self.clock.now()
        again_at = now + timedelta(milliseconds=pause_milliseconds(payment.attempts, self.chance()))
        certain, by = self._by_rule(payment, outcome)
        return Conclude(payment.payment_id, certain, now, by, again_at)

    async def _outcome(self, payment: Payment) -> Outcome:
        """Enquire first. “Not found” is no refusal, our order may still be on its way: the same one is sent again, under its id."""
        service = self.directory().service(payment.request.service)
        found = await self.billers.enquire(service, payment)
        if isinstance(found, NotFound):
            found = await self.billers.pay(service, payment)
        return found

    def _by_rule(self, payment: Payment, outcome: Outcome) -> tuple[Outcome, str]:
        """Past the moment by which it was to be certain, and asked once more in vain: what its biller has agreed to."""
        service = self.directory().service(payment.request.service)
        if isinstance(outcome, Unknown) and self.clock.now() >= payment.certain_by:
            match service.overdue:
                case OverdueRule.GIVE_BACK:
                    return Refused(Reason.NOT_CONFIRMED), BY_RULE
                case OverdueRule.FORCE:
                    return Accepted(), BY_RULE
                case OverdueRule.STAFF:
                    pass
                case _:
                    assert_never(service.overdue)
        return outcome, "resolver"
