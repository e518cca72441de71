"""The layout `csv`: character-separated columns as a participant's own software writes them, read by its mapping."""

import csv
from collections.abc import Iterator
from typing import BinaryIO

from adapters.codecs.encoded_text import decoded_lines
from adapters.codecs.mapped_rows import Row, mapped, mapping_for
from switch.domain.booked_statements import BookedStatement, PlainStatement, StatementAsked
from switch.domain.statement_faults import FaultCode, Faults
from switch.domain.statement_mapping import StatementMapping


class MappedCsv:
    layout = "csv"

    def recognises(self, start: bytes) -> bool:  # noqa: ARG002 - any text could be one: it is named, or its owner has a mapping
        return False

    def plain(self, file: BinaryIO) -> PlainStatement | None:  # noqa: ARG002 - never: each file is read row by row
        return None

    def read(self, file: BinaryIO, asked: StatementAsked) -> BookedStatement:
        faults = Faults()
        mapping = mapping_for(asked, self.layout)
        return mapped(_rows(file, mapping, faults), asked, mapping, faults)


def _rows(file: BinaryIO, mapping: StatementMapping, faults: Faults) -> Iterator[Row]:
    reader = csv.reader(decoded_lines(file, mapping.encoding, faults), delimiter=mapping.delimiter, strict=True)
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise faults.refuse(reader.line_num, "", FaultCode.QUOTES, error) from None
        if cells:
            yield reader.line_num, [cell.removeprefix("'") for cell in cells]
