"""Bills: uploaded or presented, locked while a payment claims them. Their customers are in the table by pseudonyms only."""

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.bills import Bill, BillKey
from switch.domain.catalogue import AmountRuleKind
from switch.domain.identifiers import ServiceCode, bucket_for
from switch.domain.money import Money
from switch.domain.participants import Name
from switch.domain.pseudonyms import customer_pseudonym
from switch.store.database import Writing, as_rows, insert_rows, rows_of
from switch.store.tables.payments import bill as table

_COLUMNS = tuple(column.name for column in table.c if column.name != "archived_minor")  # which is the archive's
_INSERT = insert_rows(table, _COLUMNS, "ON CONFLICT DO NOTHING")
_ADD = insert_rows(table, _COLUMNS, "ON CONFLICT DO NOTHING RETURNING bucket, service_code, customer_pseudonym, bill_number")
_LOCK = text("""
    SELECT bill.* FROM bill
    JOIN unnest(CAST(:buckets AS smallint[]), CAST(:services AS text[]), CAST(:pseudonyms AS text[]), CAST(:numbers AS text[]))
        AS wanted (bucket, service_code, customer_pseudonym, bill_number)
    USING (bucket, service_code, customer_pseudonym, bill_number)
    ORDER BY bucket, service_code, customer_pseudonym, bill_number FOR UPDATE OF bill
""")
_UPDATE = text(f"""
    UPDATE bill SET amount_minor = new.amount_minor, currency = new.currency, rule = new.rule, held_minor = new.held_minor,
        paid_minor = new.paid_minor, withdrawn = new.withdrawn, issued_on = new.issued_on, due_on = new.due_on,
        description_ar = new.description_ar, description_en = new.description_en,
        changed_at = new.changed_at, digest = new.digest, uploaded = new.uploaded
    FROM {rows_of(table, _COLUMNS)}
    WHERE (bill.bucket, bill.service_code, bill.customer_pseudonym, bill.bill_number)
        = (new.bucket, new.service_code, new.customer_pseudonym, new.bill_number)
""")  # noqa: S608 - our own names
_CUSTOMER_COLUMNS = ("bucket", "service_code", "customer_pseudonym")
_OF_CUSTOMERS = text(f"""
    SELECT bill.* FROM {rows_of(table, _CUSTOMER_COLUMNS, "wanted")}
    JOIN bill USING (bucket, service_code, customer_pseudonym) ORDER BY bill.due_on NULLS LAST, bill.bill_number
""")  # noqa: S608 - our own names
Customer = tuple[ServiceCode, str]
_Place = tuple[int, str, str, str]
"""Bucket, service, pseudonym of the customer, number: how a bill is found, and the order in which bills are locked everywhere."""


async def insert_missing(connection: AsyncConnection, bills: Collection[Bill]) -> None:
    """In one order everywhere, so that two batches that bring the same new bills wait and never deadlock."""
    await connection.execute(_INSERT, as_rows(_sorted_rows(bills)))


async def add(connection: AsyncConnection, bills: Collection[Bill]) -> set[BillKey]:
    """The keys that were new; in the order of `insert_missing`."""
    asked = {_place(bill.key): bill.key for bill in bills}
    added = (await connection.execute(_ADD, as_rows(_sorted_rows(bills)))).all()
    return {asked[row.bucket, row.service_code, row.customer_pseudonym, row.bill_number] for row in added}


async def lock(connection: AsyncConnection, keys: Iterable[BillKey]) -> dict[BillKey, Bill]:
    """Of two keys that mean one bill, written in two ways, only one is answered: a bill changes once in a statement."""
    asked = {_place(key): key for key in keys}
    parameters = {name: [place[at] for place in asked] for at, name in enumerate(("buckets", "services", "pseudonyms", "numbers"))}
    rows = (await connection.execute(_LOCK, parameters)).all()
    found = (from_row(row, asked[row.bucket, row.service_code, row.customer_pseudonym, row.bill_number]) for row in rows)
    return {bill.key: bill for bill in found}


async def update(connection: Writing, bills: Collection[Bill]) -> None:
    await connection.execute(_UPDATE, as_rows([_row(bill) for bill in bills]))


async def of_customers(connection: AsyncConnection, wanted: Collection[Customer]) -> list[list[Bill]]:
    """The bills of each, in their order; the one that is due first is the first."""
    asked = {(service, reference): _customer_place(service, reference) for service, reference in wanted}
    rows = [dict(zip(_CUSTOMER_COLUMNS, place, strict=True)) for place in set(asked.values())]
    found: dict[tuple[int, str, str], list[Row[Any]]] = {}
    for row in (await connection.execute(_OF_CUSTOMERS, as_rows(rows))).all():
        found.setdefault((row.bucket, row.service_code, row.customer_pseudonym), []).append(row)
    return [
        [from_row(row, BillKey(service, reference, row.bill_number)) for row in found.get(asked[service, reference], ())]
        for service, reference in wanted
    ]


def from_row(row: Row[Any], key: BillKey) -> Bill:
    """`key` is how whoever asked names it."""
    return Bill(
        key=key,
        amount=Money(row.amount_minor, row.currency),
        rule=AmountRuleKind(row.rule),
        uploaded=row.uploaded,
        held=row.held_minor,
        paid=row.paid_minor,
        withdrawn=row.withdrawn,
        issued_on=row.issued_on,
        due_on=row.due_on,
        description=Name(row.description_ar, row.description_en) if row.description_ar or row.description_en else None,
        changed_at=row.changed_at,
    )


def _row(bill: Bill) -> dict[str, Any]:
    bucket, service, pseudonym, _ = _place(bill.key)
    return {
        "bucket": bucket,
        "service_code": service,
        "customer_pseudonym": pseudonym,
        "bill_number": bill.key.bill_number,
        "amount_minor": bill.amount.minor,
        "currency": bill.amount.currency,
        "rule": bill.rule,
        "uploaded": bill.uploaded,
        "held_minor": bill.held,
        "paid_minor": bill.paid,
        "withdrawn": bill.withdrawn,
        "issued_on": bill.issued_on,
        "due_on": bill.due_on,
        "description_ar": bill.description.ar if bill.description else None,
        "description_en": bill.description.en if bill.description else None,
        "changed_at": bill.changed_at,
        "digest": bill.digest_of(pseudonym),
    }


def _sorted_rows(bills: Iterable[Bill]) -> list[dict[str, Any]]:
    return sorted(map(_row, bills), key=lambda row: (row["bucket"], row["service_code"], row["customer_pseudonym"], row["bill_number"]))


def _place(key: BillKey) -> _Place:
    return (*_customer_place(key.service, key.customer_reference), key.bill_number)


def _customer_place(service: str, reference: str) -> tuple[int, str, str]:
    pseudonym = customer_pseudonym(reference)
    return bucket_for(service, pseudonym), service, pseudonym
