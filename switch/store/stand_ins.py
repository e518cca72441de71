"""Stand-ins: how much of each service was accepted in its biller's place and not taken by it yet; one row a service, locked in order."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.identifiers import PaymentId, ServiceCode, bucket_of
from switch.domain.stand_in import StandInState
from switch.store.database import Writing

_ADD = text("""
    INSERT INTO stand_in (service_code, outstanding_minor) SELECT code, 0 FROM unnest(CAST(:services AS text[])) AS wanted (code)
    ORDER BY code ON CONFLICT (service_code) DO NOTHING
""")
_LOCK = text("""
    SELECT service_code, outstanding_minor FROM stand_in WHERE service_code = ANY(CAST(:services AS text[]))
    ORDER BY service_code FOR NO KEY UPDATE
""")
_UPDATE = text("""
    UPDATE stand_in SET outstanding_minor = moved.minor
    FROM unnest(CAST(:services AS text[]), CAST(:minors AS bigint[])) AS moved (service_code, minor)
    WHERE stand_in.service_code = moved.service_code
""")
_CONCLUDE = text("""
    UPDATE payment SET stand_in = :state
    FROM unnest(CAST(:buckets AS smallint[]), CAST(:ids AS uuid[])) AS told (bucket, payment_id)
    WHERE payment.bucket = told.bucket AND payment.payment_id = told.payment_id AND payment.stand_in = 'outstanding'
    RETURNING payment.service_code, payment.amount_minor
""")
_END_BREAK = text("""
    WITH ended AS (
        UPDATE break SET state = CASE stage WHEN 'repairing' THEN 'repaired' ELSE 'matched_later' END, ended_at = :at, events = events + 1
        WHERE payment_id = :payment_id AND kind = 'stand_in_refused' AND state = 'open' RETURNING break_id, events, state
    )
    INSERT INTO break_event (break_id, number, at, by, kind, note)
    SELECT break_id, events, CAST(:at AS timestamptz), 'reversal', state, '' FROM ended
""")


async def lock(connection: AsyncConnection, services: Iterable[ServiceCode]) -> dict[ServiceCode, int]:
    """Minor units outstanding of each."""
    wanted = {"services": sorted(set(services))}
    await connection.execute(_ADD, wanted)
    return {row.service_code: row.outstanding_minor for row in (await connection.execute(_LOCK, wanted)).all()}


async def update(connection: Writing, outstanding: Mapping[ServiceCode, int]) -> None:
    await connection.execute(_UPDATE, {"services": list(outstanding), "minors": list(outstanding.values())})


async def conclude(connection: AsyncConnection, payments: Collection[PaymentId], state: StandInState) -> None:
    """Their biller has taken or refused them: each counts no longer, and did so once."""
    keys = {"buckets": [bucket_of(payment) for payment in payments], "ids": list(payments), "state": state}
    freed = (await connection.execute(_CONCLUDE, keys)).all()
    if freed:
        outstanding = await lock(connection, {row.service_code for row in freed})
        for row in freed:
            outstanding[row.service_code] -= row.amount_minor
        await update(connection, outstanding)


async def end_break(connection: AsyncConnection, payment: PaymentId, at: datetime) -> None:
    """What its biller has refused was taken back as a whole."""
    await connection.execute(_END_BREAK, {"payment_id": payment, "at": at})
