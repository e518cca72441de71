"""Books of a simulator: SQLite in a file, so that a killed process finds what it has booked.

A statement here is one change, complete by itself: there is nothing to begin or to take back.
"""

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any


class Books:
    """WAL with `synchronous=NORMAL`: what is written survives the process being killed, which is what simulators go through."""

    def __init__(self, path: Path, tables: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(path, isolation_level=None, timeout=10, check_same_thread=False)
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=NORMAL")
        self._connection.executescript(tables)

    def write(self, statement: str, *values: Any) -> bool:
        """True where it has changed a row."""
        return self._connection.execute(statement, values).rowcount > 0

    def row(self, question: str, *values: Any) -> sqlite3.Row | None:
        found: sqlite3.Row | None = self._connection.execute(question, values).fetchone()
        return found

    def rows(self, question: str, *values: Any) -> Sequence[sqlite3.Row]:
        return self._connection.execute(question, values).fetchall()

    def close(self) -> None:
        self._connection.close()
