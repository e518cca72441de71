"""One call of the API as a value: what is sent, apart from how it travels."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Document = dict[str, Any]
"""A JSON object of the API, as its OpenAPI document describes it."""


@dataclass(frozen=True, slots=True)
class Call:
    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    content: bytes = b""
    content_type: str | None = None
    key: str | None = None
    """The idempotency key, of a payment only."""

    def headers(self) -> dict[str, str]:
        fields = {"Content-Type": self.content_type, "Idempotency-Key": self.key}
        return {name: value for name, value in fields.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Pause:
    """Wait so long before going on."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer whose signature is good."""

    status: int
    content: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Silence:
    """No answer that can be believed: not reached, cut off, too late, or not signed by the switch."""

    why: str
    sent: bool = True
    """False only where it is certain that nothing has reached the switch."""
