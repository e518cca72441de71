"""Decide: another person approves a proposal, and it is carried out at once; or somebody refuses it, with a reason."""

from dataclasses import dataclass
from uuid import UUID

import structlog

from switch.domain.errors import Refusal
from switch.domain.proposals import Proposal, ProposalUnknown
from switch.ports import Clock
from switch.store import proposals
from switch.store.database import Database
from switch.usecases.propose import Undertakings

MOST_AT_ONCE = 50

_log = structlog.get_logger("switch.proposals")


@dataclass(frozen=True, slots=True)
class DecideProposal:
    clock: Clock
    database: Database
    undertakings: Undertakings

    async def approve(self, proposal_id: UUID, *, by: str) -> Proposal:
        """Kept before it is done: what a crash leaves undone, `finish` does. Raises ProposalUnknown, ProposalDecided, OwnProposal."""
        async with self.database.transaction() as connection:
            if (found := await proposals.lock(connection, proposal_id)) is None:
                raise ProposalUnknown()
            approved = found.approved(by, self.clock.now())
            await proposals.decide(connection, approved)
        await self._carry_out(approved)
        return approved

    async def refuse(self, proposal_id: UUID, *, reason: str, by: str) -> Proposal:
        """Raises ProposalUnknown, ProposalDecided, ReasonMissing."""
        async with self.database.transaction() as connection:
            if (found := await proposals.lock(connection, proposal_id)) is None:
                raise ProposalUnknown()
            refused = found.refused(by, reason, self.clock.now())
            await proposals.decide(connection, refused)
        return refused

    async def finish(self) -> int:
        """Carries out what was approved and not done; says how many. What nobody has decided in time is over."""
        async with self.database.transaction() as connection:
            await proposals.expire(connection, self.clock.now())
            waiting = await proposals.to_carry_out(connection, MOST_AT_ONCE)
        done = 0
        for proposal in waiting:
            try:
                await self._carry_out(proposal)
            except Refusal as refusal:  # the others are not to wait for it
                _log.error("proposal.not_carried_out", proposal_id=str(proposal.proposal_id), kind=proposal.kind, refusal=refusal.code)
            else:
                done += 1
        return done

    async def _carry_out(self, proposal: Proposal) -> None:
        await self.undertakings[proposal.kind].carry_out(proposal)
        async with self.database.transaction() as connection:
            await proposals.carried_out(connection, proposal.proposal_id, self.clock.now())
        _log.info("proposal.carried_out", proposal_id=str(proposal.proposal_id), kind=proposal.kind, subject=proposal.subject)
