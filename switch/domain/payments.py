"""A payment: one order to pay, its states and the one table of their transitions."""

import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from switch.domain.fees import Fees
from switch.domain.identifiers import (
    IdempotencyKey,
    InquiryId,
    ParticipantCode,
    PaymentId,
    ServiceCode,
    WindowId,
    bucket_of,
    payment_reference,
)
from switch.domain.masks import masked
from switch.domain.money import Money
from switch.domain.outcomes import Accepted, Reason, Refused
from switch.domain.pseudonyms import customer_pseudonym, payer_pseudonym
from switch.domain.stand_in import StandInState
from switch.domain.values import as_json, changed, value


class PaymentState(StrEnum):
    RESERVED = "RESERVED"
    IN_DOUBT = "IN_DOUBT"
    COMPLETED = "COMPLETED"
    REJECTED = "REJECTED"
    REVERSED = "REVERSED"


TRANSITIONS: Mapping[PaymentState, frozenset[PaymentState]] = MappingProxyType(
    {
        PaymentState.RESERVED: frozenset({PaymentState.COMPLETED, PaymentState.REJECTED, PaymentState.IN_DOUBT}),
        PaymentState.IN_DOUBT: frozenset({PaymentState.COMPLETED, PaymentState.REJECTED}),
        PaymentState.COMPLETED: frozenset({PaymentState.REVERSED}),
        PaymentState.REJECTED: frozenset(),
        PaymentState.REVERSED: frozenset(),
    }
)
LIVE = frozenset({PaymentState.RESERVED, PaymentState.IN_DOUBT})
"""Not yet certain: the hold stands and the resolver is on it."""


class Channel(StrEnum):
    BRANCH = "branch"
    ATM = "atm"
    INTERNET = "internet"
    MOBILE = "mobile"
    USSD = "ussd"
    AGENT = "agent"
    KIOSK = "kiosk"
    POS = "pos"


class Method(StrEnum):
    ACCOUNT = "account"
    CARD = "card"
    CASH = "cash"
    WALLET = "wallet"


@value(frozen=True, slots=True)
class Payer:
    """Who pays, where the bank tells. Personal data."""

    name: str | None = None
    phone: str | None = None
    national_number: str | None = None


@value(frozen=True, slots=True)
class PaymentRequest:
    """What a bank ordered, with content already checked for form."""

    bank: ParticipantCode
    idempotency_key: IdempotencyKey
    service: ServiceCode
    customer_reference: str
    amount: Money
    bank_reference: str
    channel: Channel
    method: Method
    inquiry_id: InquiryId | None = None
    bill_number: str | None = None
    payer: Payer | None = None

    def digest(self) -> bytes:
        """SHA-256 of the content: the same key with another digest is a conflict, and an edited payment is found by it (I1)."""
        payer = self.payer or Payer()
        return self.digest_of(customer_pseudonym(self.customer_reference), payer_pseudonym(payer.name, payer.phone, payer.national_number))

    def digest_of(self, customer: str, payer: str) -> bytes:
        """Personal data is in it by its pseudonyms: nobody can guess it from the digest, and it stays good when they are erased."""
        content = (
            self.bank,
            self.idempotency_key,
            self.service,
            customer,
            self.amount.minor,
            self.amount.currency,
            self.bank_reference,
            self.channel,
            self.method,
            str(self.inquiry_id or ""),
            self.bill_number,
            payer,
        )
        return hashlib.sha256(as_json(content).encode()).digest()


@value(frozen=True, slots=True)
class Payment:
    """`certain_by` is when the outcome is certain at the latest; `next_attempt_at` when the resolver asks (again)."""

    payment_id: PaymentId
    request: PaymentRequest
    request_digest: bytes
    biller: ParticipantCode
    fees: Fees
    tariff_id: str | None
    state: PaymentState
    reserved_at: datetime
    certain_by: datetime
    next_attempt_at: datetime
    attempts: int = 0
    reason: Reason | None = None
    response_code: str | None = None
    biller_reference: str | None = None
    window_id: WindowId | None = None
    business_date: date | None = None
    """While it is live: that of the window that was open when it was reserved, as the biller is told."""
    concluded_at: datetime | None = None
    events: int = 0
    """How many lines its history has."""
    erased: bool = False
    """Whether who paid, and for which customer, is not known any more (docs/privacy.md)."""
    refunded: int = 0
    """Minor units of its amount that were taken back, by `refunds` reversals; it is REVERSED when that is all of it."""
    refunds: int = 0
    stand_in: StandInState | None = None
    """Where it was accepted in its biller's place."""

    @property
    def bucket(self) -> int:
        return bucket_of(self.payment_id)

    @property
    def reference(self) -> str:
        return payment_reference(self.payment_id)

    @property
    def hold_minor(self) -> int:
        """What the payment takes under the cap: the amount and the fee that the payer bears."""
        return self.request.amount.minor + self.fees.payer

    def masked(self) -> "Payment":
        """As staff see it, who look at a payer only with a reason."""
        return changed(self, request=changed(self.request, customer_reference=masked(self.request.customer_reference), payer=None))

    @property
    def left(self) -> Money:
        """What of the amount was not taken back."""
        return Money(self.request.amount.minor - self.refunded, self.request.amount.currency)

    @property
    def live(self) -> bool:
        return self.state in LIVE

    def completed(self, outcome: Accepted, window_id: WindowId, business_date: date, at: datetime) -> "Payment":
        return self._moved(
            PaymentState.COMPLETED,
            biller_reference=outcome.biller_reference or None,
            window_id=window_id,
            business_date=business_date,
            concluded_at=at,
        )

    def rejected(self, outcome: Refused, at: datetime) -> "Payment":
        return self._moved(PaymentState.REJECTED, reason=outcome.reason, response_code=outcome.response_code or None, concluded_at=at)

    def in_doubt(self, next_attempt_at: datetime) -> "Payment":
        """Still not known: asked once more without an answer."""
        if self.state is PaymentState.IN_DOUBT:
            return changed(self, attempts=self.attempts + 1, next_attempt_at=next_attempt_at)
        return self._moved(PaymentState.IN_DOUBT, attempts=self.attempts + 1, next_attempt_at=next_attempt_at)

    def taken_back(self, minor: int) -> "Payment":
        """Reversed where nothing is left; else it stays completed, with less of it."""
        refunded = self.refunded + minor
        if not 0 < minor <= self.left.minor:
            raise ValueError(f"payment {self.payment_id} cannot give {minor} back, {self.left} are left")
        if refunded == self.request.amount.minor:
            return self._moved(PaymentState.REVERSED, refunded=refunded, refunds=self.refunds + 1)
        return changed(self.noted(), refunded=refunded, refunds=self.refunds + 1)

    def noted(self) -> "Payment":
        """With one more line in its history, in the same state."""
        return changed(self, events=self.events + 1)

    def _moved(self, state: PaymentState, **changes: Any) -> "Payment":
        """Each move is a line of its history."""
        if state not in TRANSITIONS[self.state]:
            raise ValueError(f"no transition from {self.state} to {state}")
        return changed(self, state=state, events=self.events + 1, **changes)


@value(frozen=True, slots=True)
class PaymentEvent:
    """One line of a payment's append-only history; numbered from 1."""

    payment_id: PaymentId
    number: int
    at: datetime
    from_state: PaymentState | None
    to_state: PaymentState
    by: str
    note: str = ""
