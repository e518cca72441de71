"""Statements: the settlement file of a biller and the statement of a bank for one settled window."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from switch.domain.identifiers import ParticipantCode, PaymentId, ServiceCode, WindowId

DEFAULT_LAYOUT = "csv-1"
"""Of whoever has chosen none."""


class FileKind(StrEnum):
    SETTLEMENT = "settlement"
    """To a biller: what was collected for it."""
    STATEMENT = "statement"
    """To a bank: what it owes for its payments."""


@dataclass(frozen=True, slots=True)
class FileLine:
    """One payment as it stands in a file. Minor units of the file's currency.

    `fee` is what the file's owner bears or earns: for a biller its own fee (subtracted), for a bank the payer's fee (added).
    `net` is what the line adds to the file's net: for a biller amount - fee, for a bank amount + fee - own share.
    """

    payment_id: PaymentId
    payment_reference: str
    counterparty: ParticipantCode
    """For a biller the payer bank, for a bank the biller."""
    service: ServiceCode
    customer_reference: str
    bill_number: str | None
    bank_reference: str
    biller_reference: str | None
    amount: int
    fee: int
    net: int
    completed_at: datetime


@dataclass(frozen=True, slots=True)
class FileHeader:
    """What stands in front of the lines. Sequence counts a participant's files of one kind without a gap, from 1."""

    kind: FileKind
    participant: ParticipantCode
    window_id: WindowId
    business_date: date
    currency: str
    sequence: int
    revision: int
    previous_sha256: str | None
    """Hexadecimal digest of the file with the sequence number before; None for the first."""
    rtgs_reference: str | None
    settled_at: datetime
    """Also when the file counts as made, so that a re-issue is byte-identical."""
    changes: tuple[str, ...] = ()
    """Of a revision: its reason, and what is different from the one before. And what defaults have changed of what the RTGS moved."""


@dataclass(frozen=True, slots=True)
class FileTotals:
    """The control totals of the trailer, in minor units."""

    lines: int
    amount: int
    fee: int
    net: int


@dataclass(frozen=True, slots=True)
class IssuedFile:
    """A file that was made: its bytes are found by `name` in the file drop, and proven by `sha256` (hexadecimal)."""

    file_id: str
    """Such as `200019-settlement-SYP-20261124-01-r0`; also the stem of its name."""
    name: str
    header: FileHeader
    totals: FileTotals
    layout: str
    size: int
    sha256: str


def file_id(participant: ParticipantCode, kind: FileKind, window: WindowId, revision: int) -> str:
    return f"{participant}-{kind}-{window}-r{revision}"
