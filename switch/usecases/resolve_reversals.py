"""Resolve reversals: those left ASKED past their deadline, or IN_DOUBT, are asked for again until they are certain."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from switch.domain.directory import Directory
from switch.domain.outcomes import Outcome
from switch.domain.retries import pause_milliseconds
from switch.domain.reversals import Reversal
from switch.ports import Clock
from switch.posting.reversal import ReversalPosting
from switch.store import payments, reversals
from switch.store.database import Database
from switch.usecases.biller_lines import BillerLines, Purpose

SPARE_SECONDS = 5
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

    async def __call__(self) -> int:
        """How many were asked for again. Each is given to one worker at a time."""
        slowest = max((service.answer_seconds for service in self.directory().services.values()), default=0)
        lease_seconds = slowest + SPARE_SECONDS
        async with self.database.transaction() as connection:
            due = await reversals.lease_due(connection, self.clock.now(), lease_seconds, MOST_AT_ONCE)
            ordered = await payments.find(connection, [reversal.request.payment_id for reversal in due]) if due else {}
        async with asyncio.TaskGroup() as group:
            for reversal in due:
                payment = ordered[reversal.request.payment_id]
                if not self.billers.may_be_asked(payment.biller, Purpose.QUESTIONS):
                    continue  # it waits for the end of its lease, and no attempt is burned
                service = self.directory().service(payment.request.service)
                group.create_task(self._resolve(reversal, self.billers.reverse(service, payment), lease_seconds))
        return len(due)

    async def _resolve(self, reversal: Reversal, asking: Coroutine[Any, Any, Outcome], lease_seconds: int) -> None:
        try:
            async with asyncio.timeout(lease_seconds):
                outcome = await asking
        except TimeoutError:
            return
        at = self.clock.now()
        again_at = at + timedelta(milliseconds=pause_milliseconds(reversal.attempts, self.chance()))
        await self.posting.conclude(reversal, outcome, at=at, by="resolver", again_at=again_at)
