"""The catalogue: what billers charge for, how a customer is named there, and what amounts may be paid."""

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import assert_never

from switch.domain.errors import AmountNotAllowed, CurrencyUnsupported, ReferenceMalformed, ServiceClosed
from switch.domain.identifiers import ParticipantCode, ServiceCode
from switch.domain.money import Money
from switch.domain.participants import Name
from switch.domain.stand_in import StandInRule

REFERENCE_CHARACTERS = 64
DECIDING_SECONDS = 10
"""Before a bank was promised to know: the worker looks every few seconds, and may have died a moment ago."""
SPARE_SECONDS = 5
"""Of a question to a biller, beyond its own deadlines."""
_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")


class Mode(StrEnum):
    """Who knows what is owed, and so who is asked when a payment is made."""

    ONLINE = "online"
    """The biller answers inquiries and payments itself."""
    UPLOADED = "uploaded"
    """The biller has uploaded its bills; the switch answers and sends an advice."""
    PREPAID = "prepaid"
    """No bill: the biller validates the customer reference, then takes the payment."""
    FEE = "fee"
    """No bill: a fixed public fee; the switch answers and sends an advice."""

    @property
    def asks_biller(self) -> bool:
        return self in (Mode.ONLINE, Mode.PREPAID)

    @property
    def has_bills(self) -> bool:
        return self in (Mode.ONLINE, Mode.UPLOADED)


class ReversalRule(StrEnum):
    """Whether a completed payment can be taken back, and who must agree."""

    NEVER = "never"
    ASKED = "asked"
    """The biller is asked, and may refuse."""
    TOLD = "told"
    """The switch agrees, and the biller gets an advice."""


class RefundRule(StrEnum):
    """How much of a payment can be taken back, where it can be taken back at all."""

    WHOLE = "whole"
    """All of it at once."""
    PARTS = "parts"
    """Part by part, too, up to the whole."""


class RefundFees(StrEnum):
    """What becomes of the fees where a part is taken back. The reversal that takes the rest gives back the rest of the fees."""

    KEPT = "kept"
    """A part gives back none."""
    SHARED = "shared"
    """A part gives back its share, rounded down."""


class OverdueRule(StrEnum):
    """What becomes of a payment or reversal still in doubt when its outcome should be certain: what its biller agreed to, never a guess."""

    STAFF = "staff"
    """Staff ask the biller by hand, and two people decide."""
    GIVE_BACK = "give_back"
    """It counts as not made: the biller books nothing, and takes nothing back, that it has not confirmed by then."""
    FORCE = "force"
    """It counts as made: the biller books whatever it was ordered, and takes back whatever it was asked to."""


class AmountRuleKind(StrEnum):
    EXACT = "exact"
    UP_TO = "up_to"
    AT_LEAST = "at_least"
    RANGE = "range"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class AmountRule:
    """What may be paid: exactly, at most or at least what is due; or between `minimum` and `maximum`; or anything."""

    kind: AmountRuleKind
    minimum: Money | None = None
    maximum: Money | None = None

    def require(self, amount: Money, due: Money | None) -> None:
        if due is not None and due.currency != amount.currency:
            raise CurrencyUnsupported(currency=amount.currency)
        if due is not None:
            self._require_against(amount, due)
        if self.minimum is not None and amount < self.minimum:
            raise _not_allowed("at least", "على الأقل", self.minimum)
        if self.maximum is not None and amount > self.maximum:
            raise _not_allowed("at most", "على الأكثر", self.maximum)

    def _require_against(self, amount: Money, due: Money) -> None:
        match self.kind:
            case AmountRuleKind.EXACT:
                if amount != due:
                    raise _not_allowed("exactly", "مساوياً لـ", due)
            case AmountRuleKind.UP_TO:
                if amount > due:
                    raise _not_allowed("at most", "على الأكثر", due)
            case AmountRuleKind.AT_LEAST:
                if amount < due:
                    raise _not_allowed("at least", "على الأقل", due)
            case AmountRuleKind.RANGE | AmountRuleKind.ANY:
                pass
            case _:
                assert_never(self.kind)


def _not_allowed(rule: str, rule_ar: str, amount: Money) -> AmountNotAllowed:
    return AmountNotAllowed(rule=rule, rule_ar=rule_ar, amount=amount.text(), currency=amount.currency)


@dataclass(frozen=True, slots=True)
class ReferenceRule:
    """How a customer is named: the label shown to the payer and the pattern that the whole reference must match."""

    label: Name
    pattern: str
    example: str

    def normalise(self, text: str) -> str:
        """The reference with Arabic-Indic digits as Latin ones; refuses what does not match."""
        reference = plain_reference(text)
        if len(reference) > REFERENCE_CHARACTERS or _compiled(self.pattern).fullmatch(reference) is None:
            raise ReferenceMalformed(label_en=self.label.en, label_ar=self.label.ar, pattern=self.pattern)
        return reference


def plain_reference(text: str) -> str:
    """A customer reference without blanks around it and with Latin digits; two spellings of one reference are one content."""
    return text.strip().translate(_DIGITS)


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.ASCII)


@dataclass(frozen=True)
class Service:
    code: ServiceCode
    biller: ParticipantCode
    name: Name
    mode: Mode
    reference: ReferenceRule
    rule: AmountRule
    currency: str
    fixed_amount: Money | None = None
    typical_amount: Money | None = None
    cycle: str | None = None
    open: bool = True
    answer_seconds: int = 5
    """How long the biller may take to answer, for an inquiry or a payment."""
    certain_seconds: int = 3600
    """Within how long the outcome of a payment in doubt is certain."""
    overdue: OverdueRule = OverdueRule.STAFF
    reversal: ReversalRule = ReversalRule.NEVER
    reversal_seconds: int = 86_400
    """How long after its completion a payment can be reversed."""
    refunds: RefundRule = RefundRule.WHOLE
    refund_fees: RefundFees = RefundFees.KEPT
    stand_in: StandInRule | None = None
    """How much the switch may accept in the biller's place while that is known to be out."""

    def require_open(self) -> None:
        if not self.open:
            raise ServiceClosed(service=self.code)

    @property
    def longest_question_seconds(self) -> int:
        """An enquiry and the same order once more, with something to spare."""
        return 2 * self.answer_seconds + SPARE_SECONDS

    def decided_at(self, certain_by: datetime) -> datetime | None:
        """When its rule decides what is still in doubt: so early that it is final by then. None where people decide."""
        if self.overdue is OverdueRule.STAFF:
            return None
        return certain_by - timedelta(seconds=max(0, min(DECIDING_SECONDS, self.certain_seconds - self.longest_question_seconds)))

    def digest(self) -> bytes:
        """SHA-256 of the whole definition, kept beside it: an edited service is found by it (I14)."""
        limits = [money and [money.minor, money.currency] for money in (self.rule.minimum, self.rule.maximum, self.fixed_amount)]
        content = (
            *(self.code, self.biller, self.name.ar, self.name.en, self.mode),
            *(self.reference.label.ar, self.reference.label.en, self.reference.pattern, self.reference.example),
            *(self.rule.kind, *limits, self.currency, self.typical_amount and self.typical_amount.minor, self.cycle),
            *(self.open, self.answer_seconds, self.certain_seconds, self.overdue, self.reversal, self.reversal_seconds),
            *(self.refunds, self.refund_fees),
            self.stand_in and [self.stand_in.limit.minor, self.stand_in.total.minor, self.stand_in.total.currency],
        )
        return hashlib.sha256(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()).digest()

    @cached_property
    def bill_rule(self) -> AmountRule:
        """The rule for an amount when nothing is presented: a fixed fee is exact, a prepaid amount is in its range."""
        if self.fixed_amount is not None:
            return AmountRule(AmountRuleKind.EXACT)
        return self.rule
