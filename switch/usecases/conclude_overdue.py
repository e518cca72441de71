"""Conclude: what is still in doubt shortly before it is to be certain, by what its biller has agreed to; else staff decide."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

from switch.domain.admission import Conclude
from switch.domain.catalogue import DECIDING_SECONDS, OverdueRule
from switch.domain.directory import Directory
from switch.domain.identifiers import ServiceCode
from switch.domain.outcomes import Accepted, Outcome, Reason, Refused
from switch.ports import Clock
from switch.posting.lane import PostingLane
from switch.posting.reversal import ReversalPosting
from switch.store import payment_queries, reversals
from switch.store.database import Database

MOST_AT_ONCE = 500
BY_RULE = "rule"
"""In the history of a payment: nobody decided, its biller had agreed to it beforehand."""


@dataclass(frozen=True, slots=True)
class ConcludeOverdue:
    clock: Clock
    directory: Callable[[], Directory]
    database: Database
    lane: PostingLane
    reversals: ReversalPosting

    async def __call__(self) -> int:
        """How many were concluded; once or many times, by any process. An answer that comes later is noted, and money stays (I8)."""
        ruled = {
            code: outcome for code, service in self.directory().services.items() if (outcome := outcome_by(service.overdue)) is not None
        }
        if not ruled:
            return 0
        now = self.clock.now()
        soon = now + timedelta(seconds=DECIDING_SECONDS)
        async with self.database.reading() as connection:
            overdue = await payment_queries.overdue(connection, soon, MOST_AT_ONCE, tuple(ruled))
            taken_back = await reversals.overdue(connection, soon, MOST_AT_ONCE, tuple(ruled))
        commands = [
            Conclude(payment.payment_id, ruled[payment.request.service], now, BY_RULE, now)
            for payment in overdue
            if self._decides(payment.request.service, payment.certain_by, now)
        ]
        concluded = len(await self.lane.submit_all(commands)) if commands else 0
        decided = [its for its in taken_back if self._decides(its[1], its[0].certain_by, now)]
        for reversal, service in decided:
            await self.reversals.conclude(reversal, ruled[service], at=now, by=BY_RULE, again_at=now)
        return concluded + len(decided)

    def _decides(self, service: ServiceCode, certain_by: datetime, now: datetime) -> bool:
        decided_at = self.directory().service(service).decided_at(certain_by)
        return decided_at is not None and decided_at <= now


def outcome_by(rule: OverdueRule) -> Outcome | None:
    """Of an order to pay, and to take back alike: it counts as followed, or as not followed."""
    match rule:
        case OverdueRule.GIVE_BACK:
            return Refused(Reason.NOT_CONFIRMED)
        case OverdueRule.FORCE:
            return Accepted()
        case OverdueRule.STAFF:
            return None
        case _:
            assert_never(rule)
