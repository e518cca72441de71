"""An examination: what one check has looked at and found; rows are streamed, so any number of them fits."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, TextClause
from sqlalchemy.ext.asyncio import AsyncConnection

ROWS_AT_ONCE = 2_000
UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, IndexError)
"""What the domain raises for a row that it could never have written: a state or currency that there is not, another shape of document."""

MOST_FINDINGS = 1_000
"""Of one check, in full; more are only counted."""

Progress = Callable[[str, int, int], None]
"""Told the name of the check, how many rows it has seen, and how many there are (0 where that is not known before)."""


@dataclass(frozen=True, slots=True)
class Finding:
    """`where` names the row, `what` says what is wrong with it."""

    invariant: str
    where: str
    what: str


@dataclass(slots=True)
class Examination:
    name: str
    invariant: str
    connection: AsyncConnection
    progress: Progress
    rows: int = 0
    found: int = 0
    findings: list[Finding] = field(default_factory=list)

    async def each(self, rows: TextClause, *, count: TextClause | None = None) -> AsyncIterator[Row[Any]]:
        """Row by row through a cursor of the server's; what is seen is counted and told."""
        total = int((await self.connection.execute(count)).scalar_one()) if count is not None else 0
        async with self.connection.stream(rows, execution_options={"yield_per": ROWS_AT_ONCE}) as result:
            async for part in result.partitions(ROWS_AT_ONCE):
                for row in part:
                    yield row
                self.rows += len(part)
                self.progress(self.name, self.rows, total)

    async def where_wrong(self, rows: TextClause, *, invariant: str | None = None) -> None:
        """Every row that the statement answers is a finding: its first column is where, its second what."""
        async with self.connection.stream(rows, execution_options={"yield_per": ROWS_AT_ONCE}) as result:
            async for where, what in result:
                self.finds(where, what, invariant=invariant)

    async def counts(self, rows: TextClause) -> None:
        """What a set-based check has looked at."""
        self.rows += int((await self.connection.execute(rows)).scalar_one())
        self.progress(self.name, self.rows, self.rows)

    def finds(self, where: str, what: str, *, invariant: str | None = None) -> None:
        self.found += 1
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(Finding(invariant or self.invariant, where, what))
