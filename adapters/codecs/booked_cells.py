"""Cells of a statement become one booked line, whatever layout they stood in; what is wrong is noted by row and field."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import TypeVar
from uuid import UUID

from switch.domain.booked_statements import BookedLine
from switch.domain.errors import Refusal
from switch.domain.foreign_currencies import DECIMALS
from switch.domain.identifiers import ParticipantCode, PaymentId, participant_code, plain_payment_reference, service_code
from switch.domain.money import parse_scaled
from switch.domain.statement_faults import FaultCode, Faults
from switch.domain.texts import is_blank, latin_digits, require_plain, without_direction_marks

T = TypeVar("T")

MOST_CELL_CHARACTERS = 512
ISO_DATE = "%Y-%m-%d"
BOOKED, REVERSED = "booked", "reversed"
_MONTH_AND_DAY = re.compile(r"[^0-9]")


@dataclass(frozen=True, slots=True)
class Writing:
    """How values are written in a layout, or by a participant."""

    date_format: str = ISO_DATE
    decimal: str = "."
    thousands: str = ""
    minor_units: bool = False
    """Amounts are whole minor units: 1250 is 12.50."""
    states: Mapping[str, bool] = field(default_factory=lambda: {BOOKED: False, REVERSED: True})
    """Each word for a state; True for reversed."""


class Wrong(Exception):
    """One cell is."""

    def __init__(self, code: FaultCode, expected: str = "") -> None:
        self.code, self.expected = code, expected


@dataclass(slots=True)
class LineReader:
    """One file's: makes lines, counts them, and sums them up."""

    faults: Faults
    currency: str
    business_date: date | None
    writing: Writing
    sums: bool = False
    """A line stands for many payments, and need not say which."""
    lines: int = 0
    total: int = 0

    def line(self, row: int, cells: Mapping[str, str | None]) -> BookedLine | None:
        """`cells` by field, only those that the layout has. None where one is wrong, which is noted."""
        self.lines += 1
        before = len(self.faults.found)

        def read(name: str, parse: Callable[[str], T]) -> T | None:
            text = cells.get(name)
            if text is None:
                return None
            try:
                return parse(without_direction_marks(text))
            except Wrong as wrong:
                self.faults.note(row, name, wrong.code, text, wrong.expected)
            except Refusal:
                self.faults.note(row, name, FaultCode.TEXT, text)
            return None

        currency = read("currency", _currency) or self.currency
        minor = read("amount", lambda text: amount_of(text, currency, self.writing))
        payment_id = read("payment_id", _payment_id)
        reference = read("payment_reference", _payment_reference)
        own_reference, service = read("own_reference", text_of), read("service", _service)
        line = BookedLine(
            line=self.lines,
            payment_id=payment_id,
            own_reference=own_reference,
            counterparty=read("counterparty", _code),
            customer_reference=read("customer_reference", text_of),
            minor=minor or 0,
            business_date=read("business_date", lambda text: date_of(text, self.writing.date_format)) or self.business_date or date.min,
            reversed=read("state", self._reversed) or False,
            fee=read("fee", lambda text: amount_of(text, currency, self.writing, zero=True)),
            currency=None if currency == self.currency else currency,
            payment_reference=reference,
            service=service,
        )
        names_none = payment_id is None and reference is None and service is None and not own_reference
        if names_none and not self.sums and len(self.faults.found) == before:
            self.faults.note(row, "payment_id", FaultCode.REFERENCE_MISSING)
        if line.business_date == date.min and len(self.faults.found) == before:
            self.faults.note(row, "business_date", FaultCode.DATE, "", self.writing.date_format)
        self.total += line.minor
        return line if len(self.faults.found) == before else None

    def _reversed(self, text: str) -> bool:
        found = self.writing.states.get(text.strip())
        if found is None:
            raise Wrong(FaultCode.STATE, ", ".join(self.writing.states))
        return found


def amount_of(text: str, currency: str, writing: Writing, *, zero: bool = False) -> int:
    """Minor units. Raises Wrong."""
    plain = latin_digits(text.strip()).replace("٬", "").replace("٫", writing.decimal)
    if writing.thousands:
        plain = plain.replace(writing.thousands, "")
    if writing.decimal != ".":
        plain = plain.replace(writing.decimal, ".")
    scale = DECIMALS[currency]
    if writing.minor_units:
        plain = plain.lstrip("0").rjust(scale + 1, "0")
        plain = f"{plain[:-scale]}.{plain[-scale:]}" if scale else plain
    if zero and plain.replace("0", "") in ("", "."):
        return 0
    try:
        return parse_scaled(plain, currency, scale).minor
    except Refusal:
        raise Wrong(FaultCode.AMOUNT, currency) from None


def date_of(text: str, date_format: str) -> date:
    """Raises Wrong."""
    try:
        return _known_day(latin_digits(text.strip()), date_format)
    except ValueError:
        raise Wrong(FaultCode.DATE, date_format) from None


def text_of(text: str) -> str:
    """As it was sent; blanks alone, which fill a column up, are nothing. Raises TextForbidden."""
    if is_blank(text):
        return ""
    require_plain(text, "cell", MOST_CELL_CHARACTERS)
    return text


def _currency(text: str) -> str:
    found = text.strip().upper()
    if found not in DECIMALS:
        raise Wrong(FaultCode.CURRENCY)
    return found


def _code(text: str) -> ParticipantCode:
    try:
        return _known_code(latin_digits(text.strip()))
    except Refusal:
        raise Wrong(FaultCode.NATIONAL_CODE) from None


def _service(text: str) -> str:
    try:
        return service_code(latin_digits(text.strip()))
    except Refusal:
        raise Wrong(FaultCode.NATIONAL_CODE) from None


def _payment_id(text: str) -> PaymentId | None:
    plain = latin_digits(text.strip())
    if not plain:
        return None
    try:
        found = UUID(plain)
    except ValueError:
        raise Wrong(FaultCode.PAYMENT_ID) from None
    if plain.lower() not in (str(found), found.hex):
        raise Wrong(FaultCode.PAYMENT_ID)
    return PaymentId(found)


def _payment_reference(text: str) -> str | None:
    plain = latin_digits(text.strip())
    if not plain:
        return None
    found = plain_payment_reference(plain)
    if found is None:
        raise Wrong(FaultCode.PAYMENT_ID)
    return found


_known_code = lru_cache(maxsize=4096)(participant_code)


@lru_cache(maxsize=4096)
def _known_day(text: str, date_format: str) -> date:
    day = datetime.strptime(text, date_format).date()  # noqa: DTZ007 - a day of the calendar has no zone
    written = day.strftime(date_format)
    if _digits(written) != _digits(text):  # such as 2026-1-4: which is month and which is day must be beyond doubt
        raise ValueError(text)
    return day


def _digits(text: str) -> str:
    return _MONTH_AND_DAY.sub("", text)
