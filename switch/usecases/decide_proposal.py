"""Decide: another person approves a proposal, and it is carried out at once or at its moment; or somebody refuses it, with a reason."""

from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

import structlog

from switch.domain.errors import Refusal
from switch.domain.proposal_errors import ProposalUnknown
from switch.domain.proposals import Foreseen, Proposal, passes
from switch.ports import Clock
from switch.store import proposals
from switch.store.database import Connection, Database
from switch.usecases.keep_audit import KeepAudit
from switch.usecases.propose import Undertakings

MOST_AT_ONCE = 50
AGAIN_SECONDS = 60
"""After which what was begun and is not known to be done is tried again, by whoever comes."""
_ACTION, _VIA = "carry out", "worker"

_log = structlog.get_logger("switch.proposals")


@dataclass(frozen=True, slots=True)
class DecideProposal:
    clock: Clock
    database: Database
    undertakings: Undertakings
    audit: KeepAudit

    async def foresee(self, proposal_id: UUID) -> tuple[Proposal, Foreseen]:
        """As it was proposed, and what it would do now. Raises ProposalUnknown and why it cannot be done any more."""
        async with self.database.reading() as connection:
            if (found := await proposals.find(connection, proposal_id)) is None:
                raise ProposalUnknown()
        return found, await self.undertakings[found.kind].foresee(found.subject, found.content)

    async def approve(self, proposal_id: UUID, *, by: str) -> Proposal:
        """Foreseen again, and kept before it is done: what a crash leaves undone, `finish` does.

        Raises ProposalUnknown, ProposalDecided, OwnProposal, ProposalChanged, and why it cannot be done any more.
        """
        async with self.database.reading() as connection:
            if (found := await proposals.find(connection, proposal_id)) is None:
                raise ProposalUnknown()
        found.require_approvable(by, self.clock.now())
        foreseen = await self.undertakings[found.kind].foresee(found.subject, found.content)
        async with self.database.transaction() as connection:
            now = self.clock.now()
            approved = (await self._locked(connection, proposal_id)).approved(by, now, foreseen)
            due_at = approved.effective_at if approved.waits(now) else now + timedelta(seconds=AGAIN_SECONDS)
            await proposals.decide(connection, approved, due_at)
        return approved if approved.waits(now) else await self._carry_out(approved)

    async def refuse(self, proposal_id: UUID, *, reason: str, by: str) -> Proposal:
        """What was approved is taken back, where it is not in effect yet. Raises ProposalUnknown, ProposalDecided, ReasonMissing."""
        async with self.database.transaction() as connection:
            refused = (await self._locked(connection, proposal_id)).refused(by, reason, self.clock.now())
            await proposals.decide(connection, refused)
        return refused

    async def finish(self) -> int:
        """Carries out what was approved, is due and not done; says how many. What nobody has decided in time is over."""
        async with self.database.transaction() as connection:
            now = self.clock.now()
            await proposals.expire(connection, now)
            due = await proposals.take_due(connection, now, now + timedelta(seconds=AGAIN_SECONDS), MOST_AT_ONCE)
        done = 0
        for proposal in due:
            try:
                tried = await self._carry_out(proposal, by_worker=True)
            except Refusal:  # kept with it; the others are not to wait for it
                continue
            done += tried.carried_out_at is not None
        return done

    async def _carry_out(self, proposal: Proposal, *, by_worker: bool = False) -> Proposal:
        """As it is then: done, or still to be tried again. Raises the refusal that has ended it for good."""
        try:
            await self.undertakings[proposal.kind].carry_out(proposal)
        except Refusal as refusal:
            _log.error("proposal.not_carried_out", proposal_id=str(proposal.proposal_id), kind=proposal.kind, refusal=refusal.code)
            if passes(refusal):
                return proposal
            await self._failed(proposal, refusal)
            raise
        async with self.database.transaction() as connection:
            now = self.clock.now()
            await proposals.carried_out(connection, proposal.proposal_id, now)
            if by_worker:
                await self._audited(connection, proposal, "done")
        _log.info("proposal.carried_out", proposal_id=str(proposal.proposal_id), kind=proposal.kind, subject=proposal.subject)
        return replace(proposal, carried_out_at=now)

    async def _failed(self, proposal: Proposal, refusal: Refusal) -> None:
        async with self.database.transaction() as connection:
            await proposals.end(connection, proposal.failed(refusal, self.clock.now()))
            await self._audited(connection, proposal, refusal.code)

    async def _audited(self, connection: Connection, proposal: Proposal, outcome: str) -> None:
        """By whom it is: the two people who have agreed on it."""
        subject = f"{proposal.proposal_id} {proposal.kind} {proposal.subject}"
        await self.audit.within(
            connection,
            who=proposal.people, via=_VIA, action=_ACTION, subject=subject, outcome=outcome, origin=_VIA, reason=proposal.reason,
        )  # fmt: skip

    @staticmethod
    async def _locked(connection: Connection, proposal_id: UUID) -> Proposal:
        if (found := await proposals.lock(connection, proposal_id)) is None:
            raise ProposalUnknown()
        return found
