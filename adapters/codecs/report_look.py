"""The look of a report's spreadsheet: right to left, titles in two languages, numbers as numbers."""

from dataclasses import dataclass

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from switch.domain.money import SCALES

RIGHT_TO_LEFT = 2
EXACT_MINOR = 10**15
"""A spreadsheet keeps fifteen digits of a number; a larger sum is written as a text, so that nothing is rounded."""


@dataclass(frozen=True, slots=True)
class Look:
    heading: Format
    title: Format
    words: Format
    text: Format
    count: Format
    sum: Format
    rate: Format

    @classmethod
    def of(cls, workbook: Workbook, currency: str) -> "Look":
        scale = SCALES[currency]
        plain = {"valign": "vcenter"}
        arabic = {"reading_order": RIGHT_TO_LEFT, "bold": True}
        titled = {"text_wrap": True, "bg_color": "#E7EEF4", "border": 1, "align": "center"}
        return cls(
            heading=workbook.add_format(arabic | {"font_size": 14}),
            title=workbook.add_format(plain | arabic | titled),
            words=workbook.add_format(plain | {"num_format": "@", "reading_order": RIGHT_TO_LEFT, "align": "right"}),
            text=workbook.add_format(plain | {"num_format": "@", "align": "right"}),
            count=workbook.add_format(plain | {"num_format": "#,##0", "align": "right"}),
            sum=workbook.add_format(plain | {"num_format": "#,##0" + (f".{'0' * scale}" if scale else ""), "align": "right"}),
            rate=workbook.add_format(plain | {"num_format": "#,##0.00", "align": "right"}),
        )

    def page(self, workbook: Workbook, name: str) -> Worksheet:
        page = workbook.add_worksheet(name.replace(":", "").replace("/", "-"))
        page.right_to_left()
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        return page
