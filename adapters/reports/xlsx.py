"""The layout `report-xlsx-1`: a spreadsheet in Arabic, right to left: first what the report is, then a sheet for each question."""

import tempfile
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from adapters.codecs.report_cells import known_words, period_words, shown
from adapters.codecs.report_look import EXACT_MINOR, Look
from switch.domain.money import SCALES
from switch.domain.reports import NUMBERS, CellKind, Report, Row, Sheet

MOST_ROWS = 1_000_000
"""Of the 1,048,576 of a sheet; more are in the CSV."""
BYTES_AT_ONCE = 1 << 20
NARROWEST, WIDEST = 11, 70
"""Of a column, in digits."""
ROOM = 1.25
"""A bold title, and an Arabic letter with its neighbours, are wider than a digit."""


class SpreadsheetReport:
    layout = "report-xlsx-1"
    extension = "xlsx"
    media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

    def render(self, report: Report) -> Iterator[bytes]:
        """The moment of knowledge stands where a spreadsheet has the moment when it was made: the same report has the same bytes."""
        with tempfile.TemporaryDirectory(prefix="report-") as folder:
            path = Path(folder) / "report.xlsx"
            options = {"constant_memory": True, "tmpdir": folder, "strings_to_formulas": False, "strings_to_urls": False}
            with Workbook(str(path), options) as workbook:
                created = report.asked.known_at.astimezone(UTC).replace(tzinfo=None)
                workbook.set_properties({"title": report.asked.report_id, "created": created})
                look = Look.of(workbook, report.asked.currency)
                _write_cover(workbook, look, report)
                for number, sheet in enumerate(report.sheets, 1):
                    _write_sheet(workbook, look, report, sheet, number)
            with path.open("rb") as made:
                while part := made.read(BYTES_AT_ONCE):
                    yield part


def _write_cover(workbook: Workbook, look: Look, report: Report) -> None:
    asked = report.asked
    page = look.page(workbook, "التقرير")
    page.set_column(0, 0, 46)
    page.set_column(1, 1, 84)
    page.write_string(0, 0, f"{report.title.ar} / {report.title.en}", look.heading)
    owner = () if report.owner is None else (("المشارك / Participant", f"{report.owner.ar} – {asked.participant}"),)
    lines = (
        *owner,
        ("المدة / Period", period_words(asked)),
        ("العملة / Currency", asked.currency),
        ("كما عُلم في / As known at", known_words(asked.known_at)),
        ("رقم التقرير / Report", asked.report_id),
        ("بصمة الأرقام SHA-256 / Digest of the figures", report.content_sha256),
        *(
            (f"الورقة {number} / Sheet {number}", f"{one.plan.title.ar} / {one.plan.title.en}")
            for number, one in enumerate(report.sheets, 1)
        ),
    )
    for number, (title, value) in enumerate(lines, 2):
        page.write_string(number, 0, title, look.title)
        page.write_string(number, 1, value, look.words)


def _write_sheet(workbook: Workbook, look: Look, report: Report, sheet: Sheet, number: int) -> None:
    plan = sheet.plan
    page = look.page(workbook, f"{number} {plan.title.ar}"[:31])
    longest = [max(len(column.title.ar), len(column.title.en)) for column in plan.columns]
    page.write_string(0, 0, f"{plan.title.ar} / {plan.title.en}", look.heading)
    page.set_row(2, 34)
    for place, column in enumerate(plan.columns):
        page.write_string(2, place, f"{column.title.ar}\n{column.title.en}", look.title)
    page.freeze_panes(3, 0)
    page.repeat_rows(2)
    line = 3
    for row in sheet.rows:
        if line - 3 == MOST_ROWS:
            page.write_string(line, 0, f"… {len(sheet.rows) - MOST_ROWS:,} CSV", look.words)
            break
        _write_row(page, look, line, row, sheet, report.asked.currency, longest)
        line += 1
    for place, characters in enumerate(longest):
        page.set_column(place, place, min(max(round(characters * ROOM) + 2, NARROWEST), WIDEST))
    if not len(sheet.rows):
        page.write_string(line, 0, "لا شيء / Nothing", look.words)
    if plan.note is not None:
        page.write_string(line + 2, 0, plan.note.ar, look.words)


def _write_row(page: Worksheet, look: Look, line: int, row: Row, sheet: Sheet, currency: str, longest: list[int]) -> None:
    """`longest`: of each column the characters of its longest cell so far."""
    for place, (cell, column) in enumerate(zip(row, sheet.plan.columns, strict=True)):
        longest[place] = max(longest[place], len(shown(cell, column, currency)))
        match cell:
            case None:
                continue
            case int() if column.kind is CellKind.MONEY:
                if abs(cell) < EXACT_MINOR:
                    page.write_number(line, place, cell / 10 ** SCALES[currency], look.sum)
                else:
                    page.write_string(line, place, shown(cell, column, currency), look.text)
            case int() if column.kind is CellKind.MILLISECONDS:
                page.write_number(line, place, cell, look.count)
            case int():
                page.write_number(line, place, cell, look.count)
            case str() if column.kind is CellKind.RATE:
                page.write_number(line, place, float(cell), look.rate)
            case _:
                written = shown(cell, column, currency)
                page.write_string(line, place, written, look.text if column.kind in NUMBERS or _latin(column.kind) else look.words)


def _latin(kind: CellKind) -> bool:
    return kind in (CellKind.DAY, CellKind.MOMENT, CellKind.ENGLISH)
