"""Statements in the layout `csv-1`: what a bank or biller has booked for one business date, read strictly, row by row."""

import csv
import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO

from adapters.codecs.booked_cells import ISO_DATE, LineReader, Writing, Wrong, date_of
from adapters.codecs.encoded_text import decoded_lines
from adapters.files.csv.cells import BOM, LAYOUT, plain, row, titles
from switch.domain.booked_statements import BookedLine, BookedStatement, Side, StatementHead
from switch.domain.errors import Refusal
from switch.domain.identifiers import participant_code
from switch.domain.money import SCALES, Money
from switch.domain.statement_faults import FaultCode, Faults
from switch.domain.texts import latin_digits

KIND = "booked"
MOST_LINES = 10_000_000
LINES_AT_ONCE = 1_000
COLUMNS = ("line", "payment_id", "own_reference", "counterparty", "customer_reference", "amount", "business_date", "state", "fee")
"""After the `D`; the fee may be left out."""
_TITLES = frozenset({"HT", "DT", "TT"})
_WRITING = Writing()
_GUARDED = frozenset({"own_reference", "customer_reference"})
_TITLE_ROWS = {
    "HT": titles(
        "HT", ("التنسيق", "Layout"), ("النوع", "Kind"), ("المشارك", "Participant"), ("الطرف", "Side"), ("يوم العمل", "Business date"),
        ("العملة", "Currency"),
    ),
    "DT": titles(
        "DT", ("السطر", "Line"), ("رقم الدفعة", "Payment id"), ("مرجعكم", "Own reference"), ("الطرف المقابل", "Counterparty"),
        ("مرجع الزبون", "Customer reference"), ("المبلغ", "Amount"), ("يوم العمل", "Business date"), ("الحالة", "State"), ("الرسم", "Fee"),
    ),
    "TT": titles("TT", ("عدد الأسطر", "Lines"), ("المجموع", "Total")),
}  # fmt: skip


def read_statement(file: BinaryIO) -> BookedStatement:
    """Raises StatementMalformed, also while the lines are asked for: at their end with all faults."""
    faults = Faults()
    rows = _rows(file, faults)
    number, head = next(rows, (1, []))
    read = head_of(number, head, faults)
    faults.raise_any()
    return BookedStatement(read, _lines(rows, read, faults))


def render_statement(head: StatementHead, lines: Iterable[BookedLine]) -> Iterator[bytes]:
    currency = head.currency
    header = row("H", LAYOUT, KIND, head.participant, head.side, head.business_date.isoformat(), currency)
    yield BOM + _TITLE_ROWS["HT"] + header + _TITLE_ROWS["DT"]
    count = total = 0
    remaining = iter(lines)
    while some := list(itertools.islice(remaining, LINES_AT_ONCE)):
        count += len(some)
        total += sum(line.minor for line in some)
        yield b"".join(_rendered(line, currency) for line in some)
    yield _TITLE_ROWS["TT"] + row("T", str(count), Money(total, currency).text())


def head_of(number: int, cells: Sequence[str], faults: Faults) -> StatementHead:
    """What is wrong with it is noted; then the head that comes back is of no use."""
    if len(cells) != 7 or cells[0] != "H":
        raise faults.refuse(number, "", FaultCode.HEADER, ",".join(cells), f"H,{LAYOUT},{KIND},…")
    _, layout, kind, code, side, day, currency = cells
    if (layout, kind) != (LAYOUT, KIND):
        raise faults.refuse(number, "layout", FaultCode.HEADER, f"{layout},{kind}", f"{LAYOUT},{KIND}")
    if side not in ("bank", "biller"):
        raise faults.refuse(number, "side", FaultCode.SIDE, side)
    if currency not in SCALES:
        raise faults.refuse(number, "currency", FaultCode.CURRENCY, currency)
    try:
        participant = participant_code(latin_digits(code))
    except Refusal:
        raise faults.refuse(number, "participant", FaultCode.NATIONAL_CODE, code) from None
    try:
        business_date = date_of(day, ISO_DATE)
    except Wrong:
        raise faults.refuse(number, "business_date", FaultCode.DATE, day, "2026-11-24") from None
    return StatementHead(participant, Side(side), business_date, currency)


def _lines(rows: Iterator[tuple[int, list[str]]], head: StatementHead, faults: Faults) -> Iterator[BookedLine]:
    reader = LineReader(faults, head.currency, head.business_date, _WRITING)
    for number, cells in rows:
        match cells:
            case ["D", *fields]:
                if (line := _line(number, fields, reader)) is not None:
                    yield line
            case ["T", *fields]:
                _trailer(number, fields, reader)
                if (after := next(rows, None)) is not None:
                    faults.note(after[0], "", FaultCode.AFTER_END)
                faults.raise_any()
                return
            case _:
                faults.note(number, "", FaultCode.ROW_KIND, cells[0])
    raise faults.refuse(0, "", FaultCode.CUT_OFF)


def _line(number: int, fields: Sequence[str], reader: LineReader) -> BookedLine | None:
    if len(fields) not in (8, 9):
        reader.lines += 1
        reader.faults.note(number, "", FaultCode.CELLS, len(fields) + 1, "9 / 10")
        return None
    expected = reader.lines + 1
    if expected > MOST_LINES:
        raise reader.faults.refuse(number, "line", FaultCode.TOO_BIG, "", f"{MOST_LINES:,}")
    if latin_digits(fields[0]) != str(expected):
        reader.faults.note(number, "line", FaultCode.LINE_NUMBER, fields[0], str(expected))
    cells = dict(zip(COLUMNS, fields, strict=False))
    for name in _GUARDED:
        cells[name] = plain(cells[name])
    if not cells["payment_id"]:
        reader.faults.note(number, "payment_id", FaultCode.PAYMENT_ID)
    if cells.get("fee") == "":
        del cells["fee"]
    return reader.line(number, cells)


def _trailer(number: int, fields: Sequence[str], reader: LineReader) -> None:
    faults = reader.faults
    if len(fields) != 2:
        faults.note(number, "", FaultCode.CELLS, len(fields) + 1, "3")
        return
    total = Money(reader.total, reader.currency).text()
    if latin_digits(fields[0]) != str(reader.lines):
        faults.note(number, "lines", FaultCode.LINES_TOTAL, fields[0], str(reader.lines))
    elif latin_digits(fields[1]) != total and not faults.found:
        faults.note(number, "total", FaultCode.AMOUNT_TOTAL, fields[1], total)


def _rows(file: BinaryIO, faults: Faults) -> Iterator[tuple[int, list[str]]]:
    """Rows with their numbers in the file; titles and empty rows are left out."""
    reader = csv.reader(decoded_lines(file, "utf-8", faults), strict=True)
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise faults.refuse(reader.line_num, "", FaultCode.QUOTES, error) from None
        if cells and cells[0] not in _TITLES:
            yield reader.line_num, cells


def _rendered(line: BookedLine, currency: str) -> bytes:
    return row(
        "D",
        str(line.line),
        str(line.payment_id),
        line.own_reference,
        line.counterparty,
        line.customer_reference,
        Money(line.minor, currency).text(),
        line.business_date.isoformat(),
        "reversed" if line.reversed else "booked",
        *(() if line.fee is None else (Money(line.fee, currency).text(),)),
    )
