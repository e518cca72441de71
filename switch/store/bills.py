"""Bills: uploaded or presented, locked while a payment claims them."""

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.bills import Bill, BillKey
from switch.domain.catalogue import AmountRuleKind
from switch.domain.identifiers import ServiceCode, bucket_for
from switch.domain.money import Money
from switch.domain.participants import Name
from switch.store.database import Writing, as_rows, insert_rows, rows_of
from switch.store.tables.payments import bill as table

_COLUMNS = tuple(table.c.keys())
_INSERT = insert_rows(table, _COLUMNS, "ON CONFLICT DO NOTHING")
_ADD = insert_rows(table, _COLUMNS, "ON CONFLICT DO NOTHING RETURNING service_code, customer_reference, bill_number")
_LOCK = text("""
    SELECT bill.* FROM bill
    JOIN unnest(CAST(:buckets AS smallint[]), CAST(:services AS text[]), CAST(:references AS text[]), CAST(:numbers AS text[]))
        AS wanted (bucket, service_code, customer_reference, bill_number)
    USING (bucket, service_code, customer_reference, bill_number)
    ORDER BY bucket, service_code, customer_reference, bill_number FOR UPDATE OF bill
""")
_UPDATE = text(f"""
    UPDATE bill SET amount_minor = new.amount_minor, currency = new.currency, rule = new.rule, held_minor = new.held_minor,
        paid_minor = new.paid_minor, withdrawn = new.withdrawn, issued_on = new.issued_on, due_on = new.due_on,
        description_ar = new.description_ar, description_en = new.description_en,
        changed_at = new.changed_at, digest = new.digest, uploaded = new.uploaded
    FROM {rows_of(table, _COLUMNS)}
    WHERE (bill.bucket, bill.service_code, bill.customer_reference, bill.bill_number)
        = (new.bucket, new.service_code, new.customer_reference, new.bill_number)
""")  # noqa: S608 - our own names
_OF_CUSTOMERS = text(f"""
    SELECT bill.* FROM {rows_of(table, ("bucket", "service_code", "customer_reference"), "wanted")}
    JOIN bill USING (bucket, service_code, customer_reference) ORDER BY bill.due_on NULLS LAST, bill.bill_number
""")  # noqa: S608 - our own names
Customer = tuple[ServiceCode, str]


async def insert_missing(connection: AsyncConnection, bills: Collection[Bill]) -> None:
    """In one order everywhere, so that two batches that bring the same new bills wait and never deadlock."""
    rows = [_row(bill) for bill in sorted(bills, key=lambda bill: (bill.key.bucket, bill.key))]
    await connection.execute(_INSERT, as_rows(rows))


async def add(connection: AsyncConnection, bills: Collection[Bill]) -> set[BillKey]:
    """The keys that were new; in the order of `insert_missing`."""
    rows = [_row(bill) for bill in sorted(bills, key=lambda bill: (bill.key.bucket, bill.key))]
    return {BillKey(*row) for row in (await connection.execute(_ADD, as_rows(rows))).all()}


async def lock(connection: AsyncConnection, keys: Iterable[BillKey]) -> dict[BillKey, Bill]:
    wanted = list(keys)
    parameters = {
        "buckets": [key.bucket for key in wanted],
        "services": [key.service for key in wanted],
        "references": [key.customer_reference for key in wanted],
        "numbers": [key.bill_number for key in wanted],
    }
    return {bill.key: bill for bill in map(from_row, (await connection.execute(_LOCK, parameters)).all())}


async def update(connection: Writing, bills: Collection[Bill]) -> None:
    await connection.execute(_UPDATE, as_rows([_row(bill) for bill in bills]))


async def of_customers(connection: AsyncConnection, wanted: Collection[Customer]) -> list[list[Bill]]:
    """The bills of each, in their order; the one that is due first is the first."""
    asked = {
        (service, reference): {"bucket": bucket_for(service, reference), "service_code": service, "customer_reference": reference}
        for service, reference in wanted
    }
    found: dict[Customer, list[Bill]] = {customer: [] for customer in asked}
    for row in (await connection.execute(_OF_CUSTOMERS, as_rows(list(asked.values())))).all():
        found[ServiceCode(row.service_code), row.customer_reference].append(from_row(row))
    return [found[customer] for customer in wanted]


def from_row(row: Row[Any]) -> Bill:
    return Bill(
        key=BillKey(ServiceCode(row.service_code), row.customer_reference, row.bill_number),
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
    return {
        "bucket": bill.key.bucket,
        "service_code": bill.key.service,
        "customer_reference": bill.key.customer_reference,
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
        "digest": bill.digest(),
    }
