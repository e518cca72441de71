"""Archives as they are asked for: which date is next, what keeps it, which archives there are, and where a payment is. Reads only."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.archive_errors import DateArchived
from switch.domain.archives import Archive, ArchivedAt, Obstacle, Obstructed
from switch.domain.errors import PaymentUnknown, Refusal
from switch.domain.identifiers import PaymentId, bucket_of, payment_ids_of, payment_reference, plain_payment_reference

_NEXT = text("""
    SELECT min(business_date) FROM settlement_window
    WHERE business_date < :before AND business_date > coalesce((SELECT max(business_date) FROM archive), '-infinity')
""")
_LAST_MOMENT = text("SELECT max(coalesce(closed_at, closes_at)) FROM settlement_window WHERE business_date = :day")
# Each of them is found by an index of what is still open or under way, which is little, whatever is kept.
_OBSTACLES = text("""
    SELECT * FROM (VALUES
        ('windows', (SELECT count(*) FROM settlement_window AS its WHERE business_date <= :day AND NOT EXISTS (
            SELECT FROM window_member JOIN settlement_window AS paid USING (window_id)
            WHERE member_id = its.window_id AND paid.state = 'settled'))),
        ('live_payments', (SELECT count(*) FROM payment WHERE state IN ('RESERVED', 'IN_DOUBT') AND business_date <= :day)),
        ('live_reversals', (SELECT count(*) FROM reversal JOIN payment USING (bucket, payment_id)
            WHERE reversal.state IN ('ASKED', 'IN_DOUBT') AND payment.business_date <= :day)),
        ('stand_ins', (SELECT count(*) FROM payment WHERE stand_in = 'outstanding' AND business_date <= :day)),
        ('reratings', (SELECT count(*) FROM rerating WHERE since <= :day AND finished_at IS NULL)),
        ('disputes', (SELECT count(*) FROM dispute JOIN payment
            ON payment.bucket = bucket_of(dispute.payment_id) AND payment.payment_id = dispute.payment_id
            WHERE dispute.state <> 'closed' AND payment.business_date <= :day)),
        ('breaks', (SELECT count(*) FROM break LEFT JOIN payment
            ON payment.bucket = bucket_of(break.payment_id) AND payment.payment_id = break.payment_id
            WHERE break.state = 'open' AND least(break.business_date, payment.business_date) <= :day))
    ) AS found (obstacle, rows) WHERE rows > 0
""")
_KEPT_BESIDE = text("""
    SELECT count(*) FILTER (WHERE substring(payment.personal FROM 1 FOR 2) <> '\\x0000') AS payers,
        count(*) FILTER (WHERE EXISTS (SELECT FROM outbox WHERE outbox.bucket = its.bucket AND outbox.payment_id = its.payment_id))
            AS advices,
        count(*) FILTER (WHERE EXISTS (SELECT FROM webhook_delivery AS told
            WHERE told.bucket = its.bucket AND told.payment_id = its.payment_id)) AS webhooks
    FROM unnest(CAST(:buckets AS smallint[]), CAST(:ids AS uuid[])) AS its (bucket, payment_id) JOIN payment USING (bucket, payment_id)
""")
_ARCHIVE = """
    SELECT archive.business_date, name, sha256, size, payments,
        coalesce((SELECT sum(upper(part) - lower(part)) FROM unnest(leaves) AS part), 0)::bigint AS leaves, recorded_at, removed,
        finished_at
    FROM archive JOIN archive_removal USING (business_date)
"""
_ALL = text(f"{_ARCHIVE} ORDER BY business_date DESC LIMIT :most")
_ONE = text(f"{_ARCHIVE} WHERE business_date = :day")
_UNFINISHED = text(f"{_ARCHIVE} WHERE finished_at IS NULL ORDER BY business_date LIMIT 1")
_SEALED = text("SELECT archive.xact < (SELECT sealed_below FROM proof_end) FROM archive WHERE business_date = :day")
_WHERE = text("""
    SELECT its.payment_id, its.bank_code, its.business_date, archive.name AS file
    FROM unnest(CAST(:buckets AS smallint[]), CAST(:ids AS uuid[])) AS wanted (bucket, payment_id)
    JOIN archived_payment AS its USING (bucket, payment_id) LEFT JOIN archive ON archive.business_date = its.business_date
""")
_WHERE_BETWEEN = text("""
    SELECT its.payment_id, its.bank_code, its.business_date, archive.name AS file FROM archived_payment AS its
    LEFT JOIN archive ON archive.business_date = its.business_date
    WHERE its.bucket = :bucket AND its.payment_id >= :first AND its.payment_id < :end
""")
_WHERE_REVERSED = text("SELECT payment_id FROM archived_reversal WHERE bucket = :bucket AND reversal_id = :reversal_id")
_ARCHIVED_DAY = text("SELECT max(business_date) FROM archive WHERE business_date BETWEEN :first AND :last")


async def next_date(connection: AsyncConnection, before: date) -> date | None:
    """The oldest business date that is not archived, where it is older than that."""
    found: date | None = (await connection.execute(_NEXT, {"before": before})).scalar_one()
    return found


async def obstacles(connection: AsyncConnection, day: date) -> list[Obstructed]:
    """What has not ended, of that date or of one before."""
    return [Obstructed(Obstacle(row.obstacle), row.rows) for row in (await connection.execute(_OBSTACLES, {"day": day})).all()]


async def kept_beside(connection: AsyncConnection, ids: Sequence[UUID]) -> list[Obstructed]:
    """What of these payments has a shorter rule of its own and has not gone yet."""
    found = (await connection.execute(_KEPT_BESIDE, _keys(ids))).mappings().one()
    return [Obstructed(Obstacle(name), rows) for name, rows in found.items() if rows]


async def archives(connection: AsyncConnection, most: int) -> list[Archive]:
    """Newest first."""
    return [Archive(*row) for row in (await connection.execute(_ALL, {"most": most})).all()]


async def find(connection: AsyncConnection, day: date) -> Archive | None:
    row = (await connection.execute(_ONE, {"day": day})).one_or_none()
    return None if row is None else Archive(*row)


async def unfinished(connection: AsyncConnection) -> Archive | None:
    """On record, and not all of its rows are out."""
    row = (await connection.execute(_UNFINISHED)).one_or_none()
    return None if row is None else Archive(*row)


async def is_sealed(connection: AsyncConnection, day: date) -> bool:
    return bool((await connection.execute(_SEALED, {"day": day})).scalar_one())


async def where(connection: AsyncConnection, ids: Iterable[UUID]) -> dict[PaymentId, ArchivedAt]:
    """Of those that are down for an archive, the file."""
    rows = (await connection.execute(_WHERE, _keys(list(ids)))).all()
    return {row.payment_id: ArchivedAt(*row) for row in rows}


async def where_named(connection: AsyncConnection, name: str) -> ArchivedAt | None:
    """By its id or its payment reference."""
    try:
        payment_id = UUID(name)
    except ValueError:
        if (reference := plain_payment_reference(name)) is None:
            return None
        bucket, first, end = payment_ids_of(reference)
        rows = (await connection.execute(_WHERE_BETWEEN, {"bucket": bucket, "first": first, "end": end})).all()
        return next((ArchivedAt(*row) for row in rows if payment_reference(row.payment_id) == reference), None)
    return (await where(connection, [payment_id])).get(PaymentId(payment_id))


async def missing(connection: AsyncConnection, payment_id: UUID, bank: str | None = None) -> Refusal:
    """Why a payment is not there: archived, or unknown; of a bank's own only."""
    its = (await where(connection, [payment_id])).get(PaymentId(payment_id))
    return PaymentUnknown() if its is None or bank not in (None, its.bank) else its.refusal()


async def require_standing(connection: AsyncConnection, payment_id: UUID) -> None:
    """Raises PaymentArchived where it is down for an archive, also while its rows are still there."""
    if (its := (await where(connection, [payment_id])).get(PaymentId(payment_id))) is not None:
        raise its.refusal()


async def missing_named(connection: AsyncConnection, name: str) -> Refusal:
    its = await where_named(connection, name)
    return PaymentUnknown() if its is None else its.refusal()


async def payment_of_reversal(connection: AsyncConnection, reversal_id: UUID) -> UUID | None:
    """Where the reversal is archived, too."""
    parameters = {"bucket": bucket_of(reversal_id), "reversal_id": reversal_id}
    found: UUID | None = (await connection.execute(_WHERE_REVERSED, parameters)).scalar_one_or_none()
    return found


async def require_hot(connection: AsyncConnection, first: date, last: date | None = None) -> None:
    """Raises DateArchived where a business date of these is in the archive."""
    day = (await connection.execute(_ARCHIVED_DAY, {"first": first, "last": last or first})).scalar_one()
    if day is not None:
        raise DateArchived(business_date=day.isoformat())


async def last_moment(connection: AsyncConnection, day: date) -> datetime:
    """When the last window of the date was closed: no payment of it was ordered after that."""
    at: datetime = (await connection.execute(_LAST_MOMENT, {"day": day})).scalar_one()
    return at


def _keys(ids: Sequence[UUID]) -> dict[str, list[object]]:
    return {"buckets": [bucket_of(payment_id) for payment_id in ids], "ids": list(ids)}
