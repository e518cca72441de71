"""A payment on the line: how it is ordered, and how it is shown to its bank."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Any
from uuid import UUID

from pydantic import ConfigDict, Field

from switch.api.shapes import Amount, Day, Moment, ParticipantText, ServiceText, Shape, Text, Uuid
from switch.domain.errors import Refusal
from switch.domain.identifiers import IdempotencyKey, InquiryId, ParticipantCode, ServiceCode
from switch.domain.outcomes import REASON_WORDS, Reason
from switch.domain.payments import Channel, Method, Payer, Payment, PaymentEvent, PaymentRequest, PaymentState

ChannelText = Annotated[Channel, Field(strict=False, examples=["mobile"])]
MethodText = Annotated[Method, Field(strict=False, examples=["account"])]


_EXAMPLE: dict[str, Any] = {
    "service_code": "200019011",
    "customer_reference": "1234567890",
    "amount": {"amount": "1250.00", "currency": "SYP"},
    "bank_reference": "FT26328ABC",
    "channel": "mobile",
    "method": "account",
    "inquiry_id": "019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071",
    "bill_number": "2026-11-0001",
}


class PayerIn(Shape):
    """Who pays, where the bank tells. Personal data: never logged, never shown again."""

    name: Annotated[Text | None, Field(examples=["ليلى حداد"])] = None
    phone: Annotated[str, Field(min_length=3, max_length=20, pattern=r"^\+?[0-9]+$", examples=["+963911000000"])] | None = None
    national_number: Annotated[str, Field(min_length=5, max_length=20, pattern=r"^[0-9]+$", examples=["01010010011"])] | None = None


class PaymentIn(Shape):
    """One order to pay."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    service_code: ServiceText
    customer_reference: Annotated[Text, Field(examples=["1234567890"])]
    """As it was inquired; digits in Arabic or Latin form."""
    amount: Amount
    bank_reference: Annotated[Text, Field(max_length=64, examples=["FT26328ABC"])]
    """The bank's own reference of this payment, for its reconciliation."""
    channel: ChannelText
    method: MethodText
    inquiry_id: Uuid | None = None
    """The inquiry whose presentment is being paid; needed where the biller answers on line."""
    bill_number: Annotated[Text, Field(max_length=64, examples=["2026-11-0001"])] | None = None
    """Which of the presented bills; left out for a service without bills."""
    payer: PayerIn | None = None

    def request(self, bank: ParticipantCode, key: IdempotencyKey) -> PaymentRequest:
        return PaymentRequest(
            bank=bank,
            idempotency_key=key,
            service=ServiceCode(self.service_code),
            customer_reference=self.customer_reference,
            amount=self.amount.money(),
            bank_reference=self.bank_reference,
            channel=self.channel,
            method=self.method,
            inquiry_id=None if self.inquiry_id is None else InquiryId(self.inquiry_id),
            bill_number=self.bill_number,
            payer=None if self.payer is None else Payer(self.payer.name, self.payer.phone, self.payer.national_number),
        )


class ReasonView(Shape):
    """Why the biller refused, in our words."""

    code: Reason
    en: str
    ar: str


class EventView(Shape):
    """One line of the payment's append-only history."""

    at: Moment
    from_state: PaymentState | None
    to_state: PaymentState


class PaymentView(Shape):
    """A payment as its bank sees it."""

    payment_id: UUID
    payment_reference: Annotated[str, Field(examples=["01K2ZQ8V4M0XG7TBC"])]
    """What a customer reads out; the last character is a check character."""
    state: PaymentState
    final: bool
    """Whether the outcome is certain. While it is not, ask again; do not pay anew."""
    bank_code: ParticipantText
    biller_code: ParticipantText
    service_code: ServiceText
    customer_reference: str | None
    """None where its time to be kept is over (docs/privacy.md)."""
    bill_number: str | None
    inquiry_id: UUID | None
    amount: Amount
    payer_fee: Amount
    total: Amount
    """What the payer is debited: the amount and the fee that the payer bears."""
    refunded: Amount
    """What of the amount was taken back. A payment is REVERSED when that is all of it."""
    stood_in: bool
    """Whether the switch has accepted it in its biller's place, because that was out; the biller is told when it is back."""
    bank_fee: Amount
    """The bank's own share of the fees."""
    bank_reference: str
    idempotency_key: str
    channel: Channel
    method: Method
    reserved_at: Moment
    certain_by: Moment | None
    """While the outcome is not certain: by when it will be."""
    concluded_at: Moment | None
    biller_reference: str | None
    reason: ReasonView | None
    business_date: Day | None
    window_id: Annotated[str | None, Field(examples=["SYP-20261124-01"])]
    history: list[EventView] | None = None
    """Only where one payment is asked for."""


class RefusalView(Shape):
    """An order that was refused before it became a payment; its key stays spent."""

    code: str
    detail: str
    detail_ar: str


class PaymentPage(Shape):
    """Newest first."""

    items: list[PaymentView]
    next_cursor: str | None
    refused: RefusalView | None = None
    """Where an idempotency key was asked for, and what stands under it is a refusal."""


def view(payment: Payment, history: Sequence[PaymentEvent] | None = None) -> PaymentView:
    request, fees, currency = payment.request, payment.fees, payment.request.amount.currency
    return PaymentView.model_construct(
        payment_id=payment.payment_id,
        payment_reference=payment.reference,
        state=payment.state,
        final=not payment.live,
        bank_code=request.bank,
        biller_code=payment.biller,
        service_code=request.service,
        customer_reference=None if payment.erased else request.customer_reference,
        bill_number=request.bill_number,
        inquiry_id=request.inquiry_id,
        amount=Amount.of(request.amount),
        payer_fee=Amount.minor(fees.payer, currency),
        total=Amount.minor(payment.hold_minor, currency),
        refunded=Amount.minor(payment.refunded, currency),
        stood_in=payment.stand_in is not None,
        bank_fee=Amount.minor(fees.bank, currency),
        bank_reference=request.bank_reference,
        idempotency_key=request.idempotency_key,
        channel=request.channel,
        method=request.method,
        reserved_at=payment.reserved_at,
        certain_by=payment.certain_by if payment.live else None,
        concluded_at=payment.concluded_at,
        biller_reference=payment.biller_reference,
        reason=None if payment.reason is None else reason_view(payment.reason),
        business_date=payment.business_date,
        window_id=payment.window_id,
        history=None if history is None else _history(history),
    )


def refusal_view(refusal: Refusal) -> RefusalView:
    return RefusalView(code=refusal.code, detail=refusal.detail("en"), detail_ar=refusal.detail("ar"))


def reason_view(reason: Reason) -> ReasonView:
    en, ar = REASON_WORDS[reason]
    return ReasonView(code=reason, en=en, ar=ar)


def _history(events: Iterable[PaymentEvent]) -> list[EventView]:
    """Late answers are notes on a final state: the bank sees moves only."""
    return [
        EventView(at=event.at, from_state=event.from_state, to_state=event.to_state)
        for event in events
        if event.from_state != event.to_state
    ]
