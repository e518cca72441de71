"""Proposals as staff look at them, and the payments and reversals that wait for a decision."""

from dataclasses import dataclass
from uuid import UUID

from switch.domain.payments import Payment
from switch.domain.proposal_errors import ProposalUnknown
from switch.domain.proposals import Proposal, ProposalState
from switch.domain.reversals import Reversal
from switch.ports import Clock
from switch.store import payment_queries, proposals, reversals
from switch.store.database import Database


@dataclass(frozen=True, slots=True)
class Proposals:
    clock: Clock
    database: Database

    async def page(self, state: ProposalState | None, most: int, *, before: UUID | None = None) -> list[Proposal]:
        """Newest first."""
        async with self.database.reading() as connection:
            return await proposals.page(connection, state, most, before)

    async def one(self, proposal_id: UUID) -> Proposal:
        """Raises ProposalUnknown."""
        async with self.database.reading() as connection:
            if (found := await proposals.find(connection, proposal_id)) is None:
                raise ProposalUnknown()
        return found

    async def overdue(self, most: int) -> list[Payment]:
        """Payments past the moment by which their outcome was to be certain, the oldest first."""
        async with self.database.reading() as connection:
            return [payment.masked() for payment in await payment_queries.overdue(connection, self.clock.now(), most)]

    async def overdue_reversals(self, most: int) -> list[Reversal]:
        """The same of reversals."""
        async with self.database.reading() as connection:
            return [reversal for reversal, _ in await reversals.overdue(connection, self.clock.now(), most)]
