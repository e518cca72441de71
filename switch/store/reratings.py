"""Re-ratings: what two people have agreed on, how far it is carried out, and the payments of its period with all they were charged."""

from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, insert, text
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.fees import Tariff
from switch.domain.identifiers import ParticipantCode, PaymentId, ServiceCode, WindowId
from switch.domain.money import Money
from switch.domain.proposals import ProposalId
from switch.domain.reratings import Charged, FeeChange, Rerating
from switch.store.tables.reratings import rerating as table

ROWS_AT_ONCE = 2_000

_FIND = text("SELECT * FROM rerating WHERE rerating_id = :id")
_LOCK = text("SELECT * FROM rerating WHERE rerating_id = :id FOR NO KEY UPDATE")
_ALL = text("SELECT * FROM rerating ORDER BY approved_at DESC, rerating_id")
_RUNNING = text("SELECT rerating_id FROM rerating WHERE finished_at IS NULL ORDER BY approved_at, rerating_id")
_MOVE = text("""
    UPDATE rerating SET after_window = :window, after_payment = :payment, payments = payments + :payments, adjusted = adjusted + :adjusted,
        waits = NULL WHERE rerating_id = :id
""")
_WAIT = text("UPDATE rerating SET waits = :waits WHERE rerating_id = :id AND finished_at IS NULL")
_FINISH = text("UPDATE rerating SET finished_at = :at, waits = NULL WHERE rerating_id = :id AND finished_at IS NULL")
_OPEN = text(
    "SELECT window_id, business_date FROM settlement_window WHERE state = 'open' AND business_date <= :until ORDER BY window_id LIMIT 1"
)
_PATIENCE = text("SET LOCAL statement_timeout = '600s'")
_CHARGED = """
    SELECT payment_id, window_id, bank_code, biller_code, service_code, channel, amount_minor, currency, refunded_minor,
        (reserved_at AT TIME ZONE 'Asia/Damascus')::date AS accepted_on,
        payer_fee - coalesce(back.payer, 0) + coalesce(more.payer, 0) AS payer,
        biller_fee - coalesce(back.biller, 0) + coalesce(more.biller, 0) AS biller,
        switch_fee - coalesce(back.switch, 0) + coalesce(more.switch, 0) AS switch,
        bank_fee - coalesce(back.bank, 0) + coalesce(more.bank, 0) AS bank,
        central_bank_fee - coalesce(back.central_bank, 0) + coalesce(more.central_bank, 0) AS central_bank,
        tax - coalesce(back.taxes, 0) + coalesce(more.taxes, 0) AS taxes
    FROM payment AS its
    LEFT JOIN LATERAL (
        SELECT sum(payer_fee)::bigint AS payer, sum(biller_fee)::bigint AS biller, sum(switch_fee)::bigint AS switch,
            sum(bank_fee)::bigint AS bank, sum(central_bank_fee)::bigint AS central_bank, sum(tax)::bigint AS taxes
        FROM reversal WHERE (reversal.bucket, reversal.payment_id) = (its.bucket, its.payment_id) AND reversal.state = 'AGREED'
    ) AS back ON true
    LEFT JOIN LATERAL (
        SELECT sum(payer_fee)::bigint AS payer, sum(biller_fee)::bigint AS biller, sum(switch_fee)::bigint AS switch,
            sum(bank_fee)::bigint AS bank, sum(central_bank_fee)::bigint AS central_bank, sum(tax)::bigint AS taxes
        FROM adjustment WHERE (adjustment.bucket, adjustment.payment_id) = (its.bucket, its.payment_id)
            AND adjustment.kind IN ('fee_adjusted', 'fee_rerated')
    ) AS more ON true
"""
_PERIOD = text(f"""
    {_CHARGED} WHERE window_id IN (SELECT window_id FROM settlement_window WHERE business_date BETWEEN :since AND :until)
      AND (CAST(:window AS text) IS NULL OR (window_id, payment_id) > (:window, CAST(:payment AS uuid)))
    ORDER BY window_id, payment_id
""")  # noqa: S608 - our own words
_THESE = text(f"{_CHARGED} WHERE its.bucket = ANY(:buckets) AND its.payment_id = ANY(:ids) ORDER BY window_id, payment_id")
_IDS = text("""
    SELECT window_id, payment_id FROM payment
    WHERE window_id IN (SELECT window_id FROM settlement_window WHERE business_date BETWEEN :since AND :until)
      AND (CAST(:window AS text) IS NULL OR (window_id, payment_id) > (:window, CAST(:payment AS uuid)))
    ORDER BY window_id, payment_id LIMIT :most
""")

Place = tuple[WindowId, PaymentId]


async def insert_missing(connection: AsyncConnection, made: Rerating) -> None:
    values = {
        "rerating_id": made.rerating_id,
        "since": made.since,
        "until": made.until,
        "document": made.document,
        "proposal_id": made.proposal_id,
        "by": made.by,
        "approved_at": made.approved_at,
        "digest": made.digest(),
    }
    await connection.execute(insert(table), values)


async def find(connection: AsyncConnection, rerating_id: str, *, lock: bool = False) -> Row[Any] | None:
    return (await connection.execute(_LOCK if lock else _FIND, {"id": rerating_id})).one_or_none()


async def every(connection: AsyncConnection) -> list[Rerating]:
    """Newest first; without their lines."""
    return [rerating_of(row, ()) for row in (await connection.execute(_ALL)).all()]


async def running(connection: AsyncConnection) -> list[str]:
    return list((await connection.execute(_RUNNING)).scalars())


async def open_within(connection: AsyncConnection, until: date) -> tuple[WindowId, date] | None:
    """A window that is open and takes payments for a day up to this one."""
    row = (await connection.execute(_OPEN, {"until": until})).first()
    return None if row is None else (WindowId(row.window_id), row.business_date)


async def charged_in(connection: AsyncConnection, since: date, until: date) -> AsyncIterator[Charged]:
    """Every payment of the period, through a cursor of the server's."""
    await connection.execute(_PATIENCE)
    parameters = {"since": since, "until": until, "window": None, "payment": None}
    async with connection.stream(_PERIOD, parameters, execution_options={"yield_per": ROWS_AT_ONCE}) as result:
        async for part in result.partitions(ROWS_AT_ONCE):
            for row in part:
                yield _charged(row)


async def following(connection: AsyncConnection, since: date, until: date, after: Place | None, most: int) -> list[Place]:
    """The next payments of the period, in their order."""
    await connection.execute(_PATIENCE)
    window, payment = after or (None, None)
    parameters = {"since": since, "until": until, "window": window, "payment": payment, "most": most}
    return [(WindowId(row.window_id), PaymentId(row.payment_id)) for row in (await connection.execute(_IDS, parameters)).all()]


async def charged(connection: AsyncConnection, buckets: Collection[int], ids: Sequence[PaymentId]) -> list[Charged]:
    return [_charged(row) for row in (await connection.execute(_THESE, {"buckets": sorted(set(buckets)), "ids": list(ids)})).all()]


async def move(connection: AsyncConnection, rerating_id: str, after: Place, payments: int, adjusted: int) -> None:
    parameters = {"id": rerating_id, "window": after[0], "payment": after[1], "payments": payments, "adjusted": adjusted}
    await connection.execute(_MOVE, parameters)


async def let_wait(connection: AsyncConnection, rerating_id: str, waits: str) -> None:
    await connection.execute(_WAIT, {"id": rerating_id, "waits": waits})


async def finish(connection: AsyncConnection, rerating_id: str, at: datetime) -> None:
    await connection.execute(_FINISH, {"id": rerating_id, "at": at})


def rerating_of(row: Row[Any], lines: Iterable[Tariff]) -> Rerating:
    return Rerating(
        rerating_id=row.rerating_id,
        since=row.since,
        until=row.until,
        lines=tuple(lines),
        document=row.document,
        proposal_id=ProposalId(row.proposal_id),
        by=row.by,
        approved_at=row.approved_at,
        after=None if row.after_window is None else (WindowId(row.after_window), PaymentId(row.after_payment)),
        payments=row.payments,
        adjusted=row.adjusted,
        waits=row.waits,
        finished_at=row.finished_at,
    )


def _charged(row: Row[Any]) -> Charged:
    return Charged(
        payment_id=PaymentId(row.payment_id),
        bank=ParticipantCode(row.bank_code),
        biller=ParticipantCode(row.biller_code),
        service=ServiceCode(row.service_code),
        channel=row.channel,
        amount=Money(row.amount_minor, row.currency),
        refunded=row.refunded_minor,
        accepted_on=row.accepted_on,
        fees=FeeChange(row.payer, row.biller, row.switch, row.bank, row.central_bank, row.taxes),
    )
