"""Books filled fast: completed payments poured into the open window by set-based SQL, so that `switch verify` finds nothing wrong.

The guards are off while it pours (they look at each row); every invariant is looked at when the bench verifies the books at its end.
"""

import asyncio
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

import orjson
import psycopg

from loadtests.bench.filled_payments import Filled, filled, patterns
from loadtests.bench.pgbench import script
from loadtests.bench.place import CURRENCY, Place
from loadtests.bench.proof import connected
from switch.bootstrap.opening import opened_switch
from switch.domain.directory import Directory
from switch.domain.identifiers import WindowId
from switch.domain.ledger import payment_completed
from switch.domain.payments import Payment
from switch.domain.pseudonyms import customer_pseudonym
from switch.store.outbox import kept_content
from switch.store.payments import personal_of

AT_ONCE = 50_000
TOLD_EVERY = 500_000
FILLED_TABLES = "bill, idempotency, payment, payment_event, journal_entry, posting, outbox, proof_leaf"


def fill(place: Place, count: int) -> None:
    """So many more completed payments in the open window. With no process of the switch running."""
    if count <= 0:
        return
    place.tell(f"filling the books with {count:,} payments")
    directory = asyncio.run(_directory(place))
    with connected(place) as connection:
        window_id, day = open_window(connection)
        orders = patterns(place, directory, window_id, day, datetime.now(UTC))
        connection.execute(script("fill_tables"))
        _pour_patterns(connection, orders)
        with _without_further_indexes(connection):
            for done, wanted in zip(range(0, count, AT_ONCE), _made(place, orders, count), strict=True):
                _pour(connection, wanted)
                if done % TOLD_EVERY == 0 and done:
                    place.tell(f"{done:,} of them are in")
        place.tell("sealing them")
        asyncio.run(_seal(place))
        connection.execute(f"VACUUM (ANALYZE) {FILLED_TABLES}")
        connection.execute("CHECKPOINT")


def open_window(connection: psycopg.Connection) -> tuple[WindowId, date]:
    row = connection.execute("SELECT window_id, business_date FROM open_window WHERE currency = %s", (CURRENCY,)).fetchone()
    assert row is not None, "a prepared place has an open window"
    return WindowId(row[0]), row[1]


async def _seal(place: Place) -> None:
    """Beforehand, so that the worker does not do it while something else is measured."""
    async with opened_switch(place.settings) as switch:
        await switch.seal_log.whole()


async def _directory(place: Place) -> Directory:
    async with opened_switch(place.settings) as switch:
        return switch.directory.current()


def _pour_patterns(connection: psycopg.Connection, orders: Sequence[Payment]) -> None:
    with connection.cursor() as cursor:
        with cursor.copy("COPY pattern FROM STDIN") as copy:
            for pattern, order in enumerate(orders):
                copy.write_row(_pattern_row(pattern, order))
        with cursor.copy("COPY pattern_posting FROM STDIN") as copy:
            for pattern, order in enumerate(orders):
                assert order.window_id is not None
                assert order.business_date is not None
                entry = payment_completed(order, order.window_id, order.business_date, order.reserved_at)
                for line, posting in enumerate(entry.postings, 1):
                    copy.write_row((pattern, line, posting.account, posting.minor))
    connection.execute("ANALYZE pattern, pattern_posting")


def _made(place: Place, orders: Sequence[Payment], count: int) -> Iterator[list[tuple[Any, ...]]]:
    """Rows for one transaction after the other; the next are made while the database writes those before them."""
    sizes = [min(AT_ONCE, count - done) for done in range(0, count, AT_ONCE)]
    with ThreadPoolExecutor(max_workers=1) as maker:
        making = [maker.submit(_rows, place, orders, sizes[0])]
        for size in [*sizes[1:], 0]:
            made = making.pop().result()
            making.append(maker.submit(_rows, place, orders, size))
            yield made


def _rows(place: Place, orders: Sequence[Payment], count: int) -> list[tuple[Any, ...]]:
    return [_made_row(one) for one in filled(place, orders, count, datetime.now(UTC))]


def _pour(connection: psycopg.Connection, rows: Sequence[tuple[Any, ...]]) -> None:
    """One transaction."""
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        with cursor.copy("COPY made FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute("ANALYZE made")
        cursor.execute(script("fill"))


@contextmanager
def _without_further_indexes(connection: psycopg.Connection) -> Iterator[None]:
    """What is not a key is indexed when everything is in: many times faster than row by row."""
    found = connection.execute(
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index"
        " WHERE indrelid = ANY(%s::regclass[]) AND NOT indisunique ORDER BY 1",
        (FILLED_TABLES.split(", "),),
    ).fetchall()
    for name, _ in found:
        connection.execute(f"DROP INDEX {name}")
    yield
    for _, definition in found:
        connection.execute(definition)


def _pattern_row(pattern: int, order: Payment) -> tuple[Any, ...]:
    request, fees = order.request, order.fees
    return (
        *(pattern, request.bank, request.service, order.biller, request.amount.minor, request.amount.currency),
        *(fees.payer, fees.biller, fees.switch, fees.bank, fees.central_bank, fees.tax),
        *(order.tariff_id, str(request.channel), str(request.method), order.window_id, order.business_date),
    )


def _made_row(one: Filled) -> tuple[Any, ...]:
    payment, request, bill, entry, advice = one.payment, one.payment.request, one.bill, one.entry, one.advice
    return (
        *(one.pattern, payment.bucket, customer_pseudonym(request.customer_reference), personal_of(payment)),
        *(request.bill_number, request.idempotency_key, request.bank_reference),
        *(payment.payment_id, payment.request_digest, bill.digest(), entry.entry_id, entry.digest(), advice.event_id),
        *(orjson.dumps(kept_content(advice)).decode(), bill.issued_on, bill.due_on, payment.reserved_at),
    )
