"""The layout `mt940`: SWIFT MT940 customer statements, for those who have nothing newer (Standards MT, category 9: fields 60, 61, 62, 86).

A parser of our own: the known library holds a whole file in memory, and passes over what it does not understand.
"""

import re
from collections.abc import Iterator
from datetime import date
from typing import BinaryIO, NamedTuple

from adapters.codecs.booked_cells import BOOKED, REVERSED, LineReader, Writing
from adapters.codecs.encoded_text import decoded_lines
from adapters.codecs.mapped_rows import head_for, mapping_for
from switch.domain.booked_statements import BookedLine, BookedStatement, PlainStatement, StatementAsked
from switch.domain.errors import Refusal
from switch.domain.identifiers import plain_payment_reference
from switch.domain.money import Money, parse_amount
from switch.domain.statement_faults import FaultCode, Faults
from switch.domain.statement_mapping import StatementMapping

MOST_FIELD_CHARACTERS = 4_096
_TAG = re.compile(r":(\d{2}[A-Z]?):(.*)", re.DOTALL)
_LINE = re.compile(
    r"(?P<value>\d{6})(?P<entry>\d{4})?(?P<mark>R?[CD])(?P<funds>[A-Z])?(?P<amount>\d{1,12},\d{0,2})"
    r"(?P<type>[NFS][A-Z0-9]{3})(?P<owner>[^/\n]{0,16}(?:/(?!/)[^/\n]*)*)(?://(?P<bank>[^\n]{0,16}))?(?:\n(?P<more>.{0,34}))?",
    re.DOTALL,
)
_BALANCE = re.compile(r"(?P<mark>[CD])(?P<day>\d{6})(?P<currency>[A-Z]{3})(?P<amount>\d{1,15},\d{0,2})")
_UUID = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}|\b[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}\b", re.IGNORECASE
)
_WORD = re.compile(r"[0-9A-Z]{17}")
_CUSTOMER = re.compile(r"(?:/ROC/|CUST[:/])([^/\n]+)")
_WRITING = Writing(decimal=",")


class _Field(NamedTuple):
    row: int
    tag: str
    text: str


class Mt940:
    layout = "mt940"

    def recognises(self, start: bytes) -> bool:
        return start.removeprefix(b"\xef\xbb\xbf").lstrip().startswith((b"{1:F01", b":20:"))

    def plain(self, file: BinaryIO) -> PlainStatement | None:  # noqa: ARG002 - never: each file is read row by row
        return None

    def read(self, file: BinaryIO, asked: StatementAsked) -> BookedStatement:
        faults = Faults()
        mapping = mapping_for(asked, self.layout)
        closing = _closing_day(file, mapping, faults)
        fields = _fields(file, mapping, faults)
        opening = None
        for field in fields:
            if field.tag in ("60F", "60M"):
                opening = _balance(field, mapping.currency, faults)
                break
            if field.tag == "61":
                raise faults.refuse(field.row, "60F", FaultCode.HEADER, "", ":60F:")
        if opening is None:
            raise faults.refuse(0, "60F", FaultCode.CUT_OFF)
        head = head_for(asked, mapping, closing, faults)
        reader = LineReader(faults, head.currency, head.business_date, _WRITING)
        return BookedStatement(head, _lines(fields, opening[0], reader))


def _closing_day(file: BinaryIO, mapping: StatementMapping, faults: Faults) -> date | None:
    """The business date stands at the end: the opening balance is of the day before."""
    for field in _fields(file, mapping, faults):
        if field.tag == "62F":
            found = _balance(field, mapping.currency, faults)
            return None if found is None else found[1]
    raise faults.refuse(0, "62F", FaultCode.CUT_OFF)


def _lines(fields: Iterator[_Field], balance: int, reader: LineReader) -> Iterator[BookedLine]:
    """The closing balance must be the opening one and all lines; a statement of several messages goes on in the next."""
    faults = reader.faults
    waiting: _Field | None = None
    closed = False
    for field in fields:
        if waiting is not None:
            line, moved = _line(waiting, field.text if field.tag == "86" else "", reader)
            balance += moved
            waiting = None
            if line is not None:
                yield line
        if field.tag == "61":
            waiting = field
        elif field.tag in ("62F", "62M"):
            said = _balance(field, reader.currency, faults)
            if said is not None and said[0] != balance and not faults.found:
                faults.note(field.row, field.tag, FaultCode.AMOUNT_TOTAL, field.text, Money(balance, reader.currency).text())
            closed = field.tag == "62F"
        elif field.tag == "60M":
            said = _balance(field, reader.currency, faults)
            if said is not None and said[0] != balance:
                faults.note(field.row, "60M", FaultCode.AMOUNT_TOTAL, field.text, Money(balance, reader.currency).text())
        elif field.tag == "60F":
            faults.note(field.row, "60F", FaultCode.AFTER_END)
    if not closed:
        faults.note(0, "62F", FaultCode.CUT_OFF)
    faults.raise_any()


def _line(field: _Field, information: str, reader: LineReader) -> tuple[BookedLine | None, int]:
    """The line, and by how much it moves the balance."""
    found = _LINE.fullmatch(field.text)
    if found is None:
        reader.lines += 1
        reader.faults.note(field.row, "61", FaultCode.UNREADABLE, field.text, "MT940 :61:")
        return None, 0
    said = f"{found['owner']}\n{found['bank'] or ''}\n{found['more'] or ''}\n{information}"
    payment_id = _UUID.search(said.replace("\n", "")) or _UUID.search(said)
    reference = next((word for word in _WORD.findall(said.upper()) if plain_payment_reference(word)), None)
    customer = _CUSTOMER.search(information)
    own = (found["bank"] or found["owner"]).strip()
    cells = {
        "payment_id": payment_id[0].lower() if payment_id else None,
        "payment_reference": None if payment_id else reference,
        "own_reference": None if own in ("", "NONREF") else own,
        "customer_reference": customer[1].strip() if customer else None,
        "amount": found["amount"].rstrip(",") if found["amount"].endswith(",") else found["amount"],
        "business_date": _booking_day(found["value"], found["entry"]),
        "state": REVERSED if found["mark"].startswith("R") else BOOKED,
    }
    before = reader.total
    line = reader.line(field.row, cells)
    moved = reader.total - before
    return line, moved if found["mark"] in ("C", "RD") else -moved


def _booking_day(value: str, entry: str | None) -> str:
    """The entry date has no year: it is the one that is nearest to the value date."""
    year = 2000 + int(value[:2])
    if entry is None:
        return f"{year}-{value[2:4]}-{value[4:]}"
    if value[2:4] == "12" and entry[:2] == "01":
        year += 1
    elif value[2:4] == "01" and entry[:2] == "12":
        year -= 1
    return f"{year}-{entry[:2]}-{entry[2:]}"


def _balance(field: _Field, currency: str, faults: Faults) -> tuple[int, date] | None:
    found = _BALANCE.fullmatch(field.text.strip())
    if found is None:
        faults.note(field.row, field.tag, FaultCode.UNREADABLE, field.text, f"MT940 :{field.tag}:")
        return None
    try:
        day = date(2000 + int(found["day"][:2]), int(found["day"][2:4]), int(found["day"][4:]))
        plain = found["amount"].rstrip(",").replace(",", ".")
        minor = 0 if not plain.strip("0.") else parse_amount(plain.lstrip("0") if not plain.startswith("0.") else plain, currency).minor
    except (ValueError, Refusal):
        faults.note(field.row, field.tag, FaultCode.UNREADABLE, field.text, f"MT940 :{field.tag}:")
        return None
    if found["currency"] != currency:
        faults.note(field.row, field.tag, FaultCode.CURRENCY, found["currency"])
    return (minor if found["mark"] == "C" else -minor), day


def _fields(file: BinaryIO, mapping: StatementMapping, faults: Faults) -> Iterator[_Field]:
    """Fields with the row in which they begin; blocks of the envelope (`{…}`, `-}`) are passed over."""
    file.seek(0)
    row, tag, text = 0, "", ""
    for number, line in enumerate(decoded_lines(file, mapping.encoding, faults), 1):
        plain = line.rstrip("\r\n")
        begun = _TAG.fullmatch(plain)
        if begun is None and (plain.startswith(("{", "-}")) or plain in ("-", "")):
            continue
        if begun is None:
            if not tag:
                raise faults.refuse(number, "", FaultCode.UNREADABLE, plain, "MT940")
            text += "\n" + plain
            if len(text) > MOST_FIELD_CHARACTERS:
                raise faults.refuse(number, tag, FaultCode.TOO_BIG, "", f"{MOST_FIELD_CHARACTERS:,}")
            continue
        if tag:
            yield _Field(row, tag, text)
        row, tag, text = number, begun[1], begun[2]
    if tag:
        yield _Field(row, tag, text)
