"""Propose: what takes two people is written down with what it would do, for another to decide."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from switch.domain.effective_dates import require_effective
from switch.domain.identifiers import bucketed_id
from switch.domain.proposals import Foreseen, Proposal, ProposalId, ProposalKind, expiry, given_reason
from switch.ports import Clock
from switch.store import proposals
from switch.store.database import Database


class Undertaking(Protocol):
    """What is done once it was approved."""

    async def foresee(self, subject: str, content: Mapping[str, str]) -> Foreseen:
        """What it would do now. Raises why it cannot be proposed."""

    async def carry_out(self, proposal: Proposal) -> None:
        """Once or many times: it is done once."""


Undertakings = Mapping[ProposalKind, Undertaking]


@dataclass(frozen=True, slots=True)
class Propose:
    clock: Clock
    database: Database
    undertakings: Undertakings

    async def __call__(
        self,
        kind: ProposalKind,
        subject: str,
        content: Mapping[str, str],
        *,
        reason: str,
        by: str,
        effective_at: datetime | None = None,
    ) -> Proposal:
        """Nothing is done yet. Raises ReasonMissing, EffectiveRefused and what the undertaking refuses."""
        why, now = given_reason(reason), self.clock.now()
        require_effective(kind, effective_at, now)
        foreseen = await self.undertakings[kind].foresee(subject, content)
        until = expiry(now, effective_at)
        proposal = Proposal(
            ProposalId(bucketed_id(0, now)), kind, subject, dict(content), foreseen, why, by, now, until, effective_at=effective_at
        )
        async with self.database.transaction() as connection:
            await proposals.insert(connection, proposal)
        return proposal
