"""The books of the pretend RTGS: each instruction once, with its legs and what became of it."""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from switch.simulators.books import Books

_TABLES = """
CREATE TABLE IF NOT EXISTS instruction (
    instruction_id TEXT PRIMARY KEY, window_id TEXT NOT NULL, currency TEXT NOT NULL, total TEXT NOT NULL, legs TEXT NOT NULL,
    rejected_because TEXT, rtgs_reference TEXT NOT NULL, received_at TEXT NOT NULL, decided_at TEXT NOT NULL, value_date TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS taken_file (name TEXT PRIMARY KEY, taken_at TEXT NOT NULL) STRICT;
"""


@dataclass(frozen=True, slots=True)
class Leg:
    participant: str
    minor: int
    """Positive: pays."""
    bank: str = ""
    account: str = ""
    """Where the participant has several: which, and the bank that keeps it."""


@dataclass(frozen=True, slots=True)
class Instruction:
    instruction_id: str
    window_id: str
    currency: str
    total: str
    legs: tuple[Leg, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    instruction: Instruction
    rejected_because: str | None
    rtgs_reference: str
    decided_at: datetime
    """Until then it is pending."""


class RtgsBooks:
    def __init__(self, path: Path) -> None:
        self._books = Books(path, _TABLES)

    def find(self, instruction_id: str) -> Decision | None:
        row = self._books.row("SELECT * FROM instruction WHERE instruction_id = ?", instruction_id)
        return None if row is None else _decision(row)

    def record(self, decision: Decision, received_at: datetime, value_date: str) -> bool:
        """Once for each id: its decision, with all legs or none."""
        instruction = decision.instruction
        return self._books.write(
            "INSERT INTO instruction VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            instruction.instruction_id,
            instruction.window_id,
            instruction.currency,
            instruction.total,
            json.dumps([[leg.participant, leg.minor, leg.bank, leg.account] for leg in instruction.legs]),
            decision.rejected_because,
            decision.rtgs_reference,
            received_at.isoformat(),
            decision.decided_at.isoformat(),
            value_date,
        )

    def take(self, file: str, at: datetime) -> bool:
        """Whether it was not taken before."""
        return self._books.write("INSERT INTO taken_file VALUES (?, ?) ON CONFLICT DO NOTHING", file, at.isoformat())

    def accepted(self, value_date: str | None = None) -> list[Decision]:
        """Those that are still pending among them."""
        question = "SELECT * FROM instruction WHERE rejected_because IS NULL AND (? IS NULL OR value_date = ?) ORDER BY rowid"
        return [_decision(row) for row in self._books.rows(question, value_date, value_date)]

    def settled(self, now: datetime, value_date: str | None = None) -> list[Decision]:
        return [decision for decision in self.accepted(value_date) if decision.decided_at <= now]

    def lost(self, participant: str) -> int:
        """Minor units by which a participant's account is lower than at the beginning, what is pending counted in."""
        return sum(leg.minor for decision in self.accepted() for leg in decision.instruction.legs if leg.participant == participant)

    def close(self) -> None:
        self._books.close()


def _decision(row: Any) -> Decision:
    legs = tuple(Leg(*leg) for leg in json.loads(row["legs"]))
    instruction = Instruction(row["instruction_id"], row["window_id"], row["currency"], row["total"], legs)
    return Decision(instruction, row["rejected_because"], row["rtgs_reference"], datetime.fromisoformat(row["decided_at"]))
