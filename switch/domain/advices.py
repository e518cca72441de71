"""Advices: facts that a biller must take, kept in the outbox until it has acknowledged them."""

from datetime import datetime
from enum import StrEnum

from switch.domain.identifiers import EventId, ParticipantCode, PaymentId, bucketed_id
from switch.domain.payments import Payment
from switch.domain.values import value


class AdviceKind(StrEnum):
    PAYMENT_COMPLETED = "payment.completed"


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
    request = payment.request
    return Advice(
        event_id=EventId(bucketed_id(payment.bucket, at)),
        biller=payment.biller,
        kind=AdviceKind.PAYMENT_COMPLETED,
        payment_id=payment.payment_id,
        content={
            "payment_id": str(payment.payment_id),
            "payment_reference": payment.reference,
            "bank_code": request.bank,
            "service_code": request.service,
            "customer_reference": request.customer_reference,
            "bill_number": request.bill_number,
            "amount": request.amount.text(),
            "currency": request.amount.currency,
            "channel": request.channel,
            "business_date": payment.business_date.isoformat() if payment.business_date else None,
            "completed_at": payment.concluded_at.isoformat() if payment.concluded_at else None,
        },
        created_at=at,
    )
