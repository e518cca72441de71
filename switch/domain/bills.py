"""Bills: what is due under a customer reference, and the claim of a payment on it."""

from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from switch.domain.catalogue import AmountRule, AmountRuleKind
from switch.domain.errors import BillAlreadyPaid, BillBeingPaid, BillChanged, BillWithdrawn
from switch.domain.identifiers import InquiryId, ParticipantCode, ServiceCode
from switch.domain.money import Money
from switch.domain.participants import Name
from switch.domain.pseudonyms import bill_seal, customer_pseudonym
from switch.domain.values import as_json, changed, value

_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)


class BillKey(NamedTuple):
    service: ServiceCode
    customer_reference: str
    bill_number: str


@value(frozen=True, slots=True)
class PresentedBill:
    """One amount due, as it is shown to the payer."""

    bill_number: str
    due: Money
    rule: AmountRuleKind
    issued_on: date | None = None
    due_on: date | None = None
    description: Name | None = None


@value(frozen=True, slots=True)
class Presentment:
    """The answer to an inquiry: zero or more bills; for a service without bills, none and the rule of the service."""

    bills: tuple[PresentedBill, ...]
    customer_name: str | None = None


@value(frozen=True, slots=True)
class Inquiry:
    """A presentment that was given to a bank; it binds a payment until it expires."""

    inquiry_id: InquiryId
    bank: ParticipantCode
    service: ServiceCode
    customer_reference: str
    presentment: Presentment
    presented_at: datetime
    expires_at: datetime

    def bill(self, bill_number: str | None) -> PresentedBill | None:
        return next((bill for bill in self.presentment.bills if bill.bill_number == bill_number), None)


@value(frozen=True, slots=True)
class Bill:
    """A bill as the switch keeps it. Minor units: `held` by live payments not yet certain, `paid` by completed ones."""

    key: BillKey
    amount: Money
    rule: AmountRuleKind
    uploaded: bool
    held: int = 0
    paid: int = 0
    withdrawn: bool = False
    issued_on: date | None = None
    due_on: date | None = None
    description: Name | None = None
    changed_at: datetime | None = None
    """When a payment last changed what is paid; a presentment from before does not bind any more."""

    def digest(self) -> bytes:
        """Keyed, of what the biller said, kept beside it: an edited bill is found by it (I14)."""
        return self.digest_of(customer_pseudonym(self.key.customer_reference))

    def digest_of(self, customer: str) -> bytes:
        """The customer is in it by its pseudonym."""
        key = (self.key.service, customer, self.key.bill_number)
        changed_at = None if self.changed_at is None else (self.changed_at - _EPOCH) // _MICROSECOND
        said = None if self.description is None else (self.description.ar, self.description.en)
        content = (
            *key, self.amount.minor, self.amount.currency, self.rule, self.uploaded, self.withdrawn, str(self.issued_on), str(self.due_on),
            said, changed_at,
        )  # fmt: skip
        return bill_seal(as_json(content))

    @property
    def remaining(self) -> Money:
        return Money(max(self.amount.minor - self.paid - self.held, 0), self.amount.currency)

    @property
    def in_parts(self) -> bool:
        return self.rule is AmountRuleKind.UP_TO

    @property
    def payable(self) -> bool:
        return not self.withdrawn and (self.remaining.minor > 0 if self.in_parts else not (self.paid or self.held))

    def presented(self) -> PresentedBill:
        return PresentedBill(self.key.bill_number, self.remaining, self.rule, self.issued_on, self.due_on, self.description)

    def refreshed(self, shown: PresentedBill, presented_at: datetime) -> "Bill":
        """The bill with what the biller says is due now; a presentment older than the last change is refused."""
        if self.held:
            raise BillBeingPaid()
        if self.changed_at is not None and presented_at <= self.changed_at:
            raise BillAlreadyPaid() if self.paid and not self.in_parts else BillChanged()
        if self.paid and not self.in_parts:
            return self
        return changed(self, amount=Money(self.paid + shown.due.minor, shown.due.currency), rule=shown.rule)

    def claim(self, amount: Money) -> "Bill":
        """Held for one payment; refuses what would pay it twice or, where parts are allowed, beyond its amount (I7)."""
        if self.withdrawn:
            raise BillWithdrawn()
        if not self.in_parts and self.paid:
            raise BillAlreadyPaid()
        if not self.in_parts and self.held:
            raise BillBeingPaid()
        if self.in_parts and amount.minor > self.remaining.minor and self.held:
            raise BillBeingPaid()
        if self.in_parts and not self.remaining.minor:
            raise BillAlreadyPaid()
        AmountRule(self.rule).require(amount, self.remaining)
        return changed(self, held=self.held + amount.minor)

    def settle(self, amount: Money, at: datetime) -> "Bill":
        return changed(self, held=self.held - amount.minor, paid=self.paid + amount.minor, changed_at=at)

    def reopened(self, amount: Money, at: datetime) -> "Bill":
        """Its payment was reversed as a whole: it is due again."""
        return changed(self, paid=self.paid - amount.minor, changed_at=at)

    def release(self, amount: Money) -> "Bill":
        return changed(self, held=self.held - amount.minor)
