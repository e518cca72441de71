"""The layout `csv-1` as a FileLayout (files out) and a StatementLayout (statements in)."""

from collections.abc import Iterable, Iterator
from typing import BinaryIO

from adapters.files.csv import plain_statements, settlement, statements
from adapters.files.csv.cells import BOM, LAYOUT
from switch.domain.booked_statements import BookedLine, BookedStatement, PlainStatement, StatementAsked, StatementHead
from switch.domain.statements import FileHeader, FileLine, FileTotals


class CsvFormat:
    layout = LAYOUT
    extension = "csv"

    def render(self, header: FileHeader, lines: Iterable[FileLine], totals: FileTotals) -> Iterator[bytes]:
        return settlement.render(header, lines, totals)

    def recognises(self, start: bytes) -> bool:
        return start.removeprefix(BOM).startswith((b"H,csv-1", b'"H"', b"HT,"))

    def plain(self, file: BinaryIO) -> PlainStatement | None:
        return plain_statements.plain_statement(file)

    def read(self, file: BinaryIO, asked: StatementAsked) -> BookedStatement:  # noqa: ARG002 - the file says all itself
        return statements.read_statement(file)

    def render_statement(self, head: StatementHead, lines: Iterable[BookedLine]) -> Iterator[bytes]:
        """What `read` reads: for participants that write it, and for tests."""
        return statements.render_statement(head, lines)
