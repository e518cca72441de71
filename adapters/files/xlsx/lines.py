"""A sheet of lines: titles, one row a payment, and the control totals under the last of them."""

from dataclasses import dataclass

from xlsxwriter.worksheet import Worksheet

from adapters.codecs import file_titles
from adapters.files.xlsx.look import Look
from switch.domain.calendar import BUSINESS_ZONE
from switch.domain.statements import FileKind, FileLine, FileTotals

FIRST_SUM_COLUMN = 9
_WIDTHS = (9, 38, 20, 14, 13, 24, 24, 24, 24)
_SUM_WIDTH, _MOMENT_WIDTH = 23, 31


@dataclass(slots=True)
class LinesSheet:
    sheet: Worksheet
    look: Look
    kind: FileKind
    row: int = 0

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
        self.row = 1

    def write(self, number: int, line: FileLine) -> None:
        self.sheet.write_number(self.row, 0, number, self.look.count)
        texts = (
            str(line.payment_id),
            line.payment_reference,
            line.counterparty,
            line.service,
            line.customer_reference,
            line.bill_number,
            line.bank_reference,
            line.biller_reference,
        )
        for column, text in enumerate(texts, 1):
            if text:
                self.sheet.write_string(self.row, column, text, self.look.text)
        self._write_sums(line.amount, line.fee, line.net, total=False)
        completed_at = line.completed_at.astimezone(BUSINESS_ZONE).isoformat(timespec="milliseconds")
        last = FIRST_SUM_COLUMN + len(file_titles.sum_titles(self.kind))
        self.sheet.write_string(self.row, last, completed_at, self.look.text)
        self.row += 1

    def write_totals(self, totals: FileTotals) -> None:
        self.sheet.write_string(self.row, FIRST_SUM_COLUMN - 1, "المجموع / Total", self.look.title)
        self._write_sums(totals.amount, totals.fee, totals.net, total=True)

    def _write_sums(self, amount: int, fee: int, net: int, *, total: bool) -> None:
        for column, minor in enumerate(file_titles.sums(self.kind, amount, fee, net), FIRST_SUM_COLUMN):
            self.look.write_sum(self.sheet, self.row, column, minor, total=total)
