"""Payments as they are asked for: pages by filter, and the history of one. Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.identifiers import ParticipantCode, PaymentId, WindowId, payment_ids_of, plain_payment_reference
from switch.domain.payments import Payment, PaymentEvent, PaymentState
from switch.store.payments import find, from_row
from switch.store.tables.payments import payment as table
from switch.store.tables.payments import payment_event

_TIME_SHIFT = 80
"""A UUIDv7 begins with 48 bits of milliseconds."""


@dataclass(frozen=True, slots=True)
class PaymentFilter:
    """What is not None must hold; `since` is in, `until` is out, both on the time of the payment's id. Newest first."""

    bank: ParticipantCode | None = None
    biller: ParticipantCode | None = None
    bank_reference: str | None = None
    state: PaymentState | None = None
    window_id: WindowId | None = None
    since: datetime | None = None
    until: datetime | None = None
    before: UUID | None = None


async def page(connection: AsyncConnection, wanted: PaymentFilter, limit: int) -> list[Payment]:
    query = select(table).where(and_(True, *_conditions(wanted))).order_by(table.c.payment_id.desc()).limit(limit)
    return [from_row(row) for row in (await connection.execute(query)).all()]


async def overdue(connection: AsyncConnection, now: datetime, limit: int, services: Sequence[str] | None = None) -> list[Payment]:
    """Live ones past the moment by which they were to be certain, the oldest first; all, or only of these services."""
    wanted = [table.c.state.in_(["RESERVED", "IN_DOUBT"]), table.c.certain_by <= now]
    if services is not None:
        wanted.append(table.c.service_code.in_(services))
    query = select(table).where(*wanted).order_by(table.c.certain_by).limit(limit)
    return [from_row(row) for row in (await connection.execute(query)).all()]


async def history(connection: AsyncConnection, bucket: int, payment_id: UUID) -> list[PaymentEvent]:
    events = payment_event.c
    query = select(payment_event).where(events.bucket == bucket, events.payment_id == payment_id).order_by(events.number)
    return [event_of(row) for row in (await connection.execute(query)).all()]


async def named(connection: AsyncConnection, name: str) -> Payment | None:
    """By its id, or by its payment reference as a customer reads it out."""
    try:
        payment_id = UUID(name)
    except ValueError:
        if (reference := plain_payment_reference(name)) is None:
            return None
        candidates = await between(connection, *payment_ids_of(reference))
        return next((payment for payment in candidates if payment.reference == reference), None)
    return (await find(connection, [payment_id])).get(PaymentId(payment_id))


async def between(connection: AsyncConnection, bucket: int, first: UUID, end: UUID) -> list[Payment]:
    """Those of a bucket whose ids are from the first up to, without it, the end."""
    query = select(table).where(table.c.bucket == bucket, table.c.payment_id >= first, table.c.payment_id < end)
    return [from_row(row) for row in (await connection.execute(query)).all()]


def _conditions(wanted: PaymentFilter) -> list[ColumnElement[bool]]:
    columns = table.c
    equal: dict[Any, Any] = {
        columns.bank_code: wanted.bank,
        columns.biller_code: wanted.biller,
        columns.bank_reference: wanted.bank_reference,
        columns.state: wanted.state,
        columns.window_id: wanted.window_id,
    }
    conditions: list[ColumnElement[bool]] = [column == value for column, value in equal.items() if value is not None]
    if wanted.since is not None:
        conditions.append(columns.payment_id >= first_id(wanted.since))
    if wanted.until is not None:
        conditions.append(columns.payment_id < first_id(wanted.until))
    if wanted.before is not None:
        conditions.append(columns.payment_id < wanted.before)
    return conditions


def first_id(at: datetime) -> UUID:
    """The smallest id that a payment of this millisecond can have."""
    return UUID(int=max(int(at.timestamp() * 1000), 0) << _TIME_SHIFT)


def event_of(row: Any) -> PaymentEvent:
    return PaymentEvent(
        payment_id=row.payment_id,
        number=row.number,
        at=row.at,
        from_state=PaymentState(row.from_state) if row.from_state else None,
        to_state=PaymentState(row.to_state),
        by=row.by,
        note=row.note,
    )
