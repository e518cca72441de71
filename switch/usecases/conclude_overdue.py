"""Conclude: payments and reversals still in doubt when they should be certain, by what their biller has agreed to; else staff decide."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import assert_never

from switch.domain.admission import Conclude
from switch.domain.catalogue import OverdueRule
from switch.domain.directory import Directory
from switch.domain.outcomes import Accepted, Outcome, Reason, Refused
from switch.ports import Clock
from switch.posting.lane import PostingLane
from switch.posting.reversal import ReversalPosting
from switch.store import payment_queries, reversals
from switch.store.database import Database

LAST_CHANCE_SECONDS = 30
"""For an enquiry that is under way at the deadline."""
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
        since = now - timedelta(seconds=LAST_CHANCE_SECONDS)
        async with self.database.reading() as connection:
            overdue = await payment_queries.overdue(connection, since, MOST_AT_ONCE, tuple(ruled))
            taken_back = await reversals.overdue(connection, since, MOST_AT_ONCE, tuple(ruled))
        commands = [Conclude(payment.payment_id, ruled[payment.request.service], now, BY_RULE, now) for payment in overdue]
        concluded = len(await self.lane.submit_all(commands)) if commands else 0
        for reversal, service in taken_back:
            await self.reversals.conclude(reversal, ruled[service], at=now, by=BY_RULE, again_at=now)
        return concluded + len(taken_back)


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
