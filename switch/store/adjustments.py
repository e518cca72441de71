"""Adjustments: added with their journal entry, never changed."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.adjustments import Adjustment
from switch.domain.identifiers import AdjustmentId, ParticipantCode, PaymentId, WindowId, bucket_of
from switch.domain.ledger import EntryKind
from switch.store.database import Together, as_rows, insert_rows
from switch.store.tables.breaks import adjustment
from switch.store.tables.schema import given_columns

_INSERT = insert_rows(adjustment, given_columns(adjustment))
_LAST_RERATING = text("""
    SELECT rerating FROM adjustment WHERE bucket = :bucket AND payment_id = :payment AND kind = 'fee_rerated' AND NOT undoes
    ORDER BY made_at DESC, adjustment_id DESC LIMIT 1
""")

_OF_PAYMENT = text("SELECT * FROM adjustment WHERE bucket = :bucket AND payment_id = :payment ORDER BY made_at, adjustment_id")


async def append(connection: AsyncConnection, made: Sequence[Adjustment]) -> None:
    """All of them in one statement."""
    await connection.execute(_INSERT, as_rows([_row(each) for each in made]))


async def collect(together: Together, made: Sequence[Adjustment]) -> None:
    await together.execute(_INSERT, as_rows([_row(each) for each in made]))


async def last_rerating(connection: AsyncConnection, payment_id: PaymentId) -> str | None:
    """Of the payment; None where it was never re-rated."""
    parameters = {"bucket": bucket_of(payment_id), "payment": payment_id}
    return (await connection.execute(_LAST_RERATING, parameters)).scalar_one_or_none()


async def of_payment(connection: AsyncConnection, payment_id: PaymentId) -> list[Adjustment]:
    """Oldest first."""
    parameters = {"bucket": bucket_of(payment_id), "payment": payment_id}
    return [from_row(row) for row in (await connection.execute(_OF_PAYMENT, parameters)).all()]


def _row(made: Adjustment) -> dict[str, Any]:
    return {
        "bucket": made.bucket,
        "adjustment_id": made.adjustment_id,
        "break_id": made.break_id,
        "payment_id": made.payment_id,
        "kind": made.kind,
        "currency": made.currency,
        "bank_code": made.bank,
        "biller_code": made.biller,
        "payer_fee": made.payer_fee,
        "biller_fee": made.biller_fee,
        "switch_fee": made.switch_fee,
        "bank_fee": made.bank_fee,
        "central_bank_fee": made.central_bank_fee,
        "tax": made.tax,
        "written_off_minor": made.written_off,
        "window_id": made.window_id,
        "business_date": made.business_date,
        "made_at": made.made_at,
        "by": made.by,
        "rerating": made.rerating,
        "undoes": made.undoes,
        "digest": made.digest(),
    }


def from_row(row: Row[Any]) -> Adjustment:
    return Adjustment(
        adjustment_id=AdjustmentId(row.adjustment_id),
        break_id=row.break_id,
        payment_id=PaymentId(row.payment_id),
        kind=EntryKind(row.kind),
        currency=row.currency,
        bank=ParticipantCode(row.bank_code),
        biller=ParticipantCode(row.biller_code),
        payer_fee=row.payer_fee,
        biller_fee=row.biller_fee,
        switch_fee=row.switch_fee,
        written_off=row.written_off_minor,
        window_id=WindowId(row.window_id),
        business_date=row.business_date,
        made_at=row.made_at,
        by=row.by,
        bank_fee=row.bank_fee,
        central_bank_fee=row.central_bank_fee,
        tax=row.tax,
        rerating=row.rerating,
        undoes=row.undoes,
    )
