"""Told: what goes over a line in one exchange about a payment, written down as it is said; whatever becomes of it afterwards."""

from dataclasses import dataclass
from datetime import datetime

from adapters.transports.connection import Answer
from switch.domain.messages import Exchange

KEPT_FIELDS = frozenset({b"content-type", b"content-digest", b"signature-input", b"signature"})
KEPT_ANSWER_BYTES = 16 * 1024
"""Of the content of an answer; longer ones are none of ours."""


@dataclass(slots=True)
class Told:
    what: str
    question: bytes = b""
    asked_at: datetime | None = None
    answer: bytes = b""
    answered_at: datetime | None = None

    def asks(self, question: bytes, at: datetime) -> None:
        self.question, self.asked_at, self.answer, self.answered_at = question, at, b"", None

    def hears(self, answer: Answer, at: datetime) -> None:
        fields = [name + b": " + value + b"\r\n" for name, value in answer.headers if name.lower() in KEPT_FIELDS]
        self.answer = b"".join([b"HTTP/1.1 %d\r\n" % answer.status, *fields, b"\r\n", answer.body[:KEPT_ANSWER_BYTES]])
        self.answered_at = at

    def exchange(self, fault: str = "") -> tuple[Exchange, ...]:
        """None where nothing was asked."""
        if self.asked_at is None:
            return ()
        return (Exchange(self.what, self.asked_at, self.question, self.answered_at, self.answer, fault),)
