"""Re-rating: a tariff that was wrong is corrected for a past period; what each payment has paid too much or too little is adjusted.

Payments, their entries and their windows stay as they are: the difference is an adjusting entry in the window that is open then.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from switch.domain.catalogue import RefundFees
from switch.domain.errors import Refusal
from switch.domain.fees import NO_FEES, Fees, Tariff, applicable
from switch.domain.identifiers import ParticipantCode, PaymentId, ServiceCode, WindowId
from switch.domain.money import Money
from switch.domain.proposals import ProposalId
from switch.domain.values import value

LONGEST_DAYS = 366
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")


class ReratingWrong(Refusal):
    code = "rerating_wrong"
    en = "The re-rating is none: {why}."
    ar = "إعادة احتساب الرسوم غير صحيحة: {why_ar}."


class ReratingTooEarly(Refusal):
    code = "rerating_too_early"
    en = "The window {window} of {day} is still open: only days whose windows are all closed are re-rated."
    ar = "نافذة يوم {day} ({window}) ما زالت مفتوحة: لا يُعاد احتساب إلا أيام أُقفلت كل نوافذها."


class ReratingTaken(Refusal):
    code = "rerating_taken"
    en = "There is a re-rating {rerating} already."
    ar = "توجد إعادة احتساب بالاسم {rerating}."


class ReratingUnknown(Refusal):
    code = "rerating_unknown"
    en = "There is no re-rating {rerating}."
    ar = "لا توجد إعادة احتساب بالاسم {rerating}."


@value(frozen=True, slots=True)
class FeeChange:
    """What is charged more (positive) or less than before, in minor units. `payer + biller` is the sum of the rest."""

    payer: int = 0
    biller: int = 0
    switch: int = 0
    bank: int = 0
    central_bank: int = 0
    tax: int = 0

    @property
    def nothing(self) -> bool:
        return self == NO_CHANGE


NO_CHANGE = FeeChange()


@value(frozen=True, slots=True)
class Charged:
    """A payment of the period, and all that was charged for it until now: its own fees, less what was given back, and adjustments."""

    payment_id: PaymentId
    bank: ParticipantCode
    biller: ParticipantCode
    service: ServiceCode
    channel: str
    amount: Money
    refunded: int
    accepted_on: date
    fees: FeeChange


@dataclass(frozen=True, slots=True)
class Rerating:
    rerating_id: str
    since: date
    until: date
    """Business dates of the payments, both included."""
    lines: tuple[Tariff, ...]
    """What should have been in force: each from its own day, in place of the published line at the same place."""
    document: str
    proposal_id: ProposalId
    by: str
    approved_at: datetime
    after: tuple[WindowId, PaymentId] | None = None
    """Up to this payment it is carried out."""
    payments: int = 0
    adjusted: int = 0
    waits: str | None = None
    """Whose cap has no room for what it has to pay more."""
    finished_at: datetime | None = None

    def digest(self) -> bytes:
        """SHA-256 of what two people have agreed on (I14)."""
        content = (self.rerating_id, self.since.isoformat(), self.until.isoformat(), self.document, str(self.proposal_id), self.by)
        return hashlib.sha256(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()).digest()


@dataclass(slots=True)
class Corrected:
    """The tariff as it should have been."""

    lines: tuple[Tariff, ...]
    refund_fees: Mapping[ServiceCode, RefundFees]
    _known: dict[tuple[ServiceCode, str], list[Tariff]] = field(default_factory=dict)

    def change(self, its: Charged) -> FeeChange:
        """What is still to be charged; nothing where the payment has paid what it should have."""
        due = self.fees(its)
        was = its.fees
        return FeeChange(
            due.payer - was.payer,
            due.biller - was.biller,
            due.switch - was.switch,
            due.bank - was.bank,
            due.central_bank - was.central_bank,
            due.tax - was.tax,
        )

    def fees(self, its: Charged) -> Fees:
        """For what is left of the payment: of one that was taken back whole no fee is kept, of a part by the rule of its service."""
        if its.refunded >= its.amount.minor:
            return NO_FEES
        key = its.service, its.channel
        if key not in self._known:
            self._known[key] = [line for line in self.lines if line.service in (None, key[0]) and line.channel in (None, key[1])]
        line = applicable(self._known[key], its.service, its.channel, its.amount, its.accepted_on)
        whole = NO_FEES if line is None else line.charge(its.amount)
        if not its.refunded or self.refund_fees.get(its.service) is RefundFees.KEPT:
            return whole
        return whole.less(whole.part(whole.total * its.refunded // its.amount.minor))


def require_rerating(name: str, since: date, until: date, lines: Sequence[Tariff]) -> None:
    """Raises ReratingWrong."""
    if _NAME.fullmatch(name) is None:
        raise ReratingWrong(why="its name is of 1 to 40 letters, digits, dots, dashes", why_ar="اسمها من 1 إلى 40 محرفاً لاتينياً")
    if not 0 <= (until - since).days < LONGEST_DAYS:
        raise ReratingWrong(why=f"it is for 1 to {LONGEST_DAYS} days", why_ar=f"مدتها من يوم إلى {LONGEST_DAYS} يوماً")
    if not lines:
        raise ReratingWrong(why="no line of the tariff is corrected", why_ar="لا بند مصحَّحاً فيها")
