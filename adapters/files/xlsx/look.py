"""The look of a spreadsheet: right to left, titles in two languages, and how sums, counts and texts are shown."""

from dataclasses import dataclass
from decimal import Decimal

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from adapters.codecs.file_titles import Title
from switch.domain.money import SCALES, Money
from switch.domain.statements import FileHeader

RIGHT_TO_LEFT = 2
EXACT_MINOR = 10**15
"""A spreadsheet keeps fifteen digits of a number; a larger sum is written as a text, so that nothing is rounded."""


@dataclass(frozen=True, slots=True)
class Look:
    currency: str
    heading: Format
    title: Format
    text: Format
    count: Format
    sum: Format
    total: Format

    @classmethod
    def of(cls, workbook: Workbook, header: FileHeader) -> "Look":
        scale = SCALES[header.currency]
        number = "#,##0" + (f".{'0' * scale}" if scale else "")
        plain = {"valign": "vcenter"}
        arabic = {"reading_order": RIGHT_TO_LEFT, "bold": True}
        return cls(
            currency=header.currency,
            heading=workbook.add_format(arabic | {"font_size": 14}),
            title=workbook.add_format(plain | arabic | {"text_wrap": True, "bg_color": "#E7EEF4", "border": 1, "align": "center"}),
            text=workbook.add_format(plain | {"num_format": "@", "align": "right"}),
            count=workbook.add_format(plain | {"num_format": "0", "align": "right"}),
            sum=workbook.add_format(plain | {"num_format": number, "align": "right"}),
            total=workbook.add_format(plain | {"num_format": number, "bold": True, "top": 1, "align": "right"}),
        )

    def sheet(self, workbook: Workbook, name: str) -> Worksheet:
        sheet = workbook.add_worksheet(name)
        sheet.right_to_left()
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        return sheet

    def write_title(self, sheet: Worksheet, row: int, column: int, title: Title, between: str = " / ") -> None:
        sheet.write_string(row, column, between.join(title), self.title)

    def write_sum(self, sheet: Worksheet, row: int, column: int, minor: int, *, total: bool = False) -> None:
        look = self.total if total else self.sum
        text = Money(minor, self.currency).text()
        if abs(minor) >= EXACT_MINOR:
            sheet.write_string(row, column, text, look)
        else:
            sheet.write_number(row, column, Decimal(text), look)
