"""Statements: the settlement file of a biller and the statement of a bank for one settled window, and those handed in."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from switch.domain.identifiers import ParticipantCode, PaymentId, ServiceCode, WindowId
from switch.domain.money import Money

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
    """Of a revision: its reason, and what is different from the one before."""


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


# --- handed in by participants, for reconciliation -------------------------------------------------------------------


class Side(StrEnum):
    BANK = "bank"
    BILLER = "biller"


@dataclass(frozen=True, slots=True)
class BookedLine:
    """One payment as a bank or biller has booked it. `minor` in minor units."""

    line: int
    """Its number in the statement, from 1."""
    payment_id: PaymentId
    own_reference: str
    """The reference of whoever wrote the statement: bank_reference or biller_reference."""
    counterparty: ParticipantCode
    """For a bank's statement the biller, for a biller's the payer bank."""
    customer_reference: str
    minor: int
    business_date: date
    reversed: bool = False


@dataclass(frozen=True, slots=True)
class BookedStatement:
    """All that one participant has booked for one business date and currency."""

    participant: ParticipantCode
    side: Side
    business_date: date
    currency: str
    lines: tuple[BookedLine, ...]
    sha256: str
    """Of the statement as it was handed in, hexadecimal."""


@dataclass(frozen=True, slots=True)
class ImportedStatement:
    """A statement as the switch has taken it in. For one participant, date and currency the highest revision counts."""

    statement_id: str
    """Such as `100010-SYP-20261124-r0`."""
    participant: ParticipantCode
    side: Side
    business_date: date
    currency: str
    lines: int
    total: Money
    """Of all lines, reversed ones too."""
    revision: int
    """From 0."""
    sha256: str
    received_at: datetime
    replayed: bool = False
    """These bytes had been taken in before, and nothing was done."""


def statement_id(participant: ParticipantCode, currency: str, business_date: date, revision: int) -> str:
    return f"{participant}-{currency}-{business_date:%Y%m%d}-r{revision}"
