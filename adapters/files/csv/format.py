"""The layout `csv-1` as a FileFormat: files out, statements in and out."""

from collections.abc import Iterable, Iterator

from adapters.files.csv import settlement, statements
from adapters.files.csv.cells import LAYOUT
from switch.domain.statements import BookedStatement, FileHeader, FileLine, FileTotals


class CsvFormat:
    layout = LAYOUT
    extension = "csv"

    def render(self, header: FileHeader, lines: Iterable[FileLine], totals: FileTotals) -> Iterator[bytes]:
        return settlement.render(header, lines, totals)

    def parse_statement(self, content: bytes) -> BookedStatement:
        """Raises FileMalformed."""
        return statements.parse_statement(content)

    def render_statement(self, statement: BookedStatement) -> Iterator[bytes]:
        return statements.render_statement(statement)
