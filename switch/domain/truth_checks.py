"""The truth check: minutes after a payment its biller is asked again what is due; a bill that is still due opens a break."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from switch.domain.bills import Presentment
from switch.domain.booked_statements import Side
from switch.domain.catalogue import AmountRuleKind
from switch.domain.outcomes import Refused, Unknown
from switch.domain.payments import Payment
from switch.domain.reconciliation import Break, BreakKind, BreakState, Difference

AFTER_SECONDS = 300
"""A biller's own books may take a while."""
NO_LATER_THAN_SECONDS = 900
"""What was not checked by then (the switch was down) is not checked any more: reconciliation finds it."""
AGAIN_SECONDS = 1_800
"""Between two looks at a bill that was still due, or of which nothing was heard."""
MOST_LOOKS = 10
SAMPLE_OF_256 = 5
ALWAYS_FROM_MINOR = 50_000_000
"""Payments of this amount and more are all looked at; of the others a sample, by the chance in the last byte of the payment's id."""


class TruthFinding(StrEnum):
    SETTLED = "settled"
    """The bill is not due any more."""
    STILL_DUE = "still_due"
    UNKNOWN = "unknown"
    """The biller did not answer."""


@dataclass(frozen=True, slots=True)
class TruthCheck:
    payment: Payment
    looks: int
    finding: TruthFinding | None

    def looked(self, finding: TruthFinding) -> "TruthCheck":
        return replace(self, looks=self.looks + 1, finding=finding)

    @property
    def over(self) -> bool:
        return self.finding is TruthFinding.SETTLED or self.looks >= MOST_LOOKS


def finding_of(payment: Payment, shown: Presentment | Refused | Unknown) -> TruthFinding:
    """A bill that may be paid in parts is settled where less is due than before; a refusal says that nothing is due.

    Of a payment that was taken back in part or whole meanwhile the biller may well show its bill again.
    """
    if payment.refunded:
        return TruthFinding.SETTLED
    match shown:
        case Unknown():
            return TruthFinding.UNKNOWN
        case Refused():
            return TruthFinding.SETTLED
        case Presentment():
            bill = next((bill for bill in shown.bills if bill.bill_number == payment.request.bill_number), None)
            if bill is None or bill.rule is AmountRuleKind.UP_TO:
                return TruthFinding.SETTLED
            return TruthFinding.STILL_DUE


def still_due(payment: Payment, business_date: date, at: datetime) -> Break:
    """The biller's: it has said yes, and shows the bill as due."""
    request = payment.request
    found = Break(
        break_id="",
        kind=BreakKind.STILL_DUE,
        side=Side.BILLER,
        participant=payment.biller,
        business_date=business_date,
        currency=request.amount.currency,
        payment_id=payment.payment_id,
        minor=request.amount.minor,
        differences=(Difference("bill", "paid", "due"),),
        state=BreakState.OPEN,
        opened_at=at,
    )
    return replace(found, break_id=found.content_id())
