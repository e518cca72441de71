"""Settle a doubt: what staff have heard from a biller by hand about a payment past its deadline, made final by two people."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from switch.domain.admission import Conclude
from switch.domain.errors import PaymentUnknown
from switch.domain.identifiers import PaymentId
from switch.domain.ledger import payment_completed
from switch.domain.outcomes import Accepted, Outcome, Reason, Refused
from switch.domain.proposals import Effect, Foreseen, PaymentNotOverdue, Proposal, ProposalKind
from switch.domain.texts import require_plain
from switch.ports import Clock
from switch.posting.lane import PostingLane
from switch.store import open_window, payments
from switch.store.database import Database

BILLER_REFERENCE = "biller_reference"
REFERENCE_CHARACTERS = 64


@dataclass(frozen=True, slots=True)
class SettleDoubt:
    """For both kinds of decision about a payment."""

    clock: Clock
    database: Database
    lane: PostingLane
    kind: ProposalKind

    async def foresee(self, subject: str, content: Mapping[str, str]) -> Foreseen:
        """What it would do. Raises PaymentUnknown; PaymentNotOverdue where it is for the switch to find out, or final already."""
        require_plain(content.get(BILLER_REFERENCE, ""), BILLER_REFERENCE, REFERENCE_CHARACTERS)
        async with self.database.transaction() as connection:
            payment = (await payments.find(connection, [_id(subject)])).get(_id(subject))
            if payment is None:
                raise PaymentUnknown()
            if not payment.live or self.clock.now() < payment.certain_by:
                raise PaymentNotOverdue(state=payment.state, certain_by=f"{payment.certain_by:%Y-%m-%dT%H:%M:%SZ}")
            windows = await open_window.share(connection, [payment.request.amount.currency])
        currency = payment.request.amount.currency
        if self.kind is ProposalKind.GIVE_BACK_PAYMENT:
            return Foreseen((Effect(f"hold:{payment.request.bank}", -payment.hold_minor, currency),))
        window = windows[currency]
        entry = payment_completed(payment, window.window_id, window.business_date, self.clock.now())
        return Foreseen(
            (
                Effect(f"hold:{payment.request.bank}", -payment.hold_minor, currency),
                *(Effect(posting.account, posting.minor, posting.currency) for posting in entry.postings),
            )
        )

    async def carry_out(self, proposal: Proposal) -> None:
        """Once or many times: what is final by now stays so, and a contradiction becomes a line of its history."""
        now = self.clock.now()
        await self.lane.submit(Conclude(_id(proposal.subject), self._outcome(proposal), now, proposal.people, now))

    def _outcome(self, proposal: Proposal) -> Outcome:
        if self.kind is ProposalKind.FORCE_PAYMENT:
            return Accepted(proposal.content.get(BILLER_REFERENCE, ""))
        return Refused(Reason.NOT_CONFIRMED)


def _id(subject: str) -> PaymentId:
    try:
        return PaymentId(UUID(subject))
    except ValueError:
        raise PaymentUnknown() from None
