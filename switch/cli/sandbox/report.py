"""What came of a day, for the summary and for programs."""

from dataclasses import dataclass, field
from typing import Any


@dataclass
class DayReport:
    seed: int
    wishes: int
    kills: int = 0
    """How many were asked for."""
    killed: dict[str, int] = field(default_factory=dict)
    """Processes that were killed with kill -9, by name."""
    injected: dict[str, dict[str, int]] = field(default_factory=dict)
    """Where faults were asked for: how often each kind struck, by where."""
    data: str = ""
    """The folder that holds the books of this day."""
    seconds: dict[str, float] = field(default_factory=dict)
    """How long each stage took."""
    inquiries: int = 0
    refused_inquiries: dict[str, int] = field(default_factory=dict)
    payments: dict[str, int] = field(default_factory=dict)
    """By state, as the banks know it in the end."""
    refused: dict[str, int] = field(default_factory=dict)
    """Orders that were refused, by code."""
    taken_back: dict[str, int] = field(default_factory=dict)
    """Reversals that banks asked for, by what they were told of each in the end."""
    first_in_doubt: int = 0
    amount_minor: int = 0
    """Of the completed payments."""
    windows: list[dict[str, Any]] = field(default_factory=list)
    files: int = 0
    file_lines: int = 0
    statements: int = 0
    matched: int = 0
    misbehaving: dict[str, str] = field(default_factory=dict)
    breaks: list[dict[str, Any]] = field(default_factory=list)
    rows_verified: int = 0
    restarts: dict[str, int] = field(default_factory=dict)
    wrongs: list[str] = field(default_factory=list)
    """Everything that must not be; empty on a good day."""

    @property
    def good(self) -> bool:
        return not self.wrongs
