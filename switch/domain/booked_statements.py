"""Booked statements: what a bank or biller has booked for one business date, as it hands it in for reconciliation."""

import hashlib
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from switch.domain.identifiers import ParticipantCode, PaymentId
from switch.domain.money import Money
from switch.domain.statement_mapping import StatementMapping

MADE_UP_VERSION = 8
"""UUID version (RFC 9562, 5.8) of the id of a line whose payment is not known; those of payments are of version 7."""


class Side(StrEnum):
    BANK = "bank"
    BILLER = "biller"


@dataclass(frozen=True, slots=True)
class StatementHead:
    """Whose books, and of which day."""

    participant: ParticipantCode
    side: Side
    business_date: date
    currency: str


@dataclass(frozen=True, slots=True)
class StatementAsked:
    """What is known of a statement beside its bytes: who hands it in, and what that participant's layout leaves out."""

    participant: ParticipantCode
    side: Side
    business_date: date | None = None
    """Where the file does not say it."""
    mapping: StatementMapping | None = None
    sums: bool = False
    """Each line stands for many payments, so it need not name one."""


@dataclass(frozen=True, slots=True)
class BookedLine:
    """One payment as a bank or biller has booked it. `minor` in minor units."""

    line: int
    """Its number in the statement, from 1."""
    payment_id: PaymentId | None
    """None where the layout does not carry it; then it is found by the references."""
    own_reference: str | None
    """The reference of whoever wrote the statement: bank_reference or biller_reference."""
    counterparty: ParticipantCode | None
    """For a bank's statement the biller, for a biller's the payer bank; None where the layout does not say."""
    customer_reference: str | None
    minor: int
    business_date: date
    reversed: bool = False
    fee: int | None = None
    """Minor units: for a bank the payer's fee, for a biller its own. None where the statement carries none."""
    currency: str | None = None
    """None where it is the statement's."""
    payment_reference: str | None = None
    """Plain, where the layout carries it."""
    service: str | None = None
    """National code of the service, where a line is a sum of its payments."""


@dataclass(frozen=True, slots=True)
class BookedStatement:
    """A statement that is read: its head now, its lines as they are asked for. Iterating raises FileMalformed."""

    head: StatementHead
    lines: Iterable[BookedLine]


@dataclass(frozen=True, slots=True)
class PlainStatement:
    """A statement so plainly written that the database can take its rows as they are; they are looked at when they are there.

    Each block holds whole rows, cells between commas, nothing quoted: line, payment id, own reference, counterparty, customer
    reference, amount, business date, and t or f for reversed or not.
    """

    head: StatementHead
    lines: int
    total: Money
    blocks: Iterator[bytes]
    """Raises NotPlain where one turns out not to be; then nothing may be kept of it."""


class NotPlain(Exception):
    """To be read row by row, with every fault named."""


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
    fees: Money
    revision: int
    """From 0."""
    layout: str
    sha256: str
    """Of the file, hexadecimal."""
    received_at: datetime
    grouping: str | None = None
    """What each line is a sum of; None: each is one payment."""
    replayed: bool = False
    """These bytes had been taken in before, and nothing was done."""


def statement_id(participant: ParticipantCode, currency: str, business_date: date, revision: int) -> str:
    return f"{participant}-{currency}-{business_date:%Y%m%d}-r{revision}"


def statement_key(at: datetime) -> int:
    """What its lines are kept under: small, about in the order of time, and never twice the same."""
    return int(at.timestamp() * 1000) << 20 | secrets.randbits(20)


def made_up_payment_id(key: int, line: int) -> PaymentId:
    """For a line that names no payment of the switch: the same line always gets the same, and no payment ever has it."""
    number = int.from_bytes(hashlib.sha256(f"{key}/{line}".encode()).digest()[:16])
    number = number & ~(0xF << 76) & ~(0x3 << 62) | MADE_UP_VERSION << 76 | 0x2 << 62
    return PaymentId(UUID(int=number))
