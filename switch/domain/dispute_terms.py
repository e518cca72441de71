"""Terms of disputes: the codes of complaints, who opens and who answers first, how long clocks run, and what silence means."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from switch.domain.calendar import Calendar, local_date, local_moment
from switch.domain.dispute_errors import DisputeTermRefused
from switch.domain.payments import PaymentState

LONGEST_CLOCK_HOURS = 2_000
LONGEST_OPEN_DAYS = 366


class Party(StrEnum):
    """With whom a dispute is, and who does something about it."""

    BANK = "bank"
    BILLER = "biller"
    SWITCH = "switch"
    CENTRAL_BANK = "central_bank"


class DisputeReason(StrEnum):
    NOT_POSTED = "not_posted"
    """Paid, and the biller still shows it as due."""
    POSTED_LATE = "posted_late"
    """The biller has posted it too late: a penalty, a service cut off."""
    PAID_TWICE = "paid_twice"
    WRONG_AMOUNT = "wrong_amount"
    WRONG_ACCOUNT = "wrong_account"
    """Paid for another customer than was meant."""
    SERVICE_NOT_GIVEN = "service_not_given"
    REFUND_NOT_RECEIVED = "refund_not_received"
    """The biller has promised the money back."""
    FEE_WRONG = "fee_wrong"
    NOT_AUTHORISED = "not_authorised"
    """The customer has not made this payment: fraud."""
    OUTCOME_UNKNOWN = "outcome_unknown"
    """The customer was debited, and the payment is in doubt or was rejected."""
    REVERSAL_WRONG = "reversal_wrong"
    """The bank has taken back what the customer has really paid, or owes."""


class Remedy(StrEnum):
    """What puts it right."""

    REFUND = "refund"
    """The payment, or a part of it, is taken back: a reversal, made by what makes reversals."""
    PUT_RIGHT = "put_right"
    """Whoever has it puts its own books or service right; no money moves at the switch."""
    ADJUSTED = "adjusted"
    """A fee is corrected: the repair of a break."""


class Silence(StrEnum):
    """What it means that a clock has run out: only what is written here."""

    ESCALATES = "escalates"
    ACCEPTS = "accepts"
    REJECTS = "rejects"
    CLOSES = "closes"
    """The answer stands."""


@dataclass(frozen=True, slots=True)
class DisputeRule:
    """What a code is, for good. Who answers first and how long that may take is a term, and changes."""

    opens: Party
    remedies: tuple[Remedy, ...]
    """Allowed outcomes; the first is the usual one."""
    states: frozenset[PaymentState]


_DONE = frozenset({PaymentState.COMPLETED, PaymentState.REVERSED})
_PAID = frozenset({PaymentState.COMPLETED})
_NOT_DONE = frozenset({PaymentState.RESERVED, PaymentState.IN_DOUBT, PaymentState.REJECTED})
_REFUND, _RIGHT, _ADJUSTED = Remedy.REFUND, Remedy.PUT_RIGHT, Remedy.ADJUSTED
RULES: Mapping[DisputeReason, DisputeRule] = MappingProxyType(
    {
        DisputeReason.NOT_POSTED: DisputeRule(Party.BANK, (_RIGHT, _REFUND), _PAID),
        DisputeReason.POSTED_LATE: DisputeRule(Party.BANK, (_RIGHT,), _PAID),
        DisputeReason.PAID_TWICE: DisputeRule(Party.BANK, (_REFUND, _RIGHT), _PAID),
        DisputeReason.WRONG_AMOUNT: DisputeRule(Party.BANK, (_REFUND, _RIGHT), _PAID),
        DisputeReason.WRONG_ACCOUNT: DisputeRule(Party.BANK, (_RIGHT, _REFUND), _PAID),
        DisputeReason.SERVICE_NOT_GIVEN: DisputeRule(Party.BANK, (_RIGHT, _REFUND), _PAID),
        DisputeReason.REFUND_NOT_RECEIVED: DisputeRule(Party.BANK, (_REFUND,), _PAID),
        DisputeReason.FEE_WRONG: DisputeRule(Party.BANK, (_ADJUSTED,), _DONE),
        DisputeReason.NOT_AUTHORISED: DisputeRule(Party.BANK, (_REFUND,), _PAID),
        DisputeReason.OUTCOME_UNKNOWN: DisputeRule(Party.BANK, (_RIGHT,), _NOT_DONE),
        DisputeReason.REVERSAL_WRONG: DisputeRule(Party.BILLER, (_RIGHT,), _DONE),
    }
)


@dataclass(frozen=True, slots=True)
class DisputeTerm:
    """In business hours: 24 are one business day, and none passes on a weekend or holiday."""

    reason: DisputeReason
    first: Party
    """Who must answer."""
    answer_hours: int
    answer_silence: Silence
    review_hours: int
    """For whoever has opened it, to say whether an answer will do."""
    review_silence: Silence
    decide_hours: int
    """For the central bank to decide, and for a remedy to arrive."""
    open_days: int
    """Since the payment, all days counted."""

    def __post_init__(self) -> None:
        hours = (self.answer_hours, self.review_hours, self.decide_hours)
        opens = RULES[self.reason].opens
        if (
            self.first in (opens, Party.CENTRAL_BANK)
            or not all(1 <= each <= LONGEST_CLOCK_HOURS for each in hours)
            or not 1 <= self.open_days <= LONGEST_OPEN_DAYS
            or self.answer_silence is Silence.CLOSES
            or self.review_silence not in (Silence.CLOSES, Silence.ESCALATES)
        ):
            raise DisputeTermRefused(most_hours=LONGEST_CLOCK_HOURS, most_days=LONGEST_OPEN_DAYS)

    def words(self) -> str:
        return (
            f"{self.first} answers in {self.answer_hours} h, silence {self.answer_silence}; review {self.review_hours} h,"
            f" silence {self.review_silence}; decision {self.decide_hours} h; within {self.open_days} days"
        )


def business_hours_after(calendar: Calendar, at: datetime, hours: int) -> datetime:
    """Hours pass on business dates only, from midnight to midnight in Damascus."""
    left = timedelta(hours=hours)
    while True:
        day = local_date(at)
        midnight = local_moment(day + timedelta(days=1))
        if calendar.is_business_date(day):
            if at + left <= midnight:
                return (at + left).astimezone(at.tzinfo)
            left -= midnight - at
        at = midnight.astimezone(at.tzinfo)
