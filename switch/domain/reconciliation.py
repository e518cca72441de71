"""Reconciliation: three sides of each payment compared; where they differ stands a break, with a kind, an owner and an age."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from switch.domain.booked_statements import Side
from switch.domain.identifiers import ParticipantCode, PaymentId
from switch.domain.statement_errors import MatchingRuleRefused

CARRY_FORWARD_DAYS = 7
MOST_CARRY_FORWARD_DAYS = 31


class BreakKind(StrEnum):
    MISSING_AT_BANK = "missing_at_bank"
    MISSING_AT_BILLER = "missing_at_biller"
    MISSING_AT_SWITCH = "missing_at_switch"
    """Booked by a participant; the switch has no completed payment with this id."""
    NOT_ADVISED = "not_advised"
    """Missing at the biller, and the biller has not acknowledged the advice: it may not know of it yet."""
    AMOUNT_DIFFERS = "amount_differs"
    FEE_DIFFERS = "fee_differs"
    CURRENCY_DIFFERS = "currency_differs"
    DATE_DIFFERS = "date_differs"
    REFERENCE_DIFFERS = "reference_differs"
    """Booked under another counterparty, customer or reference than was paid."""
    STATUS_DIFFERS = "status_differs"
    """Booked as reversed where the switch has it completed, or the other way round; or booked though it was rejected."""
    DUPLICATE_AT_BANK = "duplicate_at_bank"
    DUPLICATE_AT_BILLER = "duplicate_at_biller"
    SUM_DIFFERS = "sum_differs"
    """One line stands for many payments, and is not their sum."""
    LATE_ANSWER = "late_answer"
    """A biller said otherwise after the payment was final."""
    STILL_DUE = "still_due"
    """Completed here, and minutes later its biller still showed the bill as due."""
    STAND_IN_REFUSED = "stand_in_refused"
    """Accepted here in the biller's place, and the biller refused it afterwards."""
    RTGS_AMOUNT_DIFFERS = "rtgs_amount_differs"
    RTGS_REFERENCE_DIFFERS = "rtgs_reference_differs"
    MISSING_AT_RTGS = "missing_at_rtgs"
    """Settled for the switch, and the statement of the RTGS does not have it."""
    RTGS_NOT_OURS = "rtgs_not_ours"
    """The RTGS has moved money that the switch does not know of."""
    DUPLICATE_AT_RTGS = "duplicate_at_rtgs"


class BreakSide(StrEnum):
    """Whose books differ from the switch's."""

    BANK = "bank"
    BILLER = "biller"
    RTGS = "rtgs"


class BreakState(StrEnum):
    """Open, or how it has ended."""

    OPEN = "open"
    MATCHED_LATER = "matched_later"
    """A newer statement agrees."""
    REPAIRED = "repaired"
    """By an adjusting entry; or what was done about it has made the books agree."""
    ACCEPTED = "accepted"
    """Two people let both books stand as they are."""
    WRITTEN_OFF = "written_off"
    REJECTED = "rejected"
    """It is none, with the reason."""
    CLOSED_BY_RULE = "closed_by_rule"


class BreakStage(StrEnum):
    """How far work on an open break is."""

    NEW = "new"
    IN_WORK = "in_work"
    REPAIRING = "repairing"
    """What can be done was done; it ends when the next reconciliation does not find it any more."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One field, side by side; None where a side does not have it."""

    field: str
    ours: str | None
    theirs: str | None


@dataclass(frozen=True, slots=True)
class Break:
    """One disagreement; `minor` is the amount at stake, in minor units."""

    break_id: str
    kind: BreakKind
    side: BreakSide | Side
    participant: ParticipantCode
    """Whose statement differs."""
    business_date: date
    currency: str
    payment_id: PaymentId | None
    """None where a line names no payment."""
    minor: int
    differences: tuple[Difference, ...]
    state: BreakState
    opened_at: datetime
    ended_at: datetime | None = None
    stage: BreakStage = BreakStage.NEW
    owner: ParticipantCode | None = None
    """Who acts next; None: the switch's own staff."""
    person: str | None = None
    """Of the owner's people, where one has taken it."""
    deadline: datetime | None = None
    decided: bool = False
    """Ended by people or by a rule: found again, it stays ended."""
    events: int = 0
    """How many lines its history has."""

    @property
    def ours(self) -> str | None:
        """What the switch has of the fields that differ, in words."""
        return _words((each.field, each.ours) for each in self.differences)

    @property
    def theirs(self) -> str | None:
        return _words((each.field, each.theirs) for each in self.differences)

    def content_id(self) -> str:
        """What `break_id` must be: SHA-256, hexadecimal, of all that the disagreement is.

        So the same disagreement found again is the same break, and an edited one is found by its own id (I14).
        """
        content = [
            *(self.business_date.isoformat(), self.currency, self.side, self.participant, self.kind, str(self.payment_id or "")),
            str(self.minor),
            *(part or "" for each in self.differences for part in (each.field, each.ours, each.theirs)),
        ]
        return hashlib.sha256("\x1f".join(content).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class SideResult:
    """How one participant's statement compares with the switch for one business date."""

    participant: ParticipantCode
    side: Side
    business_date: date
    currency: str
    statement_received: bool
    matched: int
    breaks: int
    unreconciled_minor: int
    """The sum at stake in open breaks; a payment that differs in several ways counts once, with the most."""
    breaks_by_kind: Mapping[BreakKind, int] = field(default_factory=dict)
    """Open breaks only; kinds without any are left out."""


class Grouping(StrEnum):
    """What the payments have in common that one line of a statement stands for."""

    DAY = "day"
    """All of a business date are one sum."""
    COUNTERPARTY = "counterparty"
    SERVICE = "service"
    OWN_REFERENCE = "own_reference"
    """A batch: all that carry one bank_reference, or one biller_reference."""


@dataclass(frozen=True, slots=True)
class MatchingRule:
    """How strictly one participant's lines are compared. Who has none of its own has this one."""

    carry_forward_days: int = CARRY_FORWARD_DAYS
    """How far before and after its business date a payment is looked for in the participant's other statements."""
    tolerance_minor: int = 0
    """An amount that is off by no more than this agrees."""
    grouping: Grouping | None = None
    """Each line is a sum; None: each is one payment."""

    def __post_init__(self) -> None:
        if not 0 <= self.carry_forward_days <= MOST_CARRY_FORWARD_DAYS:
            raise MatchingRuleRefused(most=MOST_CARRY_FORWARD_DAYS)
        if self.tolerance_minor < 0:
            raise MatchingRuleRefused(most=MOST_CARRY_FORWARD_DAYS)


def _words(fields: Iterable[tuple[str, str | None]]) -> str | None:
    said = [(name, value) for name, value in fields if value is not None]
    if len(said) == 1:
        return said[0][1]
    return "; ".join(f"{name} {value}" for name, value in said) or None
