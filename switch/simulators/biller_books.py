"""The books of the pretend billers: what each was ordered, what it has booked and what it has said."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from switch.domain.calendar import Calendar
from switch.domain.identifiers import ParticipantCode, ServiceCode
from switch.domain.money import Money
from switch.simulators.books import Books

_TABLES = """
CREATE TABLE IF NOT EXISTS booking (
    biller TEXT NOT NULL, payment_id TEXT NOT NULL, copy INTEGER NOT NULL,
    told_by TEXT NOT NULL CHECK (told_by IN ('order', 'advice')),
    bank_code TEXT NOT NULL, service_code TEXT NOT NULL, customer_reference TEXT NOT NULL, bill_number TEXT,
    ordered_minor INTEGER NOT NULL, said_minor INTEGER NOT NULL, booked_minor INTEGER NOT NULL, currency TEXT NOT NULL,
    refused_because TEXT, biller_reference TEXT NOT NULL, business_date TEXT NOT NULL, booked_at TEXT NOT NULL, reversed_at TEXT,
    PRIMARY KEY (biller, payment_id, copy)
) STRICT;
CREATE INDEX IF NOT EXISTS booking_bill ON booking (service_code, customer_reference, bill_number);
CREATE INDEX IF NOT EXISTS booking_date ON booking (biller, business_date);
CREATE TABLE IF NOT EXISTS refund (
    biller TEXT NOT NULL, payment_id TEXT NOT NULL, reversal_id TEXT NOT NULL, minor INTEGER NOT NULL, refunded_at TEXT NOT NULL,
    PRIMARY KEY (biller, reversal_id)
) STRICT;
CREATE INDEX IF NOT EXISTS refund_payment ON refund (biller, payment_id);
CREATE TABLE IF NOT EXISTS advice (
    biller TEXT NOT NULL, event_id TEXT NOT NULL, payment_id TEXT NOT NULL, received_at TEXT NOT NULL, PRIMARY KEY (biller, event_id)
) STRICT;
"""
_BOOKED = "refused_because IS NULL AND reversed_at IS NULL"


@dataclass(frozen=True, slots=True)
class Order:
    """What the switch orders, or advises of, in the words of the protocol."""

    payment_id: str
    bank_code: str
    service_code: ServiceCode
    customer_reference: str
    bill_number: str | None
    amount: Money
    business_date: str | None


@dataclass(frozen=True, slots=True)
class Booking:
    """How the biller stands to one payment. `said` is the amount in its answers, `booked` that in its books: a liar's differ."""

    order: Order
    said: Money
    refused_because: str | None
    biller_reference: str
    reversed: bool


class BillerBooks:
    def __init__(self, path: Path, calendar: Calendar) -> None:
        self._books = Books(path, _TABLES)
        self._calendar = calendar

    def find(self, biller: ParticipantCode, payment_id: str) -> Booking | None:
        row = self._books.row("SELECT * FROM booking WHERE biller = ? AND payment_id = ? AND copy = 0", biller, payment_id)
        return None if row is None else _booking(row)

    def book(
        self,
        biller: ParticipantCode,
        order: Order,
        at: datetime,
        *,
        told_by: str = "order",
        refused_because: str | None = None,
        said: Money | None = None,
        booked: Money | None = None,
        copy: int = 0,
    ) -> bool:
        """Once for each payment id (and copy); False where it was there already."""
        columns: Mapping[str, Any] = {
            "biller": biller,
            "payment_id": order.payment_id,
            "copy": copy,
            "told_by": told_by,
            "bank_code": order.bank_code,
            "service_code": order.service_code,
            "customer_reference": order.customer_reference,
            "bill_number": order.bill_number,
            "ordered_minor": order.amount.minor,
            "said_minor": (said or order.amount).minor,
            "booked_minor": (booked or order.amount).minor,
            "currency": order.amount.currency,
            "refused_because": refused_because,
            "biller_reference": f"{biller}-{order.payment_id[-12:].upper()}" + (f"-{copy}" if copy else ""),
            "business_date": order.business_date or self._calendar.sitting(at).business_date.isoformat(),
            "booked_at": at.isoformat(),
        }
        names, places = ", ".join(columns), ", ".join("?" for _ in columns)
        return self._books.write(f"INSERT INTO booking ({names}) VALUES ({places}) ON CONFLICT DO NOTHING", *columns.values())  # noqa: S608 - the names are ours

    def reverse(self, biller: ParticipantCode, payment_id: str, at: datetime) -> None:
        self._books.write(
            "UPDATE booking SET reversed_at = ? WHERE biller = ? AND payment_id = ? AND reversed_at IS NULL",
            at.isoformat(),
            biller,
            payment_id,
        )

    def refund(self, biller: ParticipantCode, payment_id: str, reversal_id: str, minor: int, at: datetime) -> bool:
        """A part of a booking taken back, once for each reversal; False where that is more than stands booked."""
        known = self._books.row("SELECT payment_id, minor FROM refund WHERE biller = ? AND reversal_id = ?", biller, reversal_id)
        if known is not None:
            return (known["payment_id"], known["minor"]) == (payment_id, minor)
        taken = self._books.write(
            "INSERT INTO refund SELECT biller, payment_id, ?, ?, ? FROM booking"  # noqa: S608 - a constant
            f" WHERE biller = ? AND payment_id = ? AND copy = 0 AND {_BOOKED} AND booked_minor >= ? + coalesce("
            "(SELECT sum(minor) FROM refund WHERE refund.biller = booking.biller AND refund.payment_id = booking.payment_id), 0)",
            reversal_id, minor, at.isoformat(), biller, payment_id, minor,
        )  # fmt: skip
        if taken and self.refunded(biller, payment_id) == self._booked(biller, payment_id):
            self.reverse(biller, payment_id, at)
        return taken

    def refunded(self, biller: ParticipantCode, payment_id: str) -> int:
        row = self._books.row("SELECT coalesce(sum(minor), 0) AS minor FROM refund WHERE biller = ? AND payment_id = ?", biller, payment_id)
        return 0 if row is None else int(row["minor"])

    def _booked(self, biller: ParticipantCode, payment_id: str) -> int:
        row = self._books.row("SELECT booked_minor FROM booking WHERE biller = ? AND payment_id = ? AND copy = 0", biller, payment_id)
        return 0 if row is None else int(row["booked_minor"])

    def paid(self, service: ServiceCode, customer_reference: str, bill_number: str) -> int:
        """Minor units that stand booked for a bill."""
        row = self._books.row(
            "SELECT coalesce(sum(booked_minor), 0) AS paid FROM booking"  # noqa: S608 - a constant
            f" WHERE service_code = ? AND customer_reference = ? AND bill_number = ? AND copy = 0 AND {_BOOKED}",
            service,
            customer_reference,
            bill_number,
        )
        return 0 if row is None else int(row["paid"])

    def note_advice(self, biller: ParticipantCode, event_id: str, payment_id: str, at: datetime) -> None:
        self._books.write("INSERT INTO advice VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING", biller, event_id, payment_id, at.isoformat())

    def statement(self, biller: ParticipantCode, business_date: str | None) -> list[dict[str, Any]]:
        """What stands booked for a business date, or for all, in the order of booking."""
        rows = self._books.rows(
            f"SELECT * FROM booking WHERE biller = ? AND {_BOOKED} AND (? IS NULL OR business_date = ?) ORDER BY rowid",  # noqa: S608
            biller,
            business_date,
            business_date,
        )
        return [
            {
                "payment_id": row["payment_id"],
                "biller_reference": row["biller_reference"],
                "bank_code": row["bank_code"],
                "service_code": row["service_code"],
                "customer_reference": row["customer_reference"],
                "amount": Money(row["booked_minor"], row["currency"]).text(),
                "currency": row["currency"],
                "refunded": Money(self.refunded(biller, row["payment_id"]), row["currency"]).text(),
                "refunds": self._refunds(biller, row["payment_id"], row["currency"]),
                "business_date": row["business_date"],
            }
            for row in rows
        ]

    def _refunds(self, biller: ParticipantCode, payment_id: str, currency: str) -> list[dict[str, str]]:
        rows = self._books.rows("SELECT * FROM refund WHERE biller = ? AND payment_id = ? ORDER BY rowid", biller, payment_id)
        return [{"reversal_id": row["reversal_id"], "amount": Money(row["minor"], currency).text()} for row in rows]

    def close(self) -> None:
        self._books.close()


def _booking(row: Any) -> Booking:
    order = Order(
        payment_id=row["payment_id"],
        bank_code=row["bank_code"],
        service_code=ServiceCode(row["service_code"]),
        customer_reference=row["customer_reference"],
        bill_number=row["bill_number"],
        amount=Money(row["ordered_minor"], row["currency"]),
        business_date=row["business_date"],
    )
    said = Money(row["said_minor"], row["currency"])
    return Booking(order, said, row["refused_because"], row["biller_reference"], row["reversed_at"] is not None)
