"""Move disputes on: those whose money is back or whose break has ended, reminders, and clocks that have run out."""

from dataclasses import dataclass
from datetime import timedelta

from switch.domain import dispute_clocks, dispute_moves
from switch.domain.dispute_terms import RULES, Remedy
from switch.domain.disputes import DUE_SOON_SECONDS, DisputeOutcome
from switch.store import disputes
from switch.store.database import Database
from switch.usecases.dispute_keeping import DisputeKeeping

MOST_AT_ONCE = 100
_REFUNDABLE = [reason.value for reason, rule in RULES.items() if Remedy.REFUND in rule.remedies]


@dataclass(frozen=True, slots=True)
class MoveDisputes:
    database: Database
    keeping: DisputeKeeping

    async def __call__(self) -> int:
        """How many were moved on, or somebody was reminded of."""
        return await self._landed() + await self._due()

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
