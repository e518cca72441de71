"""Adjustments: added with their journal entry, never changed."""

from typing import Any

from sqlalchemy import Row, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.break_repairs import Adjustment
from switch.domain.identifiers import AdjustmentId, ParticipantCode, PaymentId, WindowId
from switch.domain.ledger import EntryKind
from switch.store.tables.breaks import adjustment as table


async def append(connection: AsyncConnection, made: Adjustment) -> None:
    values = {
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
        "written_off_minor": made.written_off,
        "window_id": made.window_id,
        "business_date": made.business_date,
        "made_at": made.made_at,
        "by": made.by,
        "digest": made.digest(),
    }
    await connection.execute(insert(table), values)


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
    )
