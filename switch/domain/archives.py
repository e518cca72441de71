"""Archives: settled business dates past their term, one file each, and what is refused of what lies in one."""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from switch.domain.archive_errors import PaymentArchived
from switch.domain.identifiers import PaymentId
from switch.domain.values import value

FORMAT = "bill-payment-switch/archive@1"
ORIGIN = "bill-payment-switch/archive"
"""The name under which the notes of archives are signed."""
OWNER = "archive"
"""Where they lie in the drop of files."""


class Obstacle(StrEnum):
    """What keeps a business date, and those after it, in the hot tables."""

    WINDOWS = "windows"
    """Not all of its windows are settled."""
    LIVE_PAYMENTS = "live_payments"
    """Reserved or in doubt."""
    LIVE_REVERSALS = "live_reversals"
    STAND_INS = "stand_ins"
    """Their billers have not taken what was accepted in their place."""
    ADVICES = "advices"
    """Not acknowledged, or kept by their own rule of retention."""
    WEBHOOKS = "webhooks"
    """Kept by their own rule of retention."""
    BREAKS = "breaks"
    """Open."""
    DISPUTES = "disputes"
    """Not closed."""
    RERATINGS = "reratings"
    """Agreed on, and not carried out to their end."""
    PAYERS = "payers"
    """Payers' data are not erased yet, and no archive may hold any."""


class Step(StrEnum):
    """How far a date has come; each may be repeated."""

    PLANNED = "planned"
    WRITTEN = "written"
    RECORDED = "recorded"
    REMOVED = "removed"


class Obstructed(NamedTuple):
    obstacle: Obstacle
    rows: int


class ArchivedAt(NamedTuple):
    """Where a payment is that is not among the others any more."""

    payment_id: PaymentId
    bank: str
    business_date: date
    file: str | None
    """None while its file is still being written."""

    def refusal(self) -> PaymentArchived:
        return PaymentArchived(business_date=self.business_date.isoformat(), file=self.file or "–")


@value(frozen=True, slots=True)
class Archive:
    business_date: date
    name: str
    sha256: str
    size: int
    payments: int
    leaves: int
    recorded_at: datetime
    removed: int
    """Payments whose rows are out of the hot tables."""
    finished_at: datetime | None


def file_name(business_date: date) -> str:
    return f"archive-{business_date:%Y%m%d}.jsonl.gz"


def note_name(file: str) -> str:
    return f"{file}.note"


def note_text(file: str, business_date: date, sha256: str, payments: int) -> str:
    """What is signed beside the file."""
    return f"{ORIGIN}\n{business_date.isoformat()}\n{file}\n{sha256}\n{payments}\n"


def ranges_of(positions: Sequence[int]) -> str:
    """Sorted numbers as PostgreSQL writes a multirange: `{[1,4),[7,8)}`."""
    parts: list[str] = []
    start = end = None
    for position in positions:
        if position != end:
            if start is not None:
                parts.append(f"[{start},{end})")
            start = position
        end = position + 1
    if start is not None:
        parts.append(f"[{start},{end})")
    return "{" + ",".join(parts) + "}"
