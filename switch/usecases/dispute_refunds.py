"""Refunds of disputes: what one would do to every account, and the reversal itself, within the transaction of what two people decided."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from switch.domain.catalogue import RefundFees
from switch.domain.dispute_terms import DisputeReason
from switch.domain.disputes import Dispute
from switch.domain.errors import PaymentUnknown
from switch.domain.identifiers import IdempotencyKey, ReversalId, bucketed_id
from switch.domain.ledger import payment_reversed
from switch.domain.money import Money
from switch.domain.payments import Payment
from switch.domain.proposals import Effect, Proposal
from switch.domain.reversal_errors import PaymentNotCompleted, RefundTooLarge
from switch.domain.reversals import ReversalReason, ReversalRequest, fees_back
from switch.ports import Clock
from switch.posting.repairs import RepairPosting
from switch.store import payments, reversals
from switch.store.database import Connection

_REASON: Mapping[DisputeReason, ReversalReason] = MappingProxyType(
    {
        DisputeReason.PAID_TWICE: ReversalReason.DUPLICATE,
        DisputeReason.WRONG_AMOUNT: ReversalReason.WRONG_AMOUNT,
        DisputeReason.WRONG_ACCOUNT: ReversalReason.WRONG_BILL,
        DisputeReason.NOT_AUTHORISED: ReversalReason.FRAUD,
    }
)


@dataclass(frozen=True, slots=True)
class DisputeRefunds:
    clock: Clock
    posting: RepairPosting

    async def effects(self, connection: Connection, dispute: Dispute, minor: int) -> tuple[Effect, ...]:
        """Raises PaymentNotCompleted, RefundTooLarge, NoOpenWindow."""
        payment, amount, now = await _payment(connection, dispute), Money(minor, dispute.currency), self.clock.now()
        if not payment.left.minor or payment.window_id is None:
            raise PaymentNotCompleted(state=payment.state)
        if amount > payment.left:
            raise RefundTooLarge(left=payment.left.text(), currency=payment.left.currency)
        window = await self.posting.window(connection, dispute.currency)
        earlier = await reversals.standing_of_payment(connection, payment.payment_id)
        fees = fees_back(payment, earlier, amount, RefundFees.SHARED)
        back = ReversalId(bucketed_id(payment.bucket, now))
        entry = payment_reversed(payment, back, amount, fees, window.window_id, window.business_date, now)
        sums = defaultdict[str, int](int)
        for leg in entry.postings:
            sums[leg.account] += leg.minor
        return tuple(Effect(account, total, dispute.currency) for account, total in sorted(sums.items()) if total)

    async def give_back(self, connection: Connection, dispute: Dispute, proposal: Proposal) -> str:
        """Under a key of the proposal's own, which no bank can know before. Raises what `reversals.asked` refuses."""
        amount = Money(dispute.agreed_minor or dispute.claimed_minor, dispute.currency)
        request = ReversalRequest(
            dispute.bank,
            IdempotencyKey(f"dispute-{proposal.proposal_id}"),
            dispute.payment_id,
            _REASON.get(dispute.reason, ReversalReason.OTHER),
            amount=amount,
        )
        return str(await self.posting.give_back(connection, request, self.clock.now(), proposal.people))


async def _payment(connection: Connection, dispute: Dispute) -> Payment:
    if (payment := (await payments.find(connection, [dispute.payment_id])).get(dispute.payment_id)) is None:
        raise PaymentUnknown()
    return payment
