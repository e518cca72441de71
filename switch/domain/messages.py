"""Messages: what was said over the lines about a payment, as it was said; kept with it, as evidence.

A bank's signed order is kept once. Its digest, and that of the biller's answer that decided or contradicted, stand in the payment's
history, which is sealed: nobody can put another message in their place.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from switch.domain.values import value

DIGEST = "sha-256 "
"""Before the digest of a message, in the note of the change that it brought about."""
IN_BATCH = "batch "


@value(frozen=True, slots=True)
class OrderMessage:
    """What a bank sent. `content` is kept with the payment or reversal, `note` goes into its history."""

    note: str = ""
    content: bytes = b""


NOT_KEPT = OrderMessage()
"""Nothing came over a line: ordered within this process, as by tests and measurements."""


@value(frozen=True, slots=True)
class Exchange:
    """A question to a biller about a payment, and what came back: nothing that can be read where there is no answer."""

    what: str
    """`pay`, `enquire`, `reverse`; `advise` where the biller refused what was accepted in its place."""
    asked_at: datetime
    question: bytes
    answered_at: datetime | None = None
    answer: bytes = b""
    fault: str = ""
    """Why the answer was not believed, or that there was none."""


@dataclass(frozen=True, slots=True)
class Said:
    """One message in the story of a payment, without its content, which may name the payer."""

    at: datetime
    sender: str
    receiver: str
    what: str
    """`order`, `order in a batch`, `reversal`; of a biller's exchange `pay`, `enquire`, `reverse`, `advise` and their `answer to …`."""
    size: int
    sha256: str | None
    """None where no answer came."""
    note: str = ""


@dataclass(frozen=True, slots=True)
class KeptMessage:
    """One with its content, as a packet of evidence has it."""

    said: Said
    content: bytes


def own_message(content: bytes) -> OrderMessage:
    return OrderMessage(DIGEST + hashlib.sha256(content).hexdigest(), content)


def of_batch(batch_id: UUID) -> OrderMessage:
    """The message that handed in the batch is kept once, with the batch."""
    return OrderMessage(f"{IN_BATCH}{batch_id}")


def batch_in(note: str) -> UUID | None:
    return UUID(note.removeprefix(IN_BATCH)) if note.startswith(IN_BATCH) else None


def answer_note(heard: tuple[Exchange, ...]) -> str:
    """For the history, of the answer that decided."""
    return DIGEST + hashlib.sha256(heard[-1].answer).hexdigest() if heard and heard[-1].answer else ""
