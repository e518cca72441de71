"""Disputes: a coded complaint about one payment, with whom it is and until when, and a history that only grows.

A dispute never posts anything: what moves money is a reversal or the repair of a break, which ends it when it lands.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from switch.domain import dispute_errors as errors
from switch.domain.dispute_terms import RULES, DisputeReason, DisputeTerm, Party, Remedy
from switch.domain.identifiers import DisputeId, IdempotencyKey, ParticipantCode, PaymentId
from switch.domain.payments import Payment
from switch.domain.texts import require_plain

TEXT_CHARACTERS = 1_000
CONTACT_CHARACTERS = 200
MOST_OF_PAYMENT = 10
MOST_EVENTS = 200
MOST_HAND_OVERS = 6
MOST_EXTENSION_HOURS = 480
DUE_SOON_SECONDS = 4 * 3600


class DisputeState(StrEnum):
    OPEN = "open"
    """Whoever has it is to answer."""
    ACCEPTED = "accepted"
    """What was agreed is on its way; or, where nothing moves at the switch, whoever opened it says whether it is so."""
    REJECTED = "rejected"
    """Whoever opened it leaves it at that, or escalates it."""
    ESCALATED = "escalated"
    """The central bank decides."""
    UPHELD = "upheld"
    """Decided for whoever opened it; what was decided is on its way."""
    CLOSED = "closed"


class DisputeOutcome(StrEnum):
    REFUNDED = "refunded"
    PUT_RIGHT = "put_right"
    ADJUSTED = "adjusted"
    REJECTED = "rejected"
    """The answer stands."""
    DISMISSED = "dismissed"
    """The central bank has decided against whoever opened it."""
    WITHDRAWN = "withdrawn"


class DisputeEventKind(StrEnum):
    OPENED = "opened"
    COMMENTED = "commented"
    ATTACHED = "attached"
    HANDED_OVER = "handed_over"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    ESCALATED = "escalated"
    UPHELD = "upheld"
    DISMISSED = "dismissed"
    EXTENDED = "extended"
    LINKED = "linked"
    REFUND_ASKED = "refund_asked"
    """Two people have had the payment taken back for it."""
    DUE_SOON = "due_soon"
    OVERDUE = "overdue"
    """A clock ran out. What that means follows by the term, or nothing does."""
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who does something: the side on which they are, and their name in the history."""

    party: Party
    by: str


@dataclass(frozen=True, slots=True)
class DisputeOrder:
    """What is complained of, under a key of whoever complains."""

    opener: ParticipantCode
    idempotency_key: IdempotencyKey
    payment_id: PaymentId
    reason: DisputeReason
    text: str
    contact: str = ""
    claimed_minor: int | None = None
    """None: all that the reason can be about."""

    def digest(self) -> bytes:
        content = (self.opener, self.idempotency_key, str(self.payment_id), self.reason, self.text, self.contact, self.claimed_minor)
        return hashlib.sha256(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()).digest()


@dataclass(frozen=True, slots=True)
class Dispute:
    dispute_id: DisputeId
    payment_id: PaymentId
    bank: ParticipantCode
    biller: ParticipantCode
    idempotency_key: IdempotencyKey
    reason: DisputeReason
    currency: str
    claimed_minor: int
    opened_at: datetime
    term: DisputeTerm
    """The one that counted when it was opened."""
    state: DisputeState
    holder: Party | None
    """Who acts next; None where it is closed."""
    deadline: datetime | None
    remedy: Remedy | None = None
    agreed_minor: int | None = None
    outcome: DisputeOutcome | None = None
    reversal_id: str | None = None
    break_id: str | None = None
    hand_overs: int = 0
    late: bool = False
    """A clock has run out in it."""
    told: int = 0
    """Of the clock that runs: 1 that it ends soon, 2 that it has run out."""
    ended_at: datetime | None = None
    events: int = 1

    @property
    def opener(self) -> Party:
        return RULES[self.reason].opens

    @property
    def opener_code(self) -> ParticipantCode:
        return self.bank if self.opener is Party.BANK else self.biller

    @property
    def other(self) -> Party:
        """The other of the payment's two."""
        return Party.BILLER if self.opener is Party.BANK else Party.BANK

    @property
    def live(self) -> bool:
        return self.state is not DisputeState.CLOSED

    def side_of(self, code: ParticipantCode) -> Party:
        """Of one of its two. Raises DisputeUnknown for anybody else."""
        if code == self.bank:
            return Party.BANK
        if code == self.biller:
            return Party.BILLER
        raise errors.DisputeUnknown()

    def due_soon(self, at: datetime) -> bool:
        return self.deadline is not None and not self.told and self.deadline - timedelta(seconds=DUE_SOON_SECONDS) <= at


@dataclass(frozen=True, slots=True)
class DisputeEvent:
    """One line of a dispute's history, numbered from 1. What people wrote is personal data."""

    dispute_id: DisputeId
    number: int
    at: datetime
    by: str
    """`staff:…`, a participant's code, or `switch`."""
    kind: DisputeEventKind
    note: str | None = ""
    """None where it was erased."""
    contact: str | None = ""
    facts: Mapping[str, str] | None = None
    proposal_id: str | None = None


@dataclass(frozen=True, slots=True)
class DisputeAttachment:
    dispute_id: DisputeId
    sha256: str
    name: str
    media_type: str
    size: int
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class DisputeHistory:
    dispute: Dispute
    events: tuple[DisputeEvent, ...]
    attachments: tuple[DisputeAttachment, ...]

    def masked(self) -> "DisputeHistory":
        """Without the contact of whoever complains."""
        return replace(self, events=tuple(replace(event, contact="…" if event.contact else event.contact) for event in self.events))


def most_claimed(reason: DisputeReason, payment: Payment) -> int:
    """In minor units: a wrong fee is about what the payer bore of it, all else about the payment."""
    return payment.fees.payer if reason is DisputeReason.FEE_WRONG else payment.request.amount.minor


def given_text(text: str, most: int = TEXT_CHARACTERS) -> str:
    """Raises DisputeTextMissing, TextForbidden."""
    if not 0 < len(text.strip()) <= most:
        raise errors.DisputeTextMissing(most=most)
    for line in text.splitlines():
        require_plain(line, "text", most)
    return text.strip()
