"""Three sets of books of one business date that agree: the switch's as a CSV file, and what banks and billers would have booked."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any

import orjson
import psycopg

from loadtests.bench.pgbench import script
from loadtests.bench.place import CURRENCY, Place
from loadtests.bench.proof import connected
from switch.domain.identifiers import ParticipantCode
from switch.domain.money import Money
from switch.simulators.statements import BookedRow, statement
from switch.store.vault import row_name, vault

SIDES = ("switch", "bank", "biller")
HANDING_IN = SIDES[1:]
ROWS_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class Statement:
    """As it lies on the disk."""

    owner: ParticipantCode
    path: Path


@dataclass(frozen=True, slots=True)
class ThreeSides:
    payments: int
    statements: list[Statement]
    csv_files: dict[str, Path]
    """The same lines, one file a side."""


def write(place: Place, day: date) -> ThreeSides:
    folder = place.settings.data / "booked"
    folder.mkdir()
    files = {side: folder / f"{side}.csv" for side in SIDES}
    with connected(place) as connection:
        asked = _asked(day) | {"references": orjson.dumps(_references(connection, day)).decode()}
        for side, path in files.items():
            _copy(connection, side, asked, path)
    statements = [written for side in HANDING_IN for written in _statements(place, side, day, asked, folder)]
    return ThreeSides(count_of_day(place, day), statements, files)


def count_of_day(place: Place, day: date) -> int:
    with connected(place) as connection:
        row = connection.execute(
            "SELECT count(*) FROM payment JOIN settlement_window AS its USING (window_id)"
            " WHERE its.business_date = %(day)s AND its.currency = %(currency)s",
            _asked(day),
        ).fetchone()
    assert row is not None
    return int(row[0])


def _asked(day: date) -> dict[str, Any]:
    return {"day": day, "currency": CURRENCY}


def _references(connection: psycopg.Connection, day: date) -> dict[str, str]:
    """Of the customers of bills that were not made here (`open_bills.py`), by payment: what earlier measurements have left."""
    rows = connection.execute(
        "SELECT payment_id, bank_code, personal FROM payment JOIN settlement_window AS its USING (window_id)"
        " WHERE its.business_date = %(day)s AND its.currency = %(currency)s AND bill_number !~ '^B-[0-9]+$'",
        _asked(day),
    )
    found = {payment_id: vault().take(bank, row_name("payment", payment_id), personal) for payment_id, bank, personal in rows}
    return {str(payment_id): personal[0] for payment_id, personal in found.items() if personal is not None}


def _copy(connection: psycopg.Connection, side: str, asked: dict[str, Any], path: Path) -> None:
    rows = f"COPY ({script(f'booked_{side}')}) TO STDOUT (FORMAT csv, HEADER)"
    with path.open("wb") as file, connection.cursor().copy(rows, asked) as copy:
        for block in copy:
            file.write(block)


def _statements(place: Place, side: str, day: date, asked: dict[str, Any], folder: Path) -> Iterator[Statement]:
    for owner, rows in groupby(_rows(place, side, asked), key=lambda row: row[0]):
        path = folder / f"{owner}-booked.csv"
        path.write_bytes(statement(owner, side, day, CURRENCY, (_booked(row, day) for row in rows)))
        yield Statement(ParticipantCode(owner), path)


def _rows(place: Place, side: str, asked: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    with connected(place) as connection, connection.transaction(), connection.cursor("booked") as cursor:
        cursor.itersize = ROWS_AT_ONCE
        cursor.execute(script(f"booked_{side}"), asked)
        yield from cursor


def _booked(row: tuple[Any, ...], day: date) -> BookedRow:
    _, payment_id, own_reference, counterparty, customer_reference, minor = row
    return BookedRow(str(payment_id), own_reference, counterparty, customer_reference, Money(minor, CURRENCY), day)
