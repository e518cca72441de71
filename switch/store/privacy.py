"""Privacy: rules of retention, what is past them, what is still under a former master key, and looks at payers' data."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Row, insert, text
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.identifiers import bucketed_id
from switch.domain.privacy import DAYS, Kept, Look, RetentionRule
from switch.domain.pseudonyms import payer_pseudonym
from switch.store import privacy_messages
from switch.store.database import as_rows
from switch.store.tables.privacy import personal_data_look, retention_rule
from switch.store.vault import erased, row_name, vault

FIRST_ID = UUID(int=0)
_RULES = text("SELECT DISTINCT ON (kind) kind, days, by, changed_at FROM retention_rule ORDER BY kind, changed_at DESC, change_id DESC")
_BANKS = text("SELECT code FROM participant WHERE kind IN ('bank', 'wallet') ORDER BY code")
_PROGRESS = text("SELECT * FROM privacy_progress WHERE task = :task AND part = :part FOR UPDATE")
_ALL_PROGRESS = text("SELECT * FROM privacy_progress ORDER BY task, part")
_KEEP_PROGRESS = text("""
    INSERT INTO privacy_progress (task, part, after_bucket, after_id, done, begun_at, finished_at)
    VALUES (:task, :part, :after_bucket, :after, :done, :begun_at, :finished_at)
    ON CONFLICT (task, part) DO UPDATE SET after_bucket = :after_bucket, after_id = :after, done = :done, finished_at = :finished_at
""")
# In the order of time through the index of a bank's payments: what is done is never looked at again, and no date alive is touched.
_PART = text("""
    SELECT bucket, payment_id, bank_code, personal, concluded_at FROM payment
    WHERE bank_code = :bank AND payment_id > :after AND payment_id < :before ORDER BY payment_id LIMIT :most
""")
_REPLACE = text("""
    UPDATE payment SET personal = new.personal
    FROM json_to_recordset(CAST(:rows AS json)) AS new (bucket smallint, payment_id uuid, former bytea, personal bytea)
    WHERE payment.bucket = new.bucket AND payment.payment_id = new.payment_id AND payment.personal = new.former
""")
_ERASING = text("SELECT set_config('switch.erasing', 'on', true)")
_BATCHES = text("""
    SELECT bucket, batch_id FROM payment_batch
    WHERE erased_at IS NULL AND received_at < :before AND done_at IS NOT NULL ORDER BY received_at LIMIT 1 FOR UPDATE SKIP LOCKED
""")
_ERASE_LINES = text("""
    UPDATE payment_batch_line SET personal = NULL WHERE bucket = :bucket AND batch_id = :batch AND personal IS NOT NULL
""")
_BATCH_ERASED = text("UPDATE payment_batch SET erased_at = :now WHERE bucket = :bucket AND batch_id = :batch")
# A few of each bucket, the oldest first: ids begin with their time, and the primary key finds them.
_DELETE = """
    DELETE FROM {table} USING (
        SELECT its.bucket, its.{key} FROM generate_series(0, 1023) AS place (bucket) CROSS JOIN LATERAL (
            SELECT bucket, {key} FROM {table} WHERE {table}.bucket = place.bucket AND {key} < :before AND {which} ORDER BY {key} LIMIT 4
        ) AS its LIMIT :most
    ) AS old WHERE {table}.bucket = old.bucket AND {table}.{key} = old.{key}
"""
_DELETES = {
    Kept.INQUIRIES: text(_DELETE.format(table="inquiry", key="inquiry_id", which="true")),
    Kept.ADVICES: text(_DELETE.format(table="outbox", key="event_id", which="acknowledged_at IS NOT NULL")),
    Kept.WEBHOOKS: text(
        _DELETE.format(table="webhook_delivery", key="event_id", which="(delivered_at IS NOT NULL OR parked_at IS NOT NULL)")
    ),
}
_LOOKS = text("""
    SELECT look_id, payment_id, by, reason, looked_at FROM personal_data_look
    WHERE CAST(:payment_id AS uuid) IS NULL OR payment_id = CAST(:payment_id AS uuid) ORDER BY look_id DESC LIMIT :most
""")


class Progress(NamedTuple):
    task: str
    part: str
    """A bank, or a table."""
    after_bucket: int
    after: UUID
    done: int
    begun_at: datetime
    finished_at: datetime | None


async def rules(connection: AsyncConnection) -> dict[Kept, RetentionRule]:
    """Of every kind."""
    found = {Kept(row.kind): RetentionRule(Kept(row.kind), row.days, row.by, row.changed_at) for row in await connection.execute(_RULES)}
    return {kind: found.get(kind, RetentionRule(kind, days)) for kind, days in DAYS.items()}


async def set_rule(connection: AsyncConnection, rule: RetentionRule, at: datetime, by: str) -> None:
    values = {"change_id": bucketed_id(0, at), "kind": rule.kind, "days": rule.days, "changed_at": at, "by": by, "digest": b""}
    await connection.execute(insert(retention_rule), values)


async def banks(connection: AsyncConnection) -> list[str]:
    return list((await connection.execute(_BANKS)).scalars())


async def progress(connection: AsyncConnection) -> list[Progress]:
    return [Progress(*row) for row in (await connection.execute(_ALL_PROGRESS)).all()]


async def progress_of(connection: AsyncConnection, task: str, part: str, now: datetime) -> Progress:
    """Locked; a new one where it was never begun."""
    row = (await connection.execute(_PROGRESS, {"task": task, "part": part})).one_or_none()
    return Progress(task, part, 0, FIRST_ID, 0, now, None) if row is None else Progress(*row)


async def keep_progress(connection: AsyncConnection, its: Progress) -> None:
    await connection.execute(_KEEP_PROGRESS, its._asdict())


async def erase_payers(connection: AsyncConnection, its: Progress, before: datetime, most: int) -> Progress:
    """Of a part of a bank's payments from before the moment, up to the first that is not final."""
    parameters = {"bank": its.part, "after": its.after, "before": _first_id(before), "most": most}
    changed, last = [], its.after
    for row in (await connection.execute(_PART, parameters)).all():
        if (personal := _without_personal(row)) is None:
            break
        last = row.payment_id
        if personal != row.personal:
            changed.append({"bucket": row.bucket, "payment_id": row.payment_id, "former": row.personal, "personal": personal})
    if changed:
        await connection.execute(_REPLACE, as_rows(changed))
        await privacy_messages.erase(connection, [(row["bucket"], row["payment_id"]) for row in changed])
    return its._replace(after=last, done=its.done + len(changed))


def _without_personal(row: Row[Any]) -> bytes | None:
    """What is left of a payment that is final."""
    if row.concluded_at is None:
        return None
    known = vault().take(row.bank_code, row_name("payment", row.payment_id), row.personal)
    return bytes(row.personal) if known is None else erased(payer_pseudonym(*known[1:]))


async def erase_batch(connection: AsyncConnection, before: datetime, now: datetime) -> int:
    """The lines of one payment batch: how many."""
    row = (await connection.execute(_BATCHES, {"before": before})).one_or_none()
    if row is None:
        return 0
    await connection.execute(_ERASING)
    await privacy_messages.erase_orders(connection, [(row.bucket, row.batch_id)])
    erased_lines = (await connection.execute(_ERASE_LINES, {"bucket": row.bucket, "batch": row.batch_id})).rowcount
    await connection.execute(_BATCH_ERASED, {"bucket": row.bucket, "batch": row.batch_id, "now": now})
    return max(int(erased_lines), 1)


async def begin_erasing(connection: AsyncConnection) -> None:
    """What the books refuse but to retention is possible for the rest of this transaction."""
    await connection.execute(_ERASING)


async def delete_old(connection: AsyncConnection, kind: Kept, before: datetime, most: int) -> int:
    """How many; the rest another time."""
    await begin_erasing(connection)
    return int((await connection.execute(_DELETES[kind], {"before": _first_id(before), "most": most})).rowcount)


async def keep_look(connection: AsyncConnection, look: Look) -> None:
    values = {"look_id": look.look_id, "payment_id": look.payment_id, "by": look.by, "reason": look.reason, "looked_at": look.at}
    await connection.execute(insert(personal_data_look), values)


async def looks(connection: AsyncConnection, payment_id: UUID | None, most: int) -> Sequence[Look]:
    """Newest first."""
    return [Look(*row) for row in (await connection.execute(_LOOKS, {"payment_id": payment_id, "most": most})).all()]


def _first_id(at: datetime) -> UUID:
    """No id from before the moment is as large."""
    return UUID(int=int(at.timestamp() * 1000) << 80)
