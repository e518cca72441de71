"""The layout `xlsx-1`: a sheet with header and control totals, then the lines; sums are numbers, references are texts."""

import tempfile
from collections.abc import Iterable, Iterator
from datetime import UTC
from itertools import chain, islice
from pathlib import Path

from xlsxwriter import Workbook

from adapters.codecs import file_titles
from adapters.files.xlsx.lines import LinesSheet
from adapters.files.xlsx.look import Look
from switch.domain.calendar import BUSINESS_ZONE
from switch.domain.statements import FileHeader, FileKind, FileLine, FileTotals

LAYOUT = "xlsx-1"
LINES_A_SHEET = 1_000_000
"""A sheet has 1,048,576 rows; what is more goes on in the next one."""
BYTES_AT_ONCE = 1 << 20
FIRST_HEADER_ROW, TITLE_COLUMN, VALUE_COLUMN = 2, 0, 1

_SHEET = "الملف"
_LINES_SHEET = "الأسطر"
_HEADINGS = {
    FileKind.SETTLEMENT: ("ملف تسوية الجهة المفوترة", "Settlement file"),
    FileKind.STATEMENT: ("كشف تسوية المصرف", "Settlement statement of a bank"),
}


class SpreadsheetLayout:
    layout = LAYOUT
    extension = "xlsx"

    def render(self, header: FileHeader, lines: Iterable[FileLine], totals: FileTotals) -> Iterator[bytes]:
        """Rows go to a temporary file as they come; the spreadsheet is whole, and begins to leave, when all of them are there."""
        with tempfile.TemporaryDirectory(prefix="spreadsheet-") as folder:
            path = Path(folder) / "file.xlsx"
            options = {"constant_memory": True, "tmpdir": folder, "strings_to_formulas": False, "strings_to_urls": False}
            with Workbook(str(path), options) as workbook:
                workbook.set_properties(_properties(header))
                look = Look.of(workbook, header)
                _write_header(workbook, look, header, totals)
                _write_lines(workbook, look, header, iter(lines), totals)
            with path.open("rb") as made:
                while part := made.read(BYTES_AT_ONCE):
                    yield part


def _properties(header: FileHeader) -> dict[str, object]:
    """The moment of settlement stands where a spreadsheet has the moment when it was made: the same file again has the same bytes."""
    return {
        "title": f"{header.participant}-{header.kind}-{header.window_id}-r{header.revision}",
        "created": header.settled_at.astimezone(UTC).replace(tzinfo=None),
    }


def _write_header(workbook: Workbook, look: Look, header: FileHeader, totals: FileTotals) -> None:
    sheet = look.sheet(workbook, _SHEET)
    sheet.set_column(TITLE_COLUMN, TITLE_COLUMN, 46)
    sheet.set_column(VALUE_COLUMN, VALUE_COLUMN, 70)
    sheet.write_string(0, TITLE_COLUMN, " / ".join(_HEADINGS[header.kind]), look.heading)
    values = (
        LAYOUT,
        header.kind.value,
        header.participant,
        header.window_id,
        header.business_date.isoformat(),
        header.currency,
        header.sequence,
        header.revision,
        header.previous_sha256 or "",
        header.rtgs_reference or "",
        header.settled_at.astimezone(BUSINESS_ZONE).isoformat(timespec="milliseconds"),
    )
    row = FIRST_HEADER_ROW
    for title, value in zip(file_titles.HEADER, values, strict=True):
        look.write_title(sheet, row, TITLE_COLUMN, title)
        if isinstance(value, int):
            sheet.write_number(row, VALUE_COLUMN, value, look.count)
        else:
            sheet.write_string(row, VALUE_COLUMN, value, look.text)
        row += 1
    row += 1
    sums = file_titles.sums(header.kind, totals.amount, totals.fee, totals.net)
    for number, title in enumerate(file_titles.trailer_titles(header.kind)):
        look.write_title(sheet, row + number, TITLE_COLUMN, title)
        if number == 0:
            sheet.write_number(row, VALUE_COLUMN, totals.lines, look.count)
        else:
            look.write_sum(sheet, row + number, VALUE_COLUMN, sums[number - 1])
    for number, change in enumerate(header.changes, row + len(sums) + 2):
        look.write_title(sheet, number, TITLE_COLUMN, file_titles.CHANGE)
        sheet.write_string(number, VALUE_COLUMN, change, look.text)


def _write_lines(workbook: Workbook, look: Look, header: FileHeader, lines: Iterator[FileLine], totals: FileTotals) -> None:
    """At least one sheet, also where there was nothing to settle."""
    number, following = 1, next(lines, None)
    while following is not None or number == 1:
        name = _LINES_SHEET if number == 1 else f"{_LINES_SHEET} {number}"
        sheet = LinesSheet(look.sheet(workbook, name), look, header.kind)
        sheet.write_titles()
        first = () if following is None else (following,)
        for counted, line in enumerate(chain(first, islice(lines, LINES_A_SHEET - len(first))), 1 + (number - 1) * LINES_A_SHEET):
            sheet.write(counted, line)
        number, following = number + 1, next(lines, None)
        if following is None:
            sheet.write_totals(totals)
