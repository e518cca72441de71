"""Receipts: what the receiver of a file says of it, taken or refused with reasons; and when silence is chased."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from switch.domain.file_errors import FileTakenAlready, FileWasDifferent, RefusalReasonMissing
from switch.domain.statements import IssuedFile
from switch.domain.texts import require_plain

ACKNOWLEDGED_WITHIN = timedelta(hours=24)
"""After it was issued; then it is chased, and once more for each such time that goes by."""
MOST_CHASES = 7
MOST_REASONS = 20
NOTE_CHARACTERS = 200


class ReceiptOutcome(StrEnum):
    TAKEN = "taken"
    """Checked, loaded, agreed. It stands."""
    REFUSED = "refused"
    """With reasons; it may still be taken later."""


class ReceiptReason(StrEnum):
    """Why a file is refused."""

    UNREADABLE = "unreadable"
    CUT_OFF = "cut_off"
    CONTENT_CHANGED = "content_changed"
    """Its SHA-256 is not the one that was signed."""
    SIGNATURE_WRONG = "signature_wrong"
    CHAIN_BROKEN = "chain_broken"
    """Its sequence number or the digest of the file before."""
    TOTALS_DIFFER = "totals_differ"
    """The control totals are not what its lines give."""
    LINE_UNKNOWN = "line_unknown"
    """A payment that the receiver does not know."""
    LINE_DIFFERS = "line_differs"
    """A payment that the receiver knows otherwise."""
    MONEY_DIFFERS = "money_differs"
    """The net is not what came over the RTGS."""
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class RefusedFor:
    reason: ReceiptReason
    line: int | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class FileReceipt:
    file_id: str
    number: int
    """Counts the receipts of a file from 1."""
    outcome: ReceiptOutcome
    reasons: tuple[RefusedFor, ...]
    received_at: datetime
    by: str

    def says(self, outcome: ReceiptOutcome, reasons: Sequence[RefusedFor]) -> bool:
        return (self.outcome, self.reasons) == (outcome, tuple(reasons))


@dataclass(frozen=True, slots=True)
class FileCare:
    """What has become of a file since it was issued."""

    file: IssuedFile
    issued_at: datetime
    receipt: FileReceipt | None
    """The newest."""
    chased: int
    """How often its receiver was reminded."""

    @property
    def acknowledge_by(self) -> datetime:
        return self.issued_at + ACKNOWLEDGED_WITHIN

    def is_overdue(self, now: datetime) -> bool:
        return self.receipt is None and now > self.acknowledge_by


def receipt_for(
    file: IssuedFile,
    former: FileReceipt | None,
    outcome: ReceiptOutcome,
    sha256: str,
    reasons: Sequence[RefusedFor],
    at: datetime,
    by: str,
) -> FileReceipt:
    """The same said again is the receipt that stands.

    Raises FileTakenAlready where it was taken and is now refused, FileWasDifferent where another content was taken,
    RefusalReasonMissing, and TextForbidden.
    """
    if former is not None and former.says(outcome, reasons):
        return former
    if former is not None and former.outcome is ReceiptOutcome.TAKEN:
        raise FileTakenAlready(file=file.file_id)
    if outcome is ReceiptOutcome.TAKEN and sha256 != file.sha256:
        raise FileWasDifferent(file=file.file_id)
    if (outcome is ReceiptOutcome.REFUSED) != bool(reasons) or len(reasons) > MOST_REASONS:
        raise RefusalReasonMissing(most=MOST_REASONS)
    for reason in reasons:
        require_plain(reason.note or "", "note", NOTE_CHARACTERS)
    return FileReceipt(file.file_id, 1 if former is None else former.number + 1, outcome, tuple(reasons), at, by)
