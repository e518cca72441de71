"""Make a report: as the books were known at a moment, in one layout, with its digest; made again it is the same, byte for byte."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import IO

from switch.domain.file_errors import LayoutUnknown
from switch.domain.report_errors import ReportDiffers
from switch.domain.report_words import TITLES
from switch.domain.reports import SMALLEST_CELL, ContentDigest, Query, Report, ReportAsked, Sheet, SheetPlan
from switch.domain.small_cells import without_small_cells
from switch.ports import Clock, ReportLayout
from switch.store import archive_queries, reports
from switch.store.database import Connection, Database
from switch.store.sheets import PLANS
from switch.usecases.report_rows import KeptRows

IN_MEMORY_BYTES = 4 << 20
READ_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class MadeReport:
    """Its bytes are in `content`, which is gone after the work on it."""

    issued: reports.IssuedReport
    report: Report
    media_type: str
    extension: str
    content: IO[bytes]

    @property
    def file_name(self) -> str:
        return f"{self.issued.report_id}.{self.extension}"

    def parts(self) -> Iterator[bytes]:
        self.content.seek(0)
        while part := self.content.read(READ_BYTES):
            yield part


@dataclass(frozen=True, slots=True)
class MakeReport:
    clock: Clock
    database: Database
    layouts: Mapping[str, ReportLayout]
    smallest_cell: int = SMALLEST_CELL

    @asynccontextmanager
    async def __call__(self, asked: ReportAsked, layout: str, *, by: str) -> AsyncIterator[MadeReport]:
        """Raises LayoutUnknown, ReportTooEarly, and ReportDiffers where the figures are not those with which it was issued before."""
        if (drawn_by := self.layouts.get(layout)) is None:
            raise LayoutUnknown(layout=layout[:20], known=", ".join(sorted(self.layouts)))
        async with self.filled(asked) as report:
            with SpooledTemporaryFile(IN_MEMORY_BYTES) as content:
                sha256, size = await asyncio.to_thread(_draw, drawn_by, report, content)
                issued = reports.IssuedReport(
                    report_id=asked.report_id,
                    layout=drawn_by.layout,
                    sha256=sha256,
                    content_sha256=report.content_sha256,
                    queries_sha256=report.queries_sha256,
                    name=asked.name,
                    participant=asked.participant,
                    known_at=asked.known_at,
                    size=size,
                    issued_at=self.clock.now(),
                    by=by,
                )
                await self._keep(issued)
                yield MadeReport(issued, report, drawn_by.media_type, drawn_by.extension, content)

    @asynccontextmanager
    async def filled(self, asked: ReportAsked) -> AsyncIterator[Report]:
        """The figures themselves, in constant memory."""
        now = self.clock.now()
        asked.require_settled(now)
        async with self.database.transaction() as connection:
            await reports.pin(connection, asked.known_at, now)
        digest = ContentDigest(asked)
        sheets: list[Sheet] = []
        queries: list[Query] = []
        try:
            async with self.database.snapshot() as connection:
                await archive_queries.require_hot(connection, asked.first, asked.last)
                await reports.prepare(connection)
                known = await reports.pinned(connection, asked.known_at)
                owner = None if asked.participant is None else await reports.name_of(connection, asked, known)
                for plan in PLANS[asked.name]:
                    queries.append(reports.query(plan, asked, known))
                    sheets.append(Sheet(plan, rows := KeptRows()))
                    await self._fill(connection, plan, queries[-1], asked, rows, digest)
            yield Report(asked, TITLES[asked.name], owner, tuple(sheets), tuple(queries), digest.hexdigest())
        finally:
            for sheet in sheets:
                if isinstance(sheet.rows, KeptRows):
                    sheet.rows.close()

    async def _fill(
        self, connection: Connection, plan: SheetPlan, query: Query, asked: ReportAsked, rows: KeptRows, digest: ContentDigest
    ) -> None:
        """A participant's own payments are no secret to it; statistics of others are told without small cells."""
        digest.begin_sheet(plan)
        if plan.small is None or asked.participant is not None:
            async for row in reports.rows(connection, query):
                rows.add(row)
                digest.add_row(row)
            return
        for row in without_small_cells(plan, [row async for row in reports.rows(connection, query)], self.smallest_cell):
            rows.add(row)
            digest.add_row(row)

    async def _keep(self, issued: reports.IssuedReport) -> None:
        async with self.database.transaction() as connection:
            before = await reports.content_issued_before(connection, issued.report_id, issued.queries_sha256)
            if before is not None and before != issued.content_sha256:
                raise ReportDiffers(report=issued.report_id, before=before, now=issued.content_sha256)
            await reports.keep_issued(connection, issued)


def _draw(layout: ReportLayout, report: Report, content: IO[bytes]) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    for part in layout.render(report):
        digest.update(part)
        size += content.write(part)
    return digest.hexdigest(), size
