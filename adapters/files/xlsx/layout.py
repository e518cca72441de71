"""The layout `xlsx-1`: a sheet with header and control totals, then the lines; sums are numbers, references are texts."""

import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC
from itertools import islice

from xlsxwriter import Workbook

from adapters.codecs import file_titles
from adapters.files.xlsx.lines import LineRows, LinesSheet
from adapters.files.xlsx.look import Look
from adapters.files.xlsx.package import Sheet, filled
from switch.domain.calendar import BUSINESS_ZONE
from switch.domain.statements import FileHeader, FileKind, FileLine, FileTotals

LAYOUT = "xlsx-1"
LINES_A_SHEET = 1_000_000
"""A sheet has 1,048,576 rows; what is more goes on in the next one."""
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
        """The spreadsheet without its lines is small and made first; then it leaves, and the lines in it as they come."""
        made, counts = io.BytesIO(), list(_lines_of_sheets(totals.lines))
        with Workbook(made, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as workbook:
            workbook.set_properties(_properties(header))
            look = Look.of(workbook, header)
            _write_header(workbook, look, header, totals)
            _prepare_sheets(workbook, look, header, totals, counts)
        rest = iter(lines)
        yield from filled(made, [_sheet(header, number, counts, rest) for number in range(1, len(counts) + 1)])
        if next(rest, None) is not None:
            raise ValueError("more lines than the totals say")


def _lines_of_sheets(lines: int) -> Iterator[int]:
    """At least one sheet, also where there was nothing to settle."""
    yield min(lines, LINES_A_SHEET)
    for begun in range(LINES_A_SHEET, lines, LINES_A_SHEET):
        yield min(lines - begun, LINES_A_SHEET)


def _sheet(header: FileHeader, number: int, counts: Sequence[int], rest: Iterator[FileLine]) -> Sheet:
    """The sheet of the header is the first of all; the totals stand under the last line of the last one."""
    count, first_number = counts[number - 1], 1 + sum(counts[: number - 1])
    rows = LineRows(header.kind, header.currency, first_number)
    last_row = 1 + count + (number == len(counts))
    return Sheet(number + 1, count, last_row, lambda pattern: rows.written(pattern, islice(rest, count)))


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


def _prepare_sheets(workbook: Workbook, look: Look, header: FileHeader, totals: FileTotals, counts: Sequence[int]) -> None:
    for number, count in enumerate(counts, 1):
        name = _LINES_SHEET if number == 1 else f"{_LINES_SHEET} {number}"
        sheet = LinesSheet(look.sheet(workbook, name), look, header.kind)
        sheet.write_titles()
        if count:
            sheet.write_pattern()
        if number == len(counts):
            sheet.write_totals(count, totals)
