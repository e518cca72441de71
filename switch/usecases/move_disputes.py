"""Move disputes on: refunds that nobody has proposed, money that is back, breaks that have ended, reminders, clocks that have run out."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from switch.domain import dispute_clocks, dispute_moves
from switch.domain.dispute_terms import RULES, Remedy
from switch.domain.disputes import DUE_SOON_SECONDS, DisputeOutcome
from switch.domain.errors import Refusal
from switch.domain.proposals import ProposalKind
from switch.fail_points import FailPoint, fail_point
from switch.store import disputes
from switch.store.database import Database
from switch.usecases.dispute_keeping import DisputeKeeping
from switch.usecases.propose import Propose

MOST_AT_ONCE = 100
UNPROPOSED_SECONDS = 60
"""After which whoever accepted will not propose the refund any more: it died, or was silent, or it could not be proposed then."""
_REFUNDABLE = [reason.value for reason, rule in RULES.items() if Remedy.REFUND in rule.remedies]


@dataclass(frozen=True, slots=True)
class MoveDisputes:
    database: Database
    keeping: DisputeKeeping
    propose: Propose

    async def __call__(self) -> int:
        """How many were moved on, or somebody was reminded of."""
        return await self._unproposed() + await self._landed() + await self._due()

    async def _unproposed(self) -> int:
        """Accepted, also by silence, and nobody has proposed the refund: it is, by whoever has accepted, for staff to approve."""
        async with self.database.reading() as connection:
            before = self.keeping.clock.now() - timedelta(seconds=UNPROPOSED_SECONDS)
            found = await disputes.unproposed(connection, before, MOST_AT_ONCE)
        proposed = 0
        for dispute_id, by in found:
            try:
                await propose_refund(self.propose, dispute_id, by)
            except Refusal:  # it waits with the switch, and its clock runs
                continue
            proposed += 1
        return proposed

    async def _landed(self) -> int:
        async with self.database.transaction() as connection:
            found = await disputes.landed(connection, _REFUNDABLE, MOST_AT_ONCE)
            for each in found:
                dispute = await self.keeping.lock(connection, each.dispute_id)
                now = await self.keeping.now(connection, dispute.currency)
                if each.break_id is None:
                    outcome, facts = DisputeOutcome.REFUNDED, {"reversal_id": each.reversal_id or ""}
                else:
                    outcome = DisputeOutcome.ADJUSTED if dispute.remedy is Remedy.ADJUSTED else DisputeOutcome.PUT_RIGHT
                    facts = {"break_id": each.break_id}
                await self.keeping.keep(connection, dispute_moves.landed(dispute, outcome, facts, now))
                fail_point(FailPoint.ENDING)
        if found:
            fail_point(FailPoint.ENDED)
        return len(found)

    async def _due(self) -> int:
        at = self.keeping.clock.now()
        async with self.database.transaction() as connection:
            found = await disputes.due(connection, at, at + timedelta(seconds=DUE_SOON_SECONDS), MOST_AT_ONCE)
            for dispute_id in found:
                dispute = await self.keeping.lock(connection, dispute_id)
                now = await self.keeping.now(connection, dispute.currency)
                over = dispute.deadline is not None and dispute.deadline <= now.at
                for done in dispute_clocks.ran_out(dispute, now) if over else [dispute_clocks.reminded(dispute, now)]:
                    await self.keeping.keep(connection, done)
        return len(found)


async def propose_refund(propose: Propose, dispute_id: UUID, by: str) -> None:
    """Raises why it cannot be made."""
    await propose(ProposalKind.REFUND_DISPUTE, str(dispute_id), {}, reason=f"dispute {dispute_id} was accepted", by=by)
