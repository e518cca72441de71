"""Limits: how much of what a participant may ask of the switch, at one moment and in the course of time."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from switch.domain.identifiers import ParticipantCode

BURST_SECONDS = 10
"""Where nothing else is said, what was not used of so many seconds may be asked for at once."""


class Limited(StrEnum):
    """What is counted, each apart from the others: a storm of status calls takes nothing from payments."""

    PAYMENT = "payment"
    INQUIRY = "inquiry"
    STATUS = "status"
    """Looking at one's own payments and batches."""
    BATCH = "batch"
    UPLOAD = "upload"
    OTHER = "other"
    BYTES = "bytes"
    """Of the bodies of all requests."""
    AT_ONCE = "at_once"
    """Requests under way."""


@dataclass(frozen=True, slots=True)
class Limit:
    """So many at one moment; and of what was used up, so many a second come back (of what is counted at once: none by time)."""

    burst: int
    per_second: int

    @classmethod
    def of_rate(cls, per_second: int) -> "Limit":
        return cls(BURST_SECONDS * per_second, per_second)


@dataclass(frozen=True, slots=True)
class ParticipantLimit:
    """Said of one participant; without a limit the general one holds again."""

    participant: ParticipantCode
    what: Limited
    limit: Limit | None

    @property
    def limit_id(self) -> str:
        return f"{self.participant}:{self.what}"


Limits = Mapping[Limited, Limit]

GENERAL: Limits = MappingProxyType(
    {
        Limited.PAYMENT: Limit.of_rate(4_000),
        Limited.INQUIRY: Limit.of_rate(4_000),
        Limited.STATUS: Limit.of_rate(500),
        Limited.BATCH: Limit.of_rate(5),
        Limited.UPLOAD: Limit.of_rate(20),
        Limited.OTHER: Limit.of_rate(500),
        Limited.BYTES: Limit.of_rate(16 * 1024**2),
        Limited.AT_ONCE: Limit(2_000, 0),
    }
)
"""For whom nothing else is said. Payments: more than one machine can take, so that the lane, and not a number, is what holds them up."""
