"""The break of a payment that was accepted in its biller's place, and that the biller refused when it was back."""

from dataclasses import replace
from datetime import datetime

from switch.domain.booked_statements import Side
from switch.domain.outcomes import Reason
from switch.domain.payments import Payment
from switch.domain.reconciliation import Break, BreakKind, BreakState, Difference


def stand_in_refused(payment: Payment, because: Reason, at: datetime) -> Break:
    """The biller's and the bank's to settle; it ends when the payment was taken back. Money is untouched."""
    assert payment.business_date is not None
    found = Break(
        break_id="",
        kind=BreakKind.STAND_IN_REFUSED,
        side=Side.BILLER,
        participant=payment.biller,
        business_date=payment.business_date,
        currency=payment.request.amount.currency,
        payment_id=payment.payment_id,
        minor=payment.request.amount.minor,
        differences=(Difference("advice", "stood in for", because),),
        state=BreakState.OPEN,
        opened_at=at,
    )
    return replace(found, break_id=found.content_id())
