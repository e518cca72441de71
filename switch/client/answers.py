"""What a call comes to: a document, a refusal in the switch's words, or the certainty that nothing is certain."""

from dataclasses import dataclass
from typing import Any

import orjson

from switch.client.calls import Answer, Document

REPLAYED = "idempotent-replayed"


class Refused(Exception):
    """The switch has said no; `problem` is its whole answer (RFC 9457)."""

    def __init__(self, problem: Document) -> None:
        super().__init__(f"{problem.get('code', 'unknown')}: {problem.get('detail', '')}")
        self.problem = problem

    @property
    def code(self) -> str:
        return str(self.problem.get("code", "unknown"))

    @property
    def status(self) -> int:
        return int(self.problem.get("status", 0))

    @property
    def retry(self) -> str:
        """`never`, `same_key`, `new_key` or `after_seconds`."""
        return str(self.problem.get("retry", "never"))

    @property
    def payment_id(self) -> str | None:
        """Where the refusal belongs to a payment that exists, because the biller has refused it."""
        return self.problem.get("payment_id")


class NotCertain(Exception):
    """No answer could be had. A payment with this key may stand or not: pay again with the same key, or ask for it by the key."""

    def __init__(self, why: str, key: str | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.key = key


@dataclass(frozen=True, slots=True)
class PaymentAnswer:
    """What the switch has acknowledged."""

    payment: Document
    replayed: bool
    """True where this payment stood under its key before."""

    @property
    def payment_id(self) -> str:
        return str(self.payment["payment_id"])

    @property
    def state(self) -> str:
        return str(self.payment["state"])

    @property
    def final(self) -> bool:
        """False while the outcome is not certain: debit the payer only when it is, and ask again."""
        return bool(self.payment["final"])


def document_of(answer: Answer) -> Document:
    """Raises Refused for a problem, and NotCertain for what is no document of the switch."""
    try:
        document: Any = orjson.loads(answer.content)
    except orjson.JSONDecodeError as error:
        raise NotCertain(f"status {answer.status} with a body that is not JSON") from error
    if not isinstance(document, dict):
        raise NotCertain(f"status {answer.status} with a body that is not an object")
    if answer.status >= 400:
        raise Refused(document)
    return document


def payment_answer(answer: Answer) -> PaymentAnswer:
    return PaymentAnswer(document_of(answer), answer.headers.get(REPLAYED) == "true")
