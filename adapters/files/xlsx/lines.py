"""A sheet of lines: titles, one row a payment, and the control totals under the last of them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from adapters.codecs import file_titles
from adapters.codecs.plain_sums import written_sum
from adapters.files.xlsx.look import EXACT_MINOR, Look
from adapters.files.xlsx.package import PATTERN_ROW, Pattern
from switch.domain.calendar import BUSINESS_ZONE
from switch.domain.statements import FileKind, FileLine, FileTotals

FIRST_SUM_COLUMN = 9
NUMBER, FIRST_TEXT, FIRST_SUM = "A", "B", xl_col_to_name(FIRST_SUM_COLUMN)
ROWS_AT_ONCE = 500
_WIDTHS = (9, 38, 20, 14, 13, 24, 24, 24, 24)
_SUM_WIDTH, _MOMENT_WIDTH = 23, 31
_NOT_PLAIN = re.compile(r"[&<>\x00-\x1f]|\A\s|\s\Z|_x[0-9a-fA-F]{4}_")
_LIKE_ESCAPED = re.compile(r"(_x[0-9a-fA-F]{4}_)")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f]")


@dataclass(frozen=True, slots=True)
class LinesSheet:
    """What xlsxwriter makes of it: all but the lines."""

    sheet: Worksheet
    look: Look
    kind: FileKind

    def write_titles(self) -> None:
        titles = file_titles.line_titles(self.kind)
        widths = (*_WIDTHS, *(_SUM_WIDTH for _ in file_titles.sum_titles(self.kind)), _MOMENT_WIDTH)
        for column, width in enumerate(widths):
            self.sheet.set_column(column, column, width)
        self.sheet.set_row(0, 34)
        self.sheet.freeze_panes(1, 0)
        self.sheet.repeat_rows(0)
        for column, title in enumerate(titles):
            self.look.write_title(self.sheet, 0, column, title, "\n")

    def write_pattern(self) -> None:
        """One cell of each kind that a line has."""
        self.sheet.write_number(PATTERN_ROW - 1, 0, 0, self.look.count)
        self.sheet.write_string(PATTERN_ROW - 1, 1, "-", self.look.text)
        self.sheet.write_number(PATTERN_ROW - 1, FIRST_SUM_COLUMN, 0, self.look.sum)

    def write_totals(self, lines: int, totals: FileTotals) -> None:
        """Under so many lines."""
        row = lines + 1
        self.sheet.write_string(row, FIRST_SUM_COLUMN - 1, "المجموع / Total", self.look.title)
        for column, minor in enumerate(file_titles.sums(self.kind, totals.amount, totals.fee, totals.net), FIRST_SUM_COLUMN):
            self.look.write_sum(self.sheet, row, column, minor, total=True)


@dataclass(frozen=True, slots=True)
class LineRows:
    """The lines, as rows of a sheet."""

    kind: FileKind
    currency: str
    first_number: int

    def written(self, pattern: Pattern, lines: Iterable[FileLine]) -> Iterator[str]:
        number, text, total = (pattern.styles[column] for column in (NUMBER, FIRST_TEXT, FIRST_SUM))
        text_columns = [xl_col_to_name(column) for column in range(1, FIRST_SUM_COLUMN)]
        sum_columns = [xl_col_to_name(FIRST_SUM_COLUMN + place) for place in range(len(file_titles.sum_titles(self.kind)))]
        last = xl_col_to_name(FIRST_SUM_COLUMN + len(sum_columns))
        rows = enumerate(lines, PATTERN_ROW)
        shift = self.first_number - PATTERN_ROW

        def written(row: int, line: FileLine) -> str:
            texts = (
                str(line.payment_id), line.payment_reference, line.counterparty, line.service, line.customer_reference,
                line.bill_number, line.bank_reference, line.biller_reference,
            )  # fmt: skip
            cells = [
                f'<c r="{column}{row}" s="{text}" t="inlineStr"><is>{_text(value)}</is></c>'
                for column, value in zip(text_columns, texts, strict=True)
                if value
            ]
            for column, minor in zip(sum_columns, file_titles.sums(self.kind, line.amount, line.fee, line.net), strict=True):
                figure = written_sum(minor, self.currency)
                exact = f"><v>{figure}</v></c>" if abs(minor) < EXACT_MINOR else f' t="inlineStr"><is><t>{figure}</t></is></c>'
                cells.append(f'<c r="{column}{row}" s="{total}"{exact}')
            moment = line.completed_at.astimezone(BUSINESS_ZONE).isoformat(timespec="milliseconds")
            return (
                f'<row r="{row}"{pattern.attributes}><c r="A{row}" s="{number}"><v>{row + shift}</v></c>{"".join(cells)}'
                f'<c r="{last}{row}" s="{text}" t="inlineStr"><is><t>{moment}</t></is></c></row>'
            )

        while part := [written(row, line) for row, line in islice(rows, ROWS_AT_ONCE)]:
            yield "".join(part)


def _text(text: str) -> str:
    """As xlsxwriter writes it."""
    if _NOT_PLAIN.search(text) is None:
        return f"<t>{text}</t>"
    escaped = _CONTROL.sub(lambda found: f"_x{ord(found[0]):04X}_", _LIKE_ESCAPED.sub(r"_x005F\1", text))
    escaped = escaped.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    kept = ' xml:space="preserve"' if text[0].isspace() or text[-1].isspace() else ""
    return f"<t{kept}>{escaped}</t>"
