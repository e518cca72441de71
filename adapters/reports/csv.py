"""The layout `report-csv-1`: one file of all sheets, row by row, in constant memory. Records as in the other CSV files.

H the report; for each sheet S its key and title, C its columns, D a row; T how many rows, and the digest of the figures.
"""

from collections.abc import Iterator

from adapters.files.csv.cells import BOM, row
from switch.domain.money import Money
from switch.domain.reports import Cell, CellKind, Report


class CsvReport:
    layout = "report-csv-1"
    extension = "csv"
    media_type = "text/csv; charset=utf-8"

    def render(self, report: Report) -> Iterator[bytes]:
        asked = report.asked
        known_at = asked.known_at.isoformat().replace("+00:00", "Z")
        yield BOM + row(
            "H", self.layout, asked.name, asked.first.isoformat(), asked.last.isoformat(), asked.currency, asked.participant, known_at
        )
        count = 0
        for sheet in report.sheets:
            columns = sheet.plan.columns
            yield row("S", sheet.plan.key, sheet.plan.title.ar, sheet.plan.title.en)
            yield row("C", *(f"{column.title.ar} / {column.title.en}" for column in columns))
            for cells in sheet.rows:
                yield row("D", *(_cell(cell, column.kind, asked.currency) for cell, column in zip(cells, columns, strict=True)))
                count += 1
        yield row("T", str(count), report.content_sha256)


def _cell(cell: Cell, kind: CellKind, currency: str) -> str | None:
    if kind is CellKind.MONEY and isinstance(cell, int):
        return Money(cell, currency).text()
    return None if cell is None else str(cell)
