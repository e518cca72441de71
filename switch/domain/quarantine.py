"""Quarantine: a statement that was wrong is kept as it came, with everything that is wrong with it; nothing of it is taken in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from switch.domain.identifiers import ParticipantCode
from switch.domain.statement_faults import MOST_FAULTS, Fault

MOST_KEPT_BYTES = 64 << 20
"""Of a larger file only the report is kept."""


@dataclass(frozen=True, slots=True)
class QuarantinedStatement:
    quarantine_id: str
    """Such as `100010-3f2a…`: the same bytes are the same entry."""
    participant: ParticipantCode
    layout: str
    """As which it was read."""
    size: int
    sha256: str
    received_at: datetime
    faults: Sequence[Fault]
    taken_in_as: str | None = None
    """The statement that the same bytes became later, when they could be read."""

    @property
    def complete(self) -> bool:
        """All faults are listed; else the file was read no further."""
        return len(self.faults) < MOST_FAULTS


def quarantine_id(participant: ParticipantCode, sha256: str) -> str:
    return f"{participant}-{sha256[:32]}"
