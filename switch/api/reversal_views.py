"""A reversal on the line: how it is asked for, and how it is shown to its bank."""

from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from switch.api.payment_views import ReasonView, reason_view
from switch.api.shapes import Amount, Day, Moment, Shape, Text
from switch.domain.identifiers import IdempotencyKey, ParticipantCode, PaymentId
from switch.domain.payments import Payment, PaymentState
from switch.domain.reversals import Reversal, ReversalReason, ReversalRequest, ReversalState

ReversalReasonText = Annotated[ReversalReason, Field(strict=False, examples=["customer_request"])]


class ReversalIn(Shape):
    """A completed payment is taken back, its fees too; or a part of it, where its service allows that (`refunds`)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"reason": "customer_request", "bank_reference": "RV26328ABC"},
                {"reason": "wrong_amount", "amount": {"amount": "250.00", "currency": "SYP"}},
            ]
        }
    )

    reason: ReversalReasonText
    amount: Amount | None = None
    """How much of the payment's amount; left out, all that is left of it."""
    bank_reference: Annotated[Text, Field(max_length=64, examples=["RV26328ABC"])] | None = None
    """The bank's own reference of this reversal."""

    def request(self, bank: ParticipantCode, key: IdempotencyKey, payment_id: UUID) -> ReversalRequest:
        part = None if self.amount is None else self.amount.money()
        return ReversalRequest(bank, key, PaymentId(payment_id), self.reason, self.bank_reference, part)


class ReversalView(Shape):
    """A reversal as its bank sees it."""

    reversal_id: UUID
    payment_id: UUID
    state: ReversalState
    """AGREED: give the payer the money back. ASKED, IN_DOUBT: not certain yet. REFUSED: the payment stands."""
    final: bool
    payment_state: PaymentState
    amount: Amount
    """What is taken back of the payment's amount."""
    payer_fee: Amount
    """What of the fee goes with it."""
    total: Amount
    """What the payer gets back: the amount and the fee that the payer bore."""
    reason: ReversalReason
    bank_reference: str | None
    idempotency_key: str
    asked_at: Moment
    certain_by: Moment | None
    """While the outcome is not certain: by when it will be."""
    concluded_at: Moment | None
    biller_reference: str | None
    refused_because: ReasonView | None
    business_date: Day | None
    """Of the window in which it counts."""
    window_id: Annotated[str | None, Field(examples=["SYP-20261124-01"])]


class ReversalList(Shape):
    """In the order in which they were asked for."""

    items: list[ReversalView]


def reversal_view(reversal: Reversal, payment: Payment) -> ReversalView:
    request, currency = reversal.request, reversal.amount.currency
    return ReversalView(
        reversal_id=reversal.reversal_id,
        payment_id=request.payment_id,
        state=reversal.state,
        final=not reversal.live,
        payment_state=payment.state,
        amount=Amount.of(reversal.amount),
        payer_fee=Amount.minor(reversal.fees.payer, currency),
        total=Amount.minor(reversal.given_back_minor, currency),
        reason=request.reason,
        bank_reference=request.bank_reference,
        idempotency_key=request.idempotency_key,
        asked_at=reversal.asked_at,
        certain_by=reversal.certain_by if reversal.live else None,
        concluded_at=reversal.concluded_at,
        biller_reference=reversal.biller_reference,
        refused_because=None if reversal.refused_because is None else reason_view(reversal.refused_because),
        business_date=reversal.business_date,
        window_id=reversal.window_id,
    )
