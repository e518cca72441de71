"""Advices: facts that a biller must take, kept in the outbox until it has acknowledged them."""

from datetime import date, datetime
from enum import StrEnum

from switch.domain.identifiers import EventId, ParticipantCode, PaymentId, ReversalId, bucketed_id
from switch.domain.money import Money
from switch.domain.payments import Payment
from switch.domain.values import value


class AdviceKind(StrEnum):
    PAYMENT_COMPLETED = "payment.completed"
    PAYMENT_REFUNDED = "payment.refunded"
    """A part of it was taken back."""
    PAYMENT_REVERSED = "payment.reversed"


@value(frozen=True, slots=True)
class Advice:
    event_id: EventId
    biller: ParticipantCode
    kind: AdviceKind
    payment_id: PaymentId
    content: dict[str, str | None]
    created_at: datetime


def payment_advice(payment: Payment, at: datetime) -> Advice:
    """What a biller needs to post a completed payment."""
    content = {
        **_named(payment),
        "business_date": payment.business_date.isoformat() if payment.business_date else None,
        "completed_at": payment.concluded_at.isoformat() if payment.concluded_at else None,
    }
    return _advice(AdviceKind.PAYMENT_COMPLETED, payment, content, at)


def reversal_advice(reversal_id: ReversalId, payment: Payment, amount: Money, business_date: date, at: datetime) -> Advice:
    """What a biller needs to take a booking, or this much of it, back. `business_date` is that of the reversal."""
    part = amount != payment.request.amount
    content = {
        **_named(payment),
        "reversal_id": str(reversal_id),
        "business_date": business_date.isoformat(),
        "reversed_at": at.isoformat(),
    }
    if part:
        content["refunded"] = amount.text()
    return _advice(AdviceKind.PAYMENT_REFUNDED if part else AdviceKind.PAYMENT_REVERSED, payment, content, at)


def _named(payment: Payment) -> dict[str, str | None]:
    request = payment.request
    return {
        "payment_id": str(payment.payment_id),
        "payment_reference": payment.reference,
        "bank_code": request.bank,
        "service_code": request.service,
        "customer_reference": request.customer_reference,
        "bill_number": request.bill_number,
        "amount": request.amount.text(),
        "currency": request.amount.currency,
        "channel": request.channel,
    }


def _advice(kind: AdviceKind, payment: Payment, content: dict[str, str | None], at: datetime) -> Advice:
    return Advice(
        event_id=EventId(bucketed_id(payment.bucket, at)),
        biller=payment.biller,
        kind=kind,
        payment_id=payment.payment_id,
        content=content,
        created_at=at,
    )
