"""Statements of pretend banks and billers in the layout `csv-1` (docs/file-formats.md), written as their own software would."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from switch.domain.money import Money, parse_amount


@dataclass(frozen=True, slots=True)
class BookedRow:
    payment_id: str
    own_reference: str
    counterparty: str
    customer_reference: str
    amount: Money
    business_date: date
    state: str = "booked"


def statement(participant: str, side: str, business_date: date, currency: str, booked: Iterable[BookedRow]) -> bytes:
    """All that one participant has booked for one business date and currency."""
    text = io.StringIO(newline="")
    rows = csv.writer(text, lineterminator="\r\n")
    rows.writerow(["H", "csv-1", "booked", participant, side, business_date.isoformat(), currency])
    count, total = 0, 0
    for count, row in enumerate(booked, start=1):
        total += row.amount.minor
        cells = [row.payment_id, row.own_reference, row.counterparty, row.customer_reference, row.amount.text()]
        rows.writerow(["D", count, *map(_guarded, cells), row.business_date.isoformat(), row.state])
    rows.writerow(["T", count, Money(total, currency).text()])
    return text.getvalue().encode("utf-8-sig")


def payments_in(file: bytes) -> list[tuple[str, Money]]:
    """The payments of a settlement file or a bank's statement from the switch, with their amounts; below zero what was taken back."""
    rows = list(csv.reader(io.StringIO(file.decode("utf-8-sig"), newline=""), strict=True))
    currency = next(row[6] for row in rows if row[0] == "H")
    return [(row[2], _signed(row[10], currency)) for row in rows if row[0] == "D"]


def _signed(text: str, currency: str) -> Money:
    return -parse_amount(text[1:], currency) if text.startswith("-") else parse_amount(text, currency)


def _guarded(text: str) -> str:
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "'")) else text
