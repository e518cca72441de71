"""An inquiry on the line: what a bank asks, and the presentment that it gets."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from switch.api.catalogue_views import AmountRuleView, rule_view
from switch.api.payment_views import ChannelText
from switch.api.shapes import Amount, BilingualName, Day, Moment, ParticipantText, ServiceText, Shape, Text
from switch.domain.bills import PresentedBill
from switch.domain.catalogue import AmountRuleKind, Mode
from switch.domain.money import Money
from switch.usecases.inquire_bill import Inquired, Offer


class InquiryIn(Shape):
    """What is owed under this customer reference."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"service_code": "200019011", "customer_reference": "1234567890", "channel": "mobile"}]}
    )

    service_code: ServiceText
    customer_reference: Annotated[Text, Field(examples=["1234567890"])]
    """Digits in Arabic or Latin form."""
    channel: ChannelText
    """Where the payer is: the fees may depend on it."""


class BillView(Shape):
    """One bill that is due."""

    bill_number: str
    due: Amount
    rule: AmountRuleKind
    """What may be paid, compared with what is due."""
    issued_on: Day | None
    due_on: Day | None
    description: BilingualName | None


class OfferView(Shape):
    """What may be paid now, and what the payer would be debited; for another amount that the rule allows, fees may differ."""

    bill: BillView | None
    """None for a service without bills."""
    amount: Amount
    payer_fee: Amount
    total: Amount
    """The amount and the fee that the payer bears."""


class PresentmentView(Shape):
    """Name `inquiry_id` in the payment: until it expires, the payment is bound to what was shown."""

    inquiry_id: UUID
    service_code: ServiceText
    biller_code: ParticipantText
    mode: Mode
    customer_reference: str
    """As the payment will carry it: digits in Latin form."""
    customer_name: str | None
    """As the biller shows it to a payer, where it does."""
    presented_at: Moment
    expires_at: Moment
    debit_when: Literal["COMPLETED"]
    """Debit the payer for good only when the payment is in this state."""
    rule: AmountRuleView
    """The service's own rule, where there is no bill."""
    offers: list[OfferView]
    """None where nothing is due, or where the payer chooses the amount (prepaid)."""


def presentment_view(inquired: Inquired) -> PresentmentView:
    inquiry, service = inquired.inquiry, inquired.service
    return PresentmentView.model_construct(
        inquiry_id=inquiry.inquiry_id,
        service_code=service.code,
        biller_code=service.biller,
        mode=service.mode,
        customer_reference=inquiry.customer_reference,
        customer_name=inquired.customer_name,
        presented_at=inquiry.presented_at,
        expires_at=inquiry.expires_at,
        debit_when="COMPLETED",
        rule=rule_view(service),
        offers=[_offer(offer) for offer in inquired.offers],
    )


def _offer(offer: Offer) -> OfferView:
    fee = Money(offer.fees.payer, offer.amount.currency)
    return OfferView.model_construct(
        bill=None if offer.bill is None else _bill(offer.bill),
        amount=Amount.of(offer.amount),
        payer_fee=Amount.of(fee),
        total=Amount.of(offer.amount + fee),
    )


def _bill(bill: PresentedBill) -> BillView:
    return BillView.model_construct(
        bill_number=bill.bill_number,
        due=Amount.of(bill.due),
        rule=bill.rule,
        issued_on=bill.issued_on,
        due_on=bill.due_on,
        description=None if bill.description is None else BilingualName.of(bill.description),
    )
