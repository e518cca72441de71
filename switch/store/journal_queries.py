"""The journal as it is asked for: followed in the order of commits, and summed up. Reads only."""

from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.identifiers import PaymentId, WindowId, bucket_of
from switch.domain.ledger import EntryKind, Posting
from switch.store.sealed_balances import POSTED

# What began before `pg_snapshot_xmin` has ended, so nothing can still appear at or before a place that was shown.
# The entry of an adjustment has the adjustment's id, and that says of which payment it is.
_FOLLOW = text("""
    SELECT entry.bucket, entry.entry_id, entry.kind, entry.window_id, entry.business_date, entry.created_at, entry.xact,
        coalesce(entry.payment_id, (SELECT adjustment.payment_id FROM adjustment
         WHERE adjustment.bucket = entry.bucket AND adjustment.adjustment_id = entry.entry_id)) AS payment_id,
        (SELECT jsonb_agg(jsonb_build_array(posting.account_code, posting.minor::text, posting.currency) ORDER BY posting.line)
         FROM posting WHERE posting.bucket = entry.bucket AND posting.entry_id = entry.entry_id) AS postings
    FROM journal_entry AS entry
    WHERE (entry.xact, entry.bucket, entry.entry_id) > (CAST(:xact AS bigint), CAST(:bucket AS smallint), CAST(:entry_id AS uuid))
      AND entry.xact < (pg_snapshot_xmin(pg_current_snapshot())::text)::bigint
    ORDER BY entry.xact, entry.bucket, entry.entry_id LIMIT :limit
""")
_OF_PAYMENT = text("""
    SELECT entry.bucket, entry.entry_id, entry.kind, entry.window_id, entry.business_date, entry.payment_id, entry.created_at, entry.xact,
        (SELECT jsonb_agg(jsonb_build_array(posting.account_code, posting.minor::text, posting.currency) ORDER BY posting.line)
         FROM posting WHERE posting.bucket = entry.bucket AND posting.entry_id = entry.entry_id) AS postings
    FROM journal_entry AS entry WHERE entry.bucket = :bucket AND entry.payment_id = :payment_id
      AND (entry.kind = 'payment_completed' OR entry.kind = 'payment_reversed')
    ORDER BY entry.created_at, entry.entry_id
""")
_PLANNED_ANEW = text("SET LOCAL plan_cache_mode = force_custom_plan")
_SEALED_BELOW = text("SELECT sealed_below FROM proof_end")
_SUMS = text(f"""
    SELECT account_code, currency, sum(debit_minor)::bigint AS debit, sum(credit_minor)::bigint AS credit FROM (
        SELECT account_code, currency, debit_minor, credit_minor FROM sealed_balance
        UNION ALL {POSTED.format(of="entry.xact >= :sealed_below")}
    ) AS side GROUP BY account_code, currency ORDER BY account_code, currency
""")  # noqa: S608 - our own words
_SUMS_ANEW = text("""
    SELECT account_code, currency, sum(debit)::bigint AS debit, sum(credit)::bigint AS credit FROM (
        SELECT account_code, currency, coalesce(sum(minor) FILTER (WHERE minor > 0), 0) AS debit,
            coalesce(-sum(minor) FILTER (WHERE minor < 0), 0) AS credit
        FROM posting GROUP BY account_code, currency
        UNION ALL SELECT account_code, currency, debit_minor, debit_minor - minor FROM archived_balance
    ) AS side GROUP BY account_code, currency ORDER BY account_code, currency
""")


class JournalPlace(NamedTuple):
    """Where a follower of the journal stands: after this entry."""

    xact: int
    bucket: int
    entry_id: UUID


BEGINNING = JournalPlace(-1, -1, UUID(int=0))


class FollowedEntry(NamedTuple):
    """An entry as it stands in the books, whatever it sums to: a reader of the journal sees what is there."""

    place: JournalPlace
    kind: EntryKind
    window_id: WindowId
    business_date: date
    created_at: datetime
    payment_id: PaymentId | None
    postings: tuple[Posting, ...]


class AccountSum(NamedTuple):
    """What was ever debited and credited, in minor units, both positive."""

    account: str
    currency: str
    debit: int
    credit: int


async def follow(connection: AsyncConnection, after: JournalPlace, limit: int) -> list[FollowedEntry]:
    rows = (await connection.execute(_FOLLOW, {**after._asdict(), "limit": limit})).all()
    return [_entry(row) for row in rows]


async def of_payment(connection: AsyncConnection, payment_id: PaymentId) -> list[FollowedEntry]:
    """Oldest first."""
    rows = (await connection.execute(_OF_PAYMENT, {"bucket": bucket_of(payment_id), "payment_id": payment_id})).all()
    return [_entry(row) for row in rows]


async def account_sums(connection: AsyncConnection) -> list[AccountSum]:
    """What is sealed as it was rolled up, and what was posted since. In a snapshot: both as of one moment."""
    await connection.execute(_PLANNED_ANEW)
    sealed_below = (await connection.execute(_SEALED_BELOW)).scalar_one()
    return [AccountSum(*row) for row in (await connection.execute(_SUMS, {"sealed_below": sealed_below})).all()]


async def account_sums_anew(connection: AsyncConnection) -> list[AccountSum]:
    """Of every posting that is kept, and of what the archives carry forward: slow in large books."""
    return [AccountSum(*row) for row in (await connection.execute(_SUMS_ANEW)).all()]


def _entry(row: Any) -> FollowedEntry:
    return FollowedEntry(
        place=JournalPlace(row.xact, row.bucket, row.entry_id),
        kind=EntryKind(row.kind),
        window_id=WindowId(row.window_id),
        business_date=row.business_date,
        created_at=row.created_at,
        payment_id=PaymentId(row.payment_id) if row.payment_id else None,
        postings=tuple(Posting(account, int(minor), currency) for account, minor, currency in row.postings or ()),
    )
