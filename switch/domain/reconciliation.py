"""Reconciliation: three sides of each payment compared; where they differ stands a break, with a kind, an owner and an age."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from switch.domain.identifiers import ParticipantCode, PaymentId
from switch.domain.statements import Side

CARRY_FORWARD_DAYS = 7
"""How far before and after its business date a payment is looked for in a participant's other statements."""


class BreakKind(StrEnum):
    MISSING_AT_BANK = "missing_at_bank"
    MISSING_AT_BILLER = "missing_at_biller"
    MISSING_AT_SWITCH = "missing_at_switch"
    """Booked by a participant; the switch has no completed payment with this id."""
    AMOUNT_DIFFERS = "amount_differs"
    CURRENCY_DIFFERS = "currency_differs"
    DATE_DIFFERS = "date_differs"
    REFERENCE_DIFFERS = "reference_differs"
    """Booked under another counterparty, customer or reference than was paid."""
    STATUS_DIFFERS = "status_differs"
    """Booked as reversed where the switch has it completed, or the other way round; or booked though it was rejected."""
    DUPLICATE_AT_BANK = "duplicate_at_bank"
    DUPLICATE_AT_BILLER = "duplicate_at_biller"
    LATE_ANSWER = "late_answer"
    """A biller said otherwise after the payment was final."""
    RTGS_AMOUNT_DIFFERS = "rtgs_amount_differs"


class BreakState(StrEnum):
    OPEN = "open"
    MATCHED_LATER = "matched_later"
    """A newer statement agrees."""


@dataclass(frozen=True, slots=True)
class Break:
    """One disagreement. `theirs` and `ours` are what differs, as text; `minor` is the amount at stake, in minor units."""

    break_id: str
    kind: BreakKind
    side: Side
    participant: ParticipantCode
    """Whose statement differs, and who owns the break first."""
    business_date: date
    currency: str
    payment_id: PaymentId | None
    minor: int
    ours: str | None
    theirs: str | None
    state: BreakState
    opened_at: datetime
    ended_at: datetime | None = None

    def content_id(self) -> str:
        """What `break_id` must be: SHA-256, hexadecimal, of all that the disagreement is.

        So the same disagreement found again is the same break, and an edited one is found by its own id (I14).
        """
        content = (
            self.business_date.isoformat(),
            self.currency,
            self.side,
            self.participant,
            self.kind,
            str(self.payment_id or ""),
            str(self.minor),
            self.ours or "",
            self.theirs or "",
        )
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
