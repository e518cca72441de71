"""Refund for a dispute: what was accepted is taken back, once two people have said so; the dispute ends when it has landed."""

from collections.abc import Mapping
from dataclasses import dataclass

from switch.domain import dispute_moves
from switch.domain.proposals import Change, Foreseen, Proposal
from switch.fail_points import FailPoint, fail_point
from switch.store import disputes
from switch.store.database import Database
from switch.usecases.decide_dispute import dispute_id_of
from switch.usecases.dispute_keeping import DisputeKeeping
from switch.usecases.dispute_refunds import DisputeRefunds


@dataclass(frozen=True, slots=True)
class RefundDispute:
    """The subject is the dispute, which says how much."""

    database: Database
    keeping: DisputeKeeping
    refunds: DisputeRefunds

    async def foresee(self, subject: str, content: Mapping[str, str]) -> Foreseen:
        """Raises DisputeUnknown, DisputeMoveRefused, RefundTooLarge, NoOpenWindow."""
        del content
        async with self.database.transaction() as connection:
            found = await self.keeping.lock(connection, dispute_id_of(subject))
            dispute_moves.require_refundable(found)
            effects = await self.refunds.effects(connection, found, found.agreed_minor or found.claimed_minor)
        return Foreseen(effects, (Change(f"dispute {found.dispute_id} ({found.reason})", found.state, "refunded"),))

    async def carry_out(self, proposal: Proposal) -> None:
        """Once for each proposal, and once for each dispute."""
        async with self.database.transaction() as connection:
            found = await self.keeping.lock(connection, dispute_id_of(proposal.subject))
            if await disputes.carried_out(connection, found.dispute_id, proposal.proposal_id):
                return
            dispute_moves.require_refundable(found)
            reversal_id = await self.refunds.give_back(connection, found, proposal)
            fail_point(FailPoint.REFUNDING)
            now = await self.keeping.now(connection, found.currency)
            done = dispute_moves.refund_asked(found, reversal_id, proposal.people, now, str(proposal.proposal_id))
            await self.keeping.keep(connection, done)
        fail_point(FailPoint.REFUNDED)
