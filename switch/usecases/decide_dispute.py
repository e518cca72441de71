"""Decide a dispute: two people of the central bank, for whoever opened it or against; a refund is made with the decision."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from switch.domain import dispute_moves
from switch.domain.dispute_errors import DisputeUnknown
from switch.domain.dispute_terms import Remedy
from switch.domain.disputes import Dispute
from switch.domain.money import parse_amount
from switch.domain.proposal_errors import ContentWrong
from switch.domain.proposals import Change, Foreseen, Proposal
from switch.fail_points import FailPoint, fail_point
from switch.store import disputes
from switch.store.database import Connection, Database
from switch.usecases.dispute_keeping import DisputeKeeping
from switch.usecases.dispute_refunds import DisputeRefunds

UPHELD, REMEDY, AMOUNT = "upheld", "remedy", "amount"


@dataclass(frozen=True, slots=True)
class DecideDispute:
    """The subject is the dispute; the content says `upheld` (yes, no), and then a `remedy`, perhaps an `amount`."""

    database: Database
    keeping: DisputeKeeping
    refunds: DisputeRefunds

    async def foresee(self, subject: str, content: Mapping[str, str]) -> Foreseen:
        """Raises DisputeUnknown, DisputeMoveRefused, DisputeRemedyRefused, ContentWrong, and what a refund is refused for."""
        async with self.database.transaction() as connection:
            found = await self.keeping.lock(connection, dispute_id_of(subject))
            then = await self._decided(connection, found, content, "-", "-")
            effects = await self.refunds.effects(connection, then, then.agreed_minor or 0) if then.remedy is Remedy.REFUND else ()
        return Foreseen(effects, (Change(f"dispute {found.dispute_id} ({found.reason})", found.state, _words(then)),))

    async def carry_out(self, proposal: Proposal) -> None:
        """Once for each proposal."""
        async with self.database.transaction() as connection:
            found = await self.keeping.lock(connection, dispute_id_of(proposal.subject))
            if await disputes.carried_out(connection, found.dispute_id, proposal.proposal_id):
                return
            now = await self.keeping.now(connection, found.currency)
            remedy, minor = _said(proposal.content, found)
            done = dispute_moves.decided(found, remedy, minor, proposal.reason, proposal.people, now, str(proposal.proposal_id))
            then = await self.keeping.keep(connection, done)
            if then.remedy is Remedy.REFUND and then.live:
                reversal_id = await self.refunds.give_back(connection, then, proposal)
                fail_point(FailPoint.REFUNDING)
                await self.keeping.keep(connection, dispute_moves.refund_asked(then, reversal_id, proposal.people, now, None))
        fail_point(FailPoint.REFUNDED)

    async def _decided(self, connection: Connection, found: Dispute, content: Mapping[str, str], note: str, by: str) -> Dispute:
        remedy, minor = _said(content, found)
        return dispute_moves.decided(found, remedy, minor, note, by, await self.keeping.now(connection, found.currency))[0]


def dispute_id_of(text: str) -> UUID:
    """Raises DisputeUnknown."""
    try:
        return UUID(text)
    except ValueError:
        raise DisputeUnknown() from None


def _said(content: Mapping[str, str], found: Dispute) -> tuple[Remedy | None, int | None]:
    """Raises ContentWrong, AmountMalformed."""
    if content.get(UPHELD) not in ("yes", "no"):
        raise ContentWrong(field=UPHELD)
    if content[UPHELD] == "no":
        return None, None
    try:
        remedy = Remedy(content.get(REMEDY, ""))
    except ValueError:
        raise ContentWrong(field=REMEDY) from None
    amount = content.get(AMOUNT)
    return remedy, None if not amount else parse_amount(amount, found.currency).minor


def _words(then: Dispute) -> str:
    return str(then.outcome) if then.remedy is None or not then.live else f"{then.state}: {then.remedy}"
