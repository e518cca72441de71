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
BETWEEN = "|"
_NOT_PLAIN = re.compile(r"[&<>\x00-\x1f]|(?:\A|\|)\s|\s(?:\||\Z)|_x[0-9a-fA-F]{4}_")
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
        whole, rows, shift = self._whole(pattern), enumerate(lines, PATTERN_ROW), self.first_number - PATTERN_ROW

        def written(row: int, line: FileLine) -> str:
            texts = (
                str(line.payment_id), line.payment_reference, line.counterparty, line.service, line.customer_reference,
                line.bill_number, line.bank_reference, line.biller_reference,
            )  # fmt: skip
            sums = file_titles.sums(self.kind, line.amount, line.fee, line.net)
            moment = line.completed_at.astimezone(BUSINESS_ZONE).isoformat(timespec="milliseconds")
            if max(sums) < EXACT_MINOR and min(sums) > -EXACT_MINOR and _plain(texts):
                return whole.format(row, row + shift, *texts, *[written_sum(minor, self.currency) for minor in sums], moment)
            return self._by_cell(pattern, row, row + shift, (*texts, *sums, moment))

        while part := [written(row, line) for row, line in islice(rows, ROWS_AT_ONCE)]:
            yield "".join(part)

    def _whole(self, pattern: Pattern) -> str:
        """The row of nearly every line: each cell is filled, and nothing in it has to be escaped."""
        sums = range(FIRST_SUM_COLUMN, self._last_column)
        cells = "".join(
            f'<c r="{xl_col_to_name(column)}{{0}}" s="{pattern.styles[FIRST_SUM]}"><v>{{{column + 1}}}</v></c>'
            if column in sums
            else f'<c r="{xl_col_to_name(column)}{{0}}" s="{pattern.styles[FIRST_TEXT]}" t="inlineStr"><is><t>{{{column + 1}}}</t></is></c>'
            for column in range(1, self._last_column + 1)
        )
        return f'<row r="{{0}}"{pattern.attributes}><c r="{NUMBER}{{0}}" s="{pattern.styles[NUMBER]}"><v>{{1}}</v></c>{cells}</row>'

    def _by_cell(self, pattern: Pattern, row: int, number: int, values: tuple[str | int | None, ...]) -> str:
        cells = [f'<row r="{row}"{pattern.attributes}><c r="{NUMBER}{row}" s="{pattern.styles[NUMBER]}"><v>{number}</v></c>']
        for column, value in enumerate(values, 1):
            style, place = pattern.styles[FIRST_SUM if isinstance(value, int) else FIRST_TEXT], f"{xl_col_to_name(column)}{row}"
            if isinstance(value, int) and abs(value) < EXACT_MINOR:
                cells.append(f'<c r="{place}" s="{style}"><v>{written_sum(value, self.currency)}</v></c>')
            elif value is not None and value != "":
                text = written_sum(value, self.currency) if isinstance(value, int) else value
                cells.append(f'<c r="{place}" s="{style}" t="inlineStr"><is>{_text(text)}</is></c>')
        return "".join((*cells, "</row>"))

    @property
    def _last_column(self) -> int:
        return FIRST_SUM_COLUMN + len(file_titles.sum_titles(self.kind))


def _plain(texts: tuple[str | None, ...]) -> bool:
    return all(texts) and _NOT_PLAIN.search(BETWEEN.join(texts)) is None  # type: ignore[arg-type]  # there is no None among them


def _text(text: str) -> str:
    """As xlsxwriter writes it."""
    if _NOT_PLAIN.search(text) is None:
        return f"<t>{text}</t>"
    escaped = _CONTROL.sub(lambda found: f"_x{ord(found[0]):04X}_", _LIKE_ESCAPED.sub(r"_x005F\1", text))
    escaped = escaped.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    kept = ' xml:space="preserve"' if text[0].isspace() or text[-1].isspace() else ""
    return f"<t{kept}>{escaped}</t>"
