"""The layout `fixed-width`: each field at its place in the line, as the programs of older systems write it; read by a mapping."""

from collections.abc import Iterator
from typing import BinaryIO

from adapters.codecs.encoded_text import decoded_lines
from adapters.codecs.mapped_rows import Row, mapped, mapping_for, without_last
from switch.domain.booked_statements import BookedStatement, PlainStatement, StatementAsked
from switch.domain.statement_errors import MappingRefused
from switch.domain.statement_faults import FaultCode, Faults
from switch.domain.statement_mapping import StatementMapping


class FixedWidth:
    layout = "fixed-width"

    def recognises(self, start: bytes) -> bool:  # noqa: ARG002 - nothing in it says so: it is named, or its owner has a mapping
        return False

    def plain(self, file: BinaryIO) -> PlainStatement | None:  # noqa: ARG002 - never: each file is read row by row
        return None

    def read(self, file: BinaryIO, asked: StatementAsked) -> BookedStatement:
        """Raises MappingRefused, too: without places there is nothing to go by."""
        faults = Faults()
        mapping = mapping_for(asked, self.layout)
        if not mapping.columns or not all(isinstance(place, tuple) for place in mapping.columns.values()):
            raise MappingRefused(
                why="fixed width needs the first character and the length of each field", why_ar="لا بد لكل حقل من بداية وطول"
            )
        numbered = {name: number for number, name in enumerate(mapping.columns, 1)}
        by_number = StatementMapping(
            **{name: getattr(mapping, name) for name in mapping.__slots__} | {"columns": numbered, "titles_row": 0, "last_rows": 0}
        )
        return mapped(_rows(file, mapping, faults), asked, by_number, faults)


def _rows(file: BinaryIO, mapping: StatementMapping, faults: Faults) -> Iterator[Row]:
    places = [place for place in mapping.columns.values() if isinstance(place, tuple)]
    shortest = max(first for first, _ in places)
    for number, text in without_last(_written(file, mapping, faults), mapping.last_rows):
        if len(text) < shortest:
            faults.note(number, "", FaultCode.CELLS, len(text), f"≥ {shortest}")
            continue
        yield number, [text[first - 1 : first - 1 + length].strip() for first, length in places]


def _written(file: BinaryIO, mapping: StatementMapping, faults: Faults) -> Iterator[tuple[int, str]]:
    """Lines with something in them, below the titles; the last ones, of totals, may be shorter than the others."""
    for number, line in enumerate(decoded_lines(file, mapping.encoding, faults), 1):
        text = line.rstrip("\r\n")
        if number > mapping.titles_row and text.strip():
            yield number, text
