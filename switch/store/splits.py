"""Splits of services, and what they make of the payments of a window: read once when it closes, kept for good."""

from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.identifiers import ParticipantCode, PaymentId, ServiceCode, WindowId
from switch.domain.settlement import SettlementAccount
from switch.domain.splits import AccountNet, Split, SplitPart
from switch.store.database import as_rows, insert_rows
from switch.store.directory_rows import DirectoryRows
from switch.store.tables.splits import settlement_split, window_account

ROWS_AT_ONCE = 5_000

_ALL = text("""
    SELECT * FROM settlement_split WHERE CAST(:service AS text) IS NULL OR service_code = :service ORDER BY service_code, effective_from
""")
_FIND = text("SELECT * FROM settlement_split WHERE split_id = :id OR (service_code = :service AND effective_from = :day)")
# Every movement, from the first on, of each payment of these services that moves in the windows: what is taken back depends on the former.
_MOVEMENTS = text("""
    WITH theirs AS (
        SELECT DISTINCT bucket, payment_id FROM movement
        WHERE window_id = ANY((SELECT members_of(:window))::text[])
            AND service_code = ANY(CAST(:services AS text[]))
    )
    SELECT payment_id, movement.bank_code, movement.biller_code, movement.service_code,
        (payment.reserved_at AT TIME ZONE 'Asia/Damascus')::date AS accepted_on,
        movement.amount_minor - movement.biller_fee AS minor,
        movement.window_id = ANY((SELECT members_of(:window))::text[]) AS counts
    FROM theirs JOIN movement USING (bucket, payment_id) JOIN payment USING (bucket, payment_id)
    ORDER BY payment_id, movement_id <> payment_id, moved_at, movement_id
""")
_KEPT = text("""
    SELECT * FROM window_account WHERE window_id = :window ORDER BY bank_code, biller_code, account_bank, account_number
""")
_KEEP = insert_rows(window_account, tuple(window_account.c.keys()))


class Moved(NamedTuple):
    """One movement: what the biller is owed for it (negative: owes), and whether it is of the windows that are asked for."""

    payment_id: PaymentId
    bank: ParticipantCode
    biller: ParticipantCode
    service: ServiceCode
    accepted_on: date
    minor: int
    counts: bool


async def every(connection: AsyncConnection, service: ServiceCode | None = None) -> list[Split]:
    return [split_of(row) for row in (await connection.execute(_ALL, {"service": service})).all()]


async def standing(connection: AsyncConnection, split: Split) -> list[Split]:
    """Those of its name, or of its service from the same day."""
    parameters = {"id": split.split_id, "service": split.service, "day": split.effective_from}
    return [split_of(row) for row in (await connection.execute(_FIND, parameters)).all()]


async def add(rows: DirectoryRows, split: Split) -> bool:
    """Whether it is new."""
    return await rows.add_row(settlement_split, "split", _row(split))


async def movements(connection: AsyncConnection, window_id: str, services: Sequence[ServiceCode]) -> AsyncIterator[Moved]:
    """In the order of the payments, each payment's from the first on."""
    parameters = {"window": window_id, "services": list(services)}
    async with connection.stream(_MOVEMENTS, parameters, execution_options={"yield_per": ROWS_AT_ONCE}) as result:
        async for part in result.partitions(ROWS_AT_ONCE):
            for row in part:
                yield Moved(*row)


async def kept(connection: AsyncConnection, window_id: str) -> tuple[AccountNet, ...]:
    return tuple(
        AccountNet(
            ParticipantCode(row.bank_code),
            ParticipantCode(row.biller_code),
            SettlementAccount(ParticipantCode(row.account_bank), row.account_number) if row.account_number else None,
            row.minor,
        )
        for row in (await connection.execute(_KEPT, {"window": window_id})).all()
    )


async def keep(connection: AsyncConnection, window_id: WindowId, nets: Iterable[AccountNet]) -> None:
    rows = [
        {
            "window_id": window_id,
            "bank_code": net.bank,
            "biller_code": net.biller,
            "account_bank": "" if net.account is None else net.account.bank,
            "account_number": "" if net.account is None else net.account.number,
            "minor": net.minor,
        }
        for net in nets
    ]
    await connection.execute(_KEEP, as_rows(rows))


def split_of(row: Row[Any]) -> Split:
    return Split(
        split_id=row.split_id,
        service=ServiceCode(row.service_code),
        currency=row.currency,
        effective_from=row.effective_from,
        parts=tuple(
            SplitPart(SettlementAccount(ParticipantCode(part["bank"]), part["number"]), part["fixed_minor"], part["basis_points"])
            for part in row.parts
        ),
    )


def _row(split: Split) -> dict[str, Any]:
    return {
        "split_id": split.split_id,
        "service_code": split.service,
        "currency": split.currency,
        "effective_from": split.effective_from,
        "parts": [
            {
                "bank": part.account.bank,
                "number": part.account.number,
                "fixed_minor": part.fixed_minor,
                "basis_points": part.basis_points,
            }
            for part in split.parts
        ],
        "digest": split.digest(),
    }
