"""Statements in the layout `csv-1`: what a bank or biller has booked for one business date, read strictly and whole."""

import csv
import hashlib
import io
from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache
from uuid import UUID

from adapters.files.csv.cells import BOM, LAYOUT, MOST_CELL_CHARACTERS, plain, row, titles
from switch.domain.errors import FileMalformed, Refusal
from switch.domain.identifiers import ParticipantCode, PaymentId, participant_code
from switch.domain.money import SCALES, Money, parse_amount
from switch.domain.statements import BookedLine, BookedStatement, Side
from switch.domain.texts import require_plain

KIND = "booked"
MOST_LINES = 3_000_000
LINES_AT_ONCE = 1_000
_TITLES = frozenset({"HT", "DT", "TT"})
_REVERSED = {"booked": False, "reversed": True}
_TITLE_ROWS = {
    "HT": titles(
        "HT", ("التنسيق", "Layout"), ("النوع", "Kind"), ("المشارك", "Participant"), ("الطرف", "Side"), ("يوم العمل", "Business date"),
        ("العملة", "Currency"),
    ),
    "DT": titles(
        "DT", ("السطر", "Line"), ("رقم الدفعة", "Payment id"), ("مرجعكم", "Own reference"), ("الطرف المقابل", "Counterparty"),
        ("مرجع الزبون", "Customer reference"), ("المبلغ", "Amount"), ("يوم العمل", "Business date"), ("الحالة", "State"),
    ),
    "TT": titles("TT", ("عدد الأسطر", "Lines"), ("المجموع", "Total")),
}  # fmt: skip


def parse_statement(content: bytes) -> BookedStatement:
    """Raises FileMalformed, which names the row and what is wrong with it."""
    rows = _rows(content)
    number, head = next(rows, (1, []))
    participant, side, business_date, currency = _header(number, head)
    lines: list[BookedLine] = []
    total = 0
    for number, cells in rows:
        match cells:
            case ["D", *fields]:
                line = _line(number, fields, len(lines) + 1, currency)
                total += line.minor
                lines.append(line)
            case ["T", *fields]:
                _trailer(number, fields, len(lines), Money(total, currency))
                if (after := next(rows, None)) is not None:
                    raise _malformed(after[0], "nothing may follow the trailer")
                sha256 = hashlib.sha256(content).hexdigest()
                return BookedStatement(participant, side, business_date, currency, tuple(lines), sha256)
            case _:
                raise _malformed(number, "a row begins with D, or with T when it is the last")
    raise FileMalformed(why="the trailer T is missing; the file may have been cut off")


def render_statement(statement: BookedStatement) -> Iterator[bytes]:
    currency = statement.currency
    header = row("H", LAYOUT, KIND, statement.participant, statement.side, statement.business_date.isoformat(), currency)
    yield BOM + _TITLE_ROWS["HT"] + header + _TITLE_ROWS["DT"]
    for start in range(0, len(statement.lines), LINES_AT_ONCE):
        yield b"".join(_rendered(line, currency) for line in statement.lines[start : start + LINES_AT_ONCE])
    total = Money(sum(line.minor for line in statement.lines), currency)
    yield _TITLE_ROWS["TT"] + row("T", str(len(statement.lines)), total.text())


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
    )


def _rows(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """Rows with their numbers in the file; titles and empty rows are left out."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FileMalformed(why=f"it is not UTF-8 at byte {error.start + 1}") from None
    if "\x00" in text:
        raise FileMalformed(why="it holds a NUL character")
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise _malformed(reader.line_num, f"the quotes do not fit ({error})") from None
        if cells and cells[0] not in _TITLES:
            yield reader.line_num, cells


def _header(number: int, cells: Sequence[str]) -> tuple[ParticipantCode, Side, date, str]:
    match cells:
        case ["H", layout, kind, participant, side, day, currency]:
            if (layout, kind) != (LAYOUT, KIND):
                raise _malformed(number, f"the layout is not {LAYOUT} of the kind {KIND}")
            if side not in ("bank", "biller"):
                raise _malformed(number, "the side is bank or biller")
            if currency not in SCALES:
                raise _malformed(number, "the currency is not used here")
            return _code(number, participant), Side(side), _day(number, day), currency
        case _:
            raise _malformed(number, "the file begins with H and its six columns")


def _line(number: int, fields: Sequence[str], expected: int, currency: str) -> BookedLine:
    if len(fields) != 8:
        raise _malformed(number, "a row D has eight columns after its D")
    if expected > MOST_LINES:
        raise _malformed(number, f"a statement has at most {MOST_LINES} lines")
    counted, payment, own, counterparty, customer, amount, day, state = fields
    if counted != str(expected):
        raise _malformed(number, f"the line number should be {expected}")
    if state not in _REVERSED:
        raise _malformed(number, "the state is booked or reversed")
    return BookedLine(
        line=expected,
        payment_id=_payment_id(number, payment),
        own_reference=_text(number, own),
        counterparty=_code(number, counterparty),
        customer_reference=_text(number, customer),
        minor=_amount(number, amount, currency),
        business_date=_day(number, day),
        reversed=_REVERSED[state],
    )


def _trailer(number: int, fields: Sequence[str], lines: int, total: Money) -> None:
    if len(fields) != 2:
        raise _malformed(number, "the trailer T has two columns after its T")
    if fields[0] != str(lines):
        raise _malformed(number, f"the trailer says another number of lines than the {lines} that are there")
    if fields[1] != total.text():
        raise _malformed(number, f"the trailer says another total than the {total.text()} that the lines give")


def _payment_id(number: int, text: str) -> PaymentId:
    try:
        found = UUID(text)
    except ValueError:
        raise _malformed(number, "the payment id is not a UUID") from None
    if str(found) != text:
        raise _malformed(number, "the payment id is not written as the switch writes it")
    return PaymentId(found)


def _amount(number: int, text: str, currency: str) -> int:
    try:
        return parse_amount(text, currency).minor
    except Refusal as refusal:
        raise _malformed(number, f"the amount cannot be read ({refusal.code})") from None


def _text(number: int, text: str) -> str:
    found = plain(text)
    try:
        require_plain(found, "cell", MOST_CELL_CHARACTERS)
    except Refusal:
        raise _malformed(number, "a cell holds a control or direction character, or is too long") from None
    return found


def _code(number: int, text: str) -> ParticipantCode:
    try:
        return _known_code(text)
    except Refusal as refusal:
        raise _malformed(number, f"a national code is wrong ({refusal.code})") from None


def _day(number: int, text: str) -> date:
    try:
        return _known_day(text)
    except ValueError:
        raise _malformed(number, "a date is written as 2026-11-24") from None


_known_code = lru_cache(maxsize=4096)(participant_code)


@lru_cache(maxsize=4096)
def _known_day(text: str) -> date:
    day = date.fromisoformat(text)
    if day.isoformat() != text:  # weeks, or without hyphens
        raise ValueError(text)
    return day


def _malformed(number: int, why: str) -> FileMalformed:
    return FileMalformed(why=f"row {number}: {why}")
