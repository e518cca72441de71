"""What a client sends: an order to pay, a line of a bill upload. Amounts are decimal digits as text, with their currency."""

from dataclasses import dataclass

from switch.client.calls import Document


@dataclass(frozen=True, slots=True)
class PaymentOrder:
    service_code: str
    customer_reference: str
    amount: str
    currency: str
    bank_reference: str
    channel: str = "mobile"
    method: str = "account"
    inquiry_id: str | None = None
    bill_number: str | None = None
    payer: Document | None = None

    def document(self) -> Document:
        more = {"inquiry_id": self.inquiry_id, "bill_number": self.bill_number, "payer": self.payer}
        return {
            "service_code": self.service_code,
            "customer_reference": self.customer_reference,
            "amount": {"amount": self.amount, "currency": self.currency},
            "bank_reference": self.bank_reference,
            "channel": self.channel,
            "method": self.method,
            **{name: value for name, value in more.items() if value is not None},
        }


@dataclass(frozen=True, slots=True)
class BillLine:
    """One bill to put (new or in place of what was uploaded) or to withdraw."""

    service_code: str
    customer_reference: str
    bill_number: str
    action: str = "put"
    amount: str | None = None
    currency: str = "SYP"
    rule: str | None = None
    issued_on: str | None = None
    due_on: str | None = None
    description_ar: str | None = None
    description_en: str | None = None

    def document(self) -> Document:
        described = self.description_ar is not None and self.description_en is not None
        more = {
            "due": None if self.amount is None else {"amount": self.amount, "currency": self.currency},
            "rule": self.rule,
            "issued_on": self.issued_on,
            "due_on": self.due_on,
            "description": {"ar": self.description_ar, "en": self.description_en} if described else None,
        }
        return {
            "action": self.action,
            "service_code": self.service_code,
            "customer_reference": self.customer_reference,
            "bill_number": self.bill_number,
            **{name: value for name, value in more.items() if value is not None},
        }
