"""Receipts: a completed payment in one short line, signed, that can be checked without a network; short enough for a QR code."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from switch.domain.identifiers import ParticipantCode, ServiceCode
from switch.domain.payments import Payment, PaymentState
from switch.domain.proof_errors import ReceiptNotDue

VERSION = "BPR1"
"""Bill-payment receipt, first form. All of it is in the alphabet that a QR code packs tightest."""

_TIME = "%Y%m%dT%H%M%SZ"
_FORM = re.compile(
    rf"{VERSION}\*([0-9A-Z]{{17}})\*([0-9]{{6}})\*([0-9]{{9}})\*([0-9]{{1,18}}(?:\.[0-9]{{1,4}})?)\*([A-Z]{{3}})\*([0-9]{{8}}T[0-9]{{6}}Z)"
    r"\*([0-9A-F]{8})\*([A-Z2-7]{64,1024})",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was paid to whom and when; not by whom. The amount is the bill's or the ordered one, without the payer's fee."""

    payment_reference: str
    biller: ParticipantCode
    service: ServiceCode
    amount: str
    currency: str
    completed_at: datetime

    def line(self, key_id: str) -> str:
        """What is signed: the fields in this order, the key by its id."""
        completed = self.completed_at.astimezone(UTC).strftime(_TIME)
        return f"{VERSION}*{self.payment_reference}*{self.biller}*{self.service}*{self.amount}*{self.currency}*{completed}*{key_id}"


@dataclass(frozen=True, slots=True)
class ReadReceipt:
    receipt: Receipt
    key_id: str
    signature: str
    """In base 32, without padding."""


def receipt_of(payment: Payment) -> Receipt:
    """Raises ReceiptNotDue."""
    if payment.state is not PaymentState.COMPLETED or payment.concluded_at is None:
        raise ReceiptNotDue(state=payment.state)
    request = payment.request
    return Receipt(
        payment_reference=payment.reference,
        biller=payment.biller,
        service=request.service,
        amount=request.amount.text(),
        currency=request.amount.currency,
        completed_at=payment.concluded_at.replace(microsecond=0),
    )


def read_receipt(text: str) -> ReadReceipt | None:
    """None for what is not a receipt, whoever signed it. Blanks around it and small letters do no harm."""
    found = _FORM.fullmatch(text.strip().upper())
    if found is None:
        return None
    reference, biller, service, amount, currency, completed, key_id, signature = found.groups()
    try:
        completed_at = datetime.strptime(completed, _TIME).replace(tzinfo=UTC)
    except ValueError:
        return None
    return ReadReceipt(Receipt(reference, ParticipantCode(biller), ServiceCode(service), amount, currency, completed_at), key_id, signature)
