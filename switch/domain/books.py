"""The books: a working copy of what a batch of commands has locked, and the changes that are to be written."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from switch.domain.adjustments import Adjustment
from switch.domain.advices import Advice
from switch.domain.archives import ArchivedAt
from switch.domain.bills import Bill, BillKey
from switch.domain.errors import Refusal
from switch.domain.identifiers import IdempotencyKey, ParticipantCode, PaymentId, ReversalId, ServiceCode, WindowId
from switch.domain.ledger import JournalEntry
from switch.domain.messages import Exchange
from switch.domain.outcomes import Reason
from switch.domain.payments import Payment, PaymentEvent
from switch.domain.positions import Position
from switch.domain.values import value


class KeyOf(NamedTuple):
    bank: ParticipantCode
    idempotency_key: IdempotencyKey


@value(frozen=True, slots=True)
class KeyRecord:
    """What a key stands for: a payment, a refusal, or a reversal."""

    request_digest: bytes
    payment_id: PaymentId | None
    refusal: Refusal | None
    reversal_id: ReversalId | None = None


class Move(NamedTuple):
    """A payment as it stands after a change of its state, and when that was."""

    payment: Payment
    at: datetime


class Declined(NamedTuple):
    """A biller's no to what would have changed a payment, or stands already, beside its state: a line of its history says so."""

    payment: Payment
    at: datetime
    reason: Reason
    response_code: str = ""
    reversal_id: ReversalId | None = None
    """The reversal that it has refused; None: the payment itself, which was accepted in its place."""


class OpenWindow(NamedTuple):
    window_id: WindowId
    business_date: date


@dataclass(slots=True)
class Books:
    """A working copy of everything that the batch has locked. A key without a record here is new and claimed by the batch."""

    keys: dict[KeyOf, KeyRecord] = field(default_factory=dict)
    payments: dict[PaymentId, Payment] = field(default_factory=dict)
    bills: dict[BillKey, Bill] = field(default_factory=dict)
    positions: dict[tuple[ParticipantCode, str], Position] = field(default_factory=dict)
    windows: dict[str, OpenWindow] = field(default_factory=dict)
    archived: dict[PaymentId, ArchivedAt] = field(default_factory=dict)
    """Of keys that were used before."""
    stand_ins: dict[ServiceCode, int] = field(default_factory=dict)
    """Minor units outstanding."""


@dataclass(slots=True)
class Changes:
    """What is to be written, in the order in which it was decided."""

    keys: dict[KeyOf, KeyRecord] = field(default_factory=dict)
    reserved: dict[PaymentId, Payment] = field(default_factory=dict)
    concluded: dict[PaymentId, Payment] = field(default_factory=dict)
    bills: dict[BillKey, Bill] = field(default_factory=dict)
    positions: dict[tuple[ParticipantCode, str], Position] = field(default_factory=dict)
    events: list[PaymentEvent] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)
    declined: list[Declined] = field(default_factory=list)
    entries: list[JournalEntry] = field(default_factory=list)
    adjustments: list[Adjustment] = field(default_factory=list)
    advices: list[Advice] = field(default_factory=list)
    stand_ins: dict[ServiceCode, int] = field(default_factory=dict)
    messages: dict[UUID, bytes] = field(default_factory=dict)
    """By the id of what each has ordered."""
    exchanges: list[tuple[PaymentId, Exchange]] = field(default_factory=list)
