"""Inquiries: the presentments that were given to banks."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.bills import Inquiry, PresentedBill, Presentment
from switch.domain.catalogue import AmountRuleKind
from switch.domain.identifiers import bucket_of
from switch.domain.money import Money
from switch.domain.participants import Name
from switch.store.database import as_rows, insert_rows
from switch.store.tables.payments import inquiry as table
from switch.store.vault import row_name, vault

_COLUMNS = ("bucket", "inquiry_id", "bank_code", "service_code", "personal", "presentment", "presented_at", "expires_at")
_INSERT = insert_rows(table, _COLUMNS)
_FIND = text("""
    SELECT inquiry.* FROM inquiry
    JOIN unnest(CAST(:buckets AS smallint[]), CAST(:ids AS uuid[])) AS wanted (bucket, inquiry_id) USING (bucket, inquiry_id)
""")


async def add(connection: AsyncConnection, inquiries: Iterable[Inquiry]) -> None:
    await connection.execute(_INSERT, as_rows([_row(inquiry) for inquiry in inquiries]))


async def find_all(connection: AsyncConnection, ids: Iterable[UUID]) -> dict[UUID, Inquiry]:
    wanted = list(ids)
    parameters = {"buckets": [bucket_of(inquiry_id) for inquiry_id in wanted], "ids": wanted}
    return {row.inquiry_id: _inquiry(row) for row in (await connection.execute(_FIND, parameters)).all()}


def _row(inquiry: Inquiry) -> dict[str, Any]:
    return {
        "bucket": bucket_of(inquiry.inquiry_id),
        "inquiry_id": inquiry.inquiry_id,
        "bank_code": inquiry.bank,
        "service_code": inquiry.service,
        "personal": vault().put(inquiry.bank, row_name("inquiry", inquiry.inquiry_id), [inquiry.customer_reference]),
        "presentment": orjson.dumps([_bill_json(bill) for bill in inquiry.presentment.bills]).decode(),
        "presented_at": inquiry.presented_at,
        "expires_at": inquiry.expires_at,
    }


def _inquiry(row: Row[Any]) -> Inquiry:
    (reference,) = vault().take(row.bank_code, row_name("inquiry", row.inquiry_id), row.personal) or ("",)
    return Inquiry(
        inquiry_id=row.inquiry_id,
        bank=row.bank_code,
        service=row.service_code,
        customer_reference=reference,
        presentment=Presentment(tuple(_bill(bill) for bill in row.presentment)),
        presented_at=row.presented_at,
        expires_at=row.expires_at,
    )


def _bill_json(bill: PresentedBill) -> dict[str, Any]:
    return {
        "bill_number": bill.bill_number,
        "due_minor": bill.due.minor,
        "currency": bill.due.currency,
        "rule": bill.rule,
        "issued_on": bill.issued_on.isoformat() if bill.issued_on else None,
        "due_on": bill.due_on.isoformat() if bill.due_on else None,
        "description": [bill.description.ar, bill.description.en] if bill.description else None,
    }


def _bill(stored: dict[str, Any]) -> PresentedBill:
    return PresentedBill(
        bill_number=stored["bill_number"],
        due=Money(stored["due_minor"], stored["currency"]),
        rule=AmountRuleKind(stored["rule"]),
        issued_on=date.fromisoformat(stored["issued_on"]) if stored["issued_on"] else None,
        due_on=date.fromisoformat(stored["due_on"]) if stored["due_on"] else None,
        description=Name(*stored["description"]) if stored["description"] else None,
    )
