"""Payment batches: many orders handed in together; each line is a payment of its own, under a key of its own.

What became of a line is what stands under its key, and is kept nowhere else: so a line may be worked on any number of times.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

from switch.domain.books import KeyRecord
from switch.domain.catalogue import plain_reference
from switch.domain.errors import IdempotencyKeyConflict, Refusal
from switch.domain.identifiers import IdempotencyKey, ParticipantCode
from switch.domain.payments import Payment, PaymentRequest

BatchId = NewType("BatchId", UUID)


class LineState(StrEnum):
    """`waiting`: not looked at yet. Otherwise refused, or the state of its payment."""

    WAITING = "WAITING"
    REFUSED = "REFUSED"
    RESERVED = "RESERVED"
    IN_DOUBT = "IN_DOUBT"
    COMPLETED = "COMPLETED"
    REJECTED = "REJECTED"
    REVERSED = "REVERSED"


@dataclass(frozen=True, slots=True)
class PaymentBatch:
    batch_id: BatchId
    bank: ParticipantCode
    batch_reference: str
    digest: bytes
    """Keyed, of the SHA-256 of the lines as they were sent: the same reference with another digest is a conflict."""
    lines: int
    received_at: datetime
    done_at: datetime | None = None
    """When the last line got its answer; payments among them may still be in doubt."""


@dataclass(frozen=True, slots=True)
class SpokenRefusal:
    """A refusal as it was said when the line was read: it belongs to no key, so it is kept in words."""

    code: str
    en: str
    ar: str

    @staticmethod
    def of(refusal: Refusal) -> "SpokenRefusal":
        return SpokenRefusal(refusal.code, refusal.detail("en"), refusal.detail("ar"))


@dataclass(frozen=True, slots=True)
class OrderedLine:
    """A line that can be read: an order under its key. Counted from 1."""

    number: int
    request: PaymentRequest
    request_digest: bytes


@dataclass(frozen=True, slots=True)
class RefusedLine:
    """A line that cannot be read, or whose key stands in an earlier line with other content: no key is spent on it."""

    number: int
    key: str | None
    refusal: SpokenRefusal


BatchLine = OrderedLine | RefusedLine


class Unreadable(Exception):
    """A line that is no order; `key` where at least that could be read."""

    def __init__(self, refusal: Refusal, key: str | None) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal
        self.key = key


def numbered_lines(read: Iterable[PaymentRequest | Unreadable]) -> list[BatchLine]:
    """Each on its own. The first line with a key has it; a later one with the same content is the same payment."""
    lines: list[BatchLine] = []
    first: dict[IdempotencyKey, bytes] = {}
    for number, order in enumerate(read, start=1):
        if isinstance(order, Unreadable):
            lines.append(RefusedLine(number, order.key, SpokenRefusal.of(order.refusal)))
            continue
        request = replace(order, customer_reference=plain_reference(order.customer_reference))
        digest = request.digest()
        if first.setdefault(request.idempotency_key, digest) != digest:
            lines.append(RefusedLine(number, request.idempotency_key, SpokenRefusal.of(IdempotencyKeyConflict())))
        else:
            lines.append(OrderedLine(number, request, digest))
    return lines


@dataclass(frozen=True, slots=True)
class LineAnswer:
    """What became of one line: nothing yet, a refusal, or a payment as it stands now."""

    number: int
    key: str | None
    answer: Payment | SpokenRefusal | None

    @property
    def state(self) -> LineState:
        match self.answer:
            case None:
                return LineState.WAITING
            case SpokenRefusal():
                return LineState.REFUSED
            case Payment(state=state):
                return LineState(state)


def answer_under_key(line: OrderedLine, record: KeyRecord | None, payment: Payment | None) -> LineAnswer:
    """The key may have been used before, by a single payment or in another batch: with this content it is the same order."""
    answer: Payment | SpokenRefusal | None = payment
    if record is not None and record.request_digest != line.request_digest:
        answer = SpokenRefusal.of(IdempotencyKeyConflict())
    elif record is not None and record.refusal is not None:
        answer = SpokenRefusal.of(record.refusal)
    return LineAnswer(line.number, line.request.idempotency_key, answer)
