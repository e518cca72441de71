"""The layout `xlsx`: the first sheet of a workbook, read row by row; a workbook that unpacks to too much is not opened."""

import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, BinaryIO

from adapters.codecs.mapped_rows import Row, mapped, mapping_for
from adapters.files.statements_in.xlsx_parts import require_plain_part
from switch.domain.booked_statements import BookedStatement, PlainStatement, StatementAsked
from switch.domain.statement_faults import FaultCode, Faults, StatementMalformed
from switch.domain.statement_mapping import StatementMapping

MOST_MEMBERS = 1_000
MOST_BYTES = 1 << 30
MOST_TEXT_BYTES = 128 << 20
"""Of the texts that a workbook keeps apart, which are held in memory."""
MOST_RATIO = 200
"""How many times as large it may unpack; above a mebibyte."""
MOST_COLUMNS = 256
MOST_ROWS = 1 << 20
"""As many as a spreadsheet has. A file may say that its second row is number two thousand million; all rows between are gone through."""


class Xlsx:
    layout = "xlsx"

    def recognises(self, start: bytes) -> bool:
        return start.startswith(b"PK\x03\x04")

    def plain(self, file: BinaryIO) -> PlainStatement | None:  # noqa: ARG002 - never: each file is read row by row
        return None

    def read(self, file: BinaryIO, asked: StatementAsked) -> BookedStatement:
        faults = Faults()
        mapping = mapping_for(asked, self.layout)
        _require_harmless(file, faults)
        return mapped(_rows(file, mapping, faults), asked, mapping, faults)


def _require_harmless(file: BinaryIO, faults: Faults) -> None:
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            _look_into(archive, faults)
    except StatementMalformed:
        raise
    except Exception as error:  # noqa: BLE001 - the edge: a broken archive raises whatever its compression makes of it
        raise faults.refuse(0, "", FaultCode.UNREADABLE, type(error).__name__, "XLSX") from None


def _look_into(archive: zipfile.ZipFile, faults: Faults) -> None:
    members = archive.infolist()
    if len(members) > MOST_MEMBERS or sum(member.file_size for member in members) > MOST_BYTES:
        raise faults.refuse(0, "", FaultCode.TOO_BIG, len(members), f"{MOST_BYTES >> 20} MiB, {MOST_MEMBERS}")
    for member in members:
        most = MOST_TEXT_BYTES if "sharedStrings" in member.filename else MOST_BYTES
        bomb = member.file_size > 1 << 20 and member.file_size > MOST_RATIO * max(member.compress_size, 1)
        if member.file_size > most or bomb:
            raise faults.refuse(0, member.filename, FaultCode.TOO_BIG, member.file_size, f"{most >> 20} MiB")
        if member.filename.endswith((".xml", ".rels")):
            with archive.open(member) as opened:
                require_plain_part(opened, member.filename, faults)


def _rows(file: BinaryIO, mapping: StatementMapping, faults: Faults) -> Iterator[Row]:
    import openpyxl  # noqa: PLC0415 - slow to import, and most processes never read a spreadsheet

    file.seek(0)
    try:
        book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # what it says of its own size may be wrong, and rows beyond would be passed over
        for number, cells in enumerate(sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS), 1):
            _require_within(number, faults)
            if cells.count(None) < len(cells) and any(texts := [_text(cell, mapping) for cell in cells]):
                yield number, texts
    except StatementMalformed:
        raise
    except Exception as error:  # noqa: BLE001 - the edge: the library raises whatever a broken workbook makes of it
        raise faults.refuse(0, "", FaultCode.UNREADABLE, type(error).__name__, "XLSX") from None


def _require_within(number: int, faults: Faults) -> None:
    if number > MOST_ROWS:
        raise faults.refuse(number, "", FaultCode.TOO_BIG, number, f"{MOST_ROWS:,}")


def _text(cell: Any, mapping: StatementMapping) -> str | None:
    match cell:
        case None:
            return None
        case datetime() | date():
            return cell.strftime(mapping.date_format)
        case float() if cell.is_integer():
            return str(int(cell))
        case float():
            return repr(cell).replace(".", mapping.decimal)
        case _:
            return str(cell).removeprefix("'")
