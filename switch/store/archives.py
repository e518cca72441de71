"""Archiving, as it is written: payments put down for a date, their rows as documents, the record, and the rows taken out part by part."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.identifiers import bucket_of
from switch.store.sealed_rows import ENTRIES_OF, EVENTS_OF
from switch.store.tables.archives import archived_movement

FIRST_ID = UUID(int=0)
# The last date on which anything of a payment counts is the date that it is archived with.
_CANDIDATES = text("""
    SELECT its.bucket, its.payment_id, its.last_day FROM (
        SELECT payment.bucket, payment.payment_id, greatest(payment.business_date,
            (SELECT max(business_date) FROM reversal WHERE reversal.bucket = payment.bucket AND reversal.payment_id = payment.payment_id),
            (SELECT max(business_date) FROM adjustment
             WHERE adjustment.bucket = payment.bucket AND adjustment.payment_id = payment.payment_id)) AS last_day
        FROM payment WHERE bank_code = :bank AND payment_id > :after AND payment_id < :before ORDER BY payment_id LIMIT :most
    ) AS its
""")
_LOCK = text("""
    SELECT payment.payment_id FROM payment
    JOIN unnest(CAST(:buckets AS smallint[]), CAST(:ids AS uuid[])) AS wanted (bucket, payment_id) USING (bucket, payment_id)
    ORDER BY payment.bucket, payment.payment_id FOR UPDATE OF payment
""")
_PLAN = text("""
    INSERT INTO archived_payment (bucket, payment_id, bank_code, business_date)
    SELECT bucket, payment_id, :bank, :day FROM unnest(CAST(:buckets AS smallint[]), CAST(:ids AS uuid[])) AS wanted (bucket, payment_id)
    ON CONFLICT DO NOTHING
""")
_PLANNED = text("""
    SELECT bucket, payment_id FROM archived_payment
    WHERE business_date = :day AND (bucket, payment_id) > (:bucket, :after) ORDER BY bucket, payment_id LIMIT :most
""")
_WANTED = "unnest(CAST(:buckets AS smallint[]), CAST(:ids AS uuid[])) AS wanted (bucket, payment_id)"
_ENTRIES = """
    SELECT entry.bucket, entry.entry_id, entry.payment_id FROM {wanted} JOIN journal_entry AS entry USING (bucket, payment_id)
    WHERE entry.kind = 'payment_completed'
    UNION ALL SELECT entry.bucket, entry.entry_id, entry.payment_id FROM {wanted} JOIN journal_entry AS entry USING (bucket, payment_id)
    WHERE entry.kind = 'payment_reversed'
    UNION ALL SELECT adjustment.bucket, adjustment_id, adjustment.payment_id FROM {wanted} JOIN adjustment USING (bucket, payment_id)
"""
"""Each by its own index: no other entry is of a payment."""
_ENTRY_IDS = _ENTRIES.format(wanted=_WANTED)
_DOCUMENTS = text(f"""
    WITH entry_id AS MATERIALIZED ({_ENTRY_IDS}),
    entry AS (
        SELECT bucket, payment_id, jsonb_agg(to_jsonb(its) || jsonb_build_object('postings', (
            SELECT jsonb_agg(to_jsonb(posting) ORDER BY line) FROM posting
            WHERE posting.bucket = its.bucket AND posting.entry_id = its.entry_id)) ORDER BY its.entry_id) AS rows
        FROM entry_id JOIN journal_entry AS its USING (bucket, entry_id, payment_id) GROUP BY bucket, payment_id
    )
    SELECT wanted.payment_id, jsonb_build_object(
        'payment', to_jsonb(payment), 'entries', entry.rows,
        'history', (SELECT jsonb_agg(to_jsonb(its) ORDER BY number) FROM payment_event AS its
            WHERE its.bucket = wanted.bucket AND its.payment_id = wanted.payment_id),
        'reversals', (SELECT jsonb_agg(to_jsonb(its) ORDER BY reversal_id) FROM reversal AS its
            WHERE its.bucket = wanted.bucket AND its.payment_id = wanted.payment_id),
        'adjustments', (SELECT jsonb_agg(to_jsonb(its) ORDER BY adjustment_id) FROM adjustment AS its
            WHERE its.bucket = wanted.bucket AND its.payment_id = wanted.payment_id),
        'orders', (SELECT jsonb_agg(to_jsonb(its) ORDER BY order_id) FROM order_message AS its
            WHERE its.bucket = wanted.bucket AND (its.order_id = wanted.payment_id OR its.order_id IN (SELECT reversal_id FROM reversal
                WHERE reversal.bucket = wanted.bucket AND reversal.payment_id = wanted.payment_id))),
        'exchanges', (SELECT jsonb_agg(to_jsonb(its) ORDER BY asked_at, what) FROM biller_message AS its
            WHERE its.bucket = wanted.bucket AND its.payment_id = wanted.payment_id),
        'truth_check', (SELECT to_jsonb(its) FROM truth_check AS its
            WHERE its.bucket = wanted.bucket AND its.payment_id = wanted.payment_id)
    )::text AS rows, (SELECT jsonb_agg(jsonb_build_array(bucket, entry_id)) FROM entry_id
        WHERE entry_id.bucket = wanted.bucket AND entry_id.payment_id = wanted.payment_id) AS entries
    FROM {_WANTED} JOIN payment USING (bucket, payment_id) LEFT JOIN entry USING (bucket, payment_id)
    ORDER BY wanted.bucket, wanted.payment_id
""")  # noqa: S608 - our own words
_PREPARE = tuple(text(f"SET LOCAL {setting}") for setting in ("timezone = 'UTC'", "statement_timeout = '600s'", "lock_timeout = '1s'"))
_PLACES = text("""
    SELECT position FROM proof_leaf
    WHERE position >= (SELECT coalesce(max(size), 0) FROM proof_head WHERE sealed_below <= :first)
      AND position < (SELECT coalesce(min(size), 0) FROM proof_head WHERE sealed_below > :last)
      AND CASE kind
        WHEN 'event' THEN EXISTS (SELECT FROM archived_payment AS its WHERE its.bucket = bucket_of(left(name, 36)::uuid)
            AND its.payment_id = left(name, 36)::uuid AND its.business_date = :day)
        WHEN 'entry' THEN EXISTS (SELECT FROM journal_entry AS entry JOIN archived_payment AS its USING (bucket, payment_id)
            WHERE entry.bucket = bucket_of(name::uuid) AND entry.entry_id = name::uuid AND its.business_date = :day)
        ELSE false END
    ORDER BY position
""")
_BALANCES = """
    SELECT posting.window_id, posting.account_code, posting.currency, sum(posting.minor)::bigint AS minor,
        coalesce(sum(posting.minor) FILTER (WHERE posting.minor > 0), 0)::bigint AS debit_minor
    FROM ({entries}) AS entry JOIN posting USING (bucket, entry_id) GROUP BY 1, 2, 3
"""
_MOVEMENTS = """
    SELECT movement.window_id, movement.bank_code, movement.biller_code, movement.currency, count(*)::integer AS lines,
        sum(movement.amount_minor)::bigint AS amount_minor, sum(movement.payer_fee)::bigint AS payer_fee,
        sum(movement.biller_fee)::bigint AS biller_fee, sum(movement.switch_fee)::bigint AS switch_fee,
        sum(movement.bank_fee)::bigint AS bank_fee, sum(movement.central_bank_fee)::bigint AS central_bank_fee,
        sum(movement.tax)::bigint AS tax, sum(movement.written_off)::bigint AS written_off_minor,
        coalesce(sum(movement.amount_minor) FILTER (WHERE movement.movement_id = movement.payment_id
            AND movement.bill_number IS NOT NULL AND payment.state = 'COMPLETED'), 0)::bigint AS billed_minor
    FROM ({wanted}) AS wanted JOIN movement USING (bucket, payment_id) JOIN payment USING (bucket, payment_id) GROUP BY 1, 2, 3, 4
"""
_ALL_PLANNED = "SELECT bucket, payment_id FROM archived_payment WHERE business_date = :day"
_ALL_ENTRIES = _ENTRIES.format(wanted=f"({_ALL_PLANNED}) AS wanted")
_TOTALS = text(f"""
    SELECT jsonb_build_object(
        'balances', (SELECT coalesce(jsonb_agg(to_jsonb(its) ORDER BY window_id, account_code, currency), '[]')
            FROM ({_BALANCES.format(entries=_ALL_ENTRIES)}) AS its),
        'movements', (SELECT coalesce(jsonb_agg(to_jsonb(its) ORDER BY window_id, bank_code, biller_code, currency), '[]')
            FROM ({_MOVEMENTS.format(wanted=_ALL_PLANNED)}) AS its))
""")  # noqa: S608 - our own words
_RECORD = text("""
    INSERT INTO archive (business_date, name, sha256, size, payments, leaves, totals, recorded_at)
    VALUES (:day, :name, :sha256, :size, :payments, CAST(:leaves AS int8multirange), CAST(:totals AS jsonb), :now) ON CONFLICT DO NOTHING
""")
_BEGIN_REMOVAL = text("""
    INSERT INTO archive_removal (business_date, bucket_reached, payment_reached, removed) VALUES (:day, 0, :first, 0) ON CONFLICT DO NOTHING
""")
_ARCHIVING = text("SELECT set_config('switch.archiving', 'on', true)")
_TAKE_REMOVAL = text("""
    SELECT bucket_reached, payment_reached, removed FROM archive_removal
    WHERE business_date = :day AND finished_at IS NULL FOR UPDATE SKIP LOCKED
""")
_MOVE_REMOVAL = text("""
    UPDATE archive_removal SET bucket_reached = :bucket, payment_reached = :payment_id, removed = :removed WHERE business_date = :day
""")
_FINISH = text("UPDATE archive_removal SET finished_at = :now WHERE business_date = :day")
_LOCK_BILLS = text(f"""
    SELECT FROM bill JOIN (SELECT DISTINCT bucket, service_code, customer_pseudonym, bill_number
        FROM {_WANTED} JOIN payment USING (bucket, payment_id) WHERE state = 'COMPLETED' AND bill_number IS NOT NULL) AS paid
    USING (bucket, service_code, customer_pseudonym, bill_number)
    ORDER BY bucket, service_code, customer_pseudonym, bill_number FOR UPDATE OF bill
""")  # noqa: S608 - our own words
_KEEP_BILLS = f"""
    UPDATE bill SET archived_minor = archived_minor + paid.minor FROM (
        SELECT bucket, service_code, customer_pseudonym, bill_number, sum(amount_minor)::bigint AS minor
        FROM {_WANTED} JOIN payment USING (bucket, payment_id) WHERE state = 'COMPLETED' AND bill_number IS NOT NULL
        GROUP BY bucket, service_code, customer_pseudonym, bill_number) AS paid
    WHERE (bill.bucket, bill.service_code, bill.customer_pseudonym, bill.bill_number)
        = (paid.bucket, paid.service_code, paid.customer_pseudonym, paid.bill_number)
"""  # noqa: S608 - our own words
_KEEP_BALANCES = f"""
    INSERT INTO archived_balance (business_date, window_id, account_code, currency, minor, debit_minor)
    SELECT CAST(:day AS date), * FROM ({_BALANCES.format(entries=_ENTRY_IDS)}) AS its ORDER BY 2, 3, 4
    ON CONFLICT (business_date, window_id, account_code, currency) DO UPDATE SET minor = archived_balance.minor + EXCLUDED.minor,
        debit_minor = archived_balance.debit_minor + EXCLUDED.debit_minor
"""  # noqa: S608 - our own words
_ADDED_UP = tuple(column.name for column in archived_movement.c if not column.primary_key)
_KEEP_MOVEMENTS = f"""
    INSERT INTO archived_movement (business_date, window_id, bank_code, biller_code, currency, {", ".join(_ADDED_UP)})
    SELECT CAST(:day AS date), * FROM ({_MOVEMENTS.format(wanted=f"SELECT * FROM {_WANTED}")}) AS its ORDER BY 2, 3, 4, 5
    ON CONFLICT (business_date, window_id, bank_code, biller_code, currency) DO UPDATE
    SET {", ".join(f"{name} = archived_movement.{name} + EXCLUDED.{name}" for name in _ADDED_UP)}
"""  # noqa: S608 - our own words
_KEEP_REVERSALS = f"""
    INSERT INTO archived_reversal (bucket, reversal_id, payment_id)
    SELECT bucket, reversal_id, payment_id FROM {_WANTED} JOIN reversal USING (bucket, payment_id)
"""  # noqa: S608 - our own words
_IS_WANTED = f"USING {_WANTED} WHERE its.bucket = wanted.bucket AND its.payment_id = wanted.payment_id"
_IS_ENTRY = f"USING ({_ENTRY_IDS}) AS entry WHERE its.bucket = entry.bucket AND its.entry_id = entry.entry_id"
_IS_ORDER = f"""
    USING {_WANTED} LEFT JOIN reversal USING (bucket, payment_id)
    WHERE its.bucket = wanted.bucket AND its.order_id IN (wanted.payment_id, reversal.reversal_id)
"""
_KEEP = (_KEEP_BILLS, _KEEP_BALANCES, _KEEP_MOVEMENTS, _KEEP_REVERSALS)
# What hangs on another row goes before it.
_GO = {
    "order_message": _IS_ORDER, "posting": _IS_ENTRY, "journal_entry": _IS_ENTRY, "biller_message": _IS_WANTED, "truth_check": _IS_WANTED,
    "payment_event": _IS_WANTED, "reversal": _IS_WANTED, "adjustment": _IS_WANTED, "payment": _IS_WANTED,
}  # fmt: skip
_REMOVE = tuple(map(text, [*_KEEP, *(f"DELETE FROM {table} AS its {which}" for table, which in _GO.items())]))  # noqa: S608 - our own words


class Candidate(NamedTuple):
    bucket: int
    payment_id: UUID
    last_day: date | None
    """None where no window was open when it was ordered."""


class Document(NamedTuple):
    """All rows of a payment as one line of the file, and in which database transactions they were added."""

    payment_id: UUID
    line: bytes
    leaves: int
    first_xact: int
    last_xact: int


class Reached(NamedTuple):
    bucket: int
    payment_id: UUID
    removed: int


async def candidates(connection: AsyncConnection, bank: str, after: UUID, before: datetime, most: int) -> list[Candidate]:
    """A bank's payments in the order of their time, through its index."""
    first = UUID(int=(int(before.timestamp() * 1000) + 1) << 80)
    parameters = {"bank": bank, "after": after, "before": first, "most": most}
    return [Candidate(*row) for row in (await connection.execute(_CANDIDATES, parameters)).all()]


async def plan(connection: AsyncConnection, bank: str, day: date, ids: Sequence[UUID]) -> None:
    """From the commit on nothing of them changes."""
    await connection.execute(_LOCK, _keys(ids))
    await connection.execute(_PLAN, {"bank": bank, "day": day, **_keys(ids)})


async def planned(connection: AsyncConnection, day: date, after: tuple[int, UUID], most: int) -> list[UUID]:
    """In the order of the file."""
    parameters = {"day": day, "bucket": after[0], "after": after[1], "most": most}
    return [row.payment_id for row in (await connection.execute(_PLANNED, parameters)).all()]


async def prepare(connection: AsyncConnection) -> None:
    for setting in _PREPARE:
        await connection.execute(setting)


async def documents(connection: AsyncConnection, ids: Sequence[UUID]) -> list[Document]:
    """One a payment, in the order of the file; to be prepared first."""
    rows = (await connection.execute(_DOCUMENTS, _keys(ids))).all()
    entries = [UUID(entry_id) for row in rows for _, entry_id in row.entries or ()]
    leaves: dict[str, list[Any]] = {}
    for leaf in (await connection.execute(EVENTS_OF, _keys(ids))).all():
        leaves.setdefault(leaf.name.partition(" ")[0], []).append(leaf)
    for leaf in (await connection.execute(ENTRIES_OF, _keys(entries))).all():
        leaves.setdefault(orjson.loads(leaf.content)[5], []).append(leaf)
    return [_document(row.payment_id, row.rows, leaves[str(row.payment_id)]) for row in rows]


def _document(payment_id: UUID, rows: str, leaves: list[Any]) -> Document:
    sealed = sorted((leaf.xact, leaf.place, leaf.name, leaf.content) for leaf in leaves)
    contents = orjson.dumps([content for *_, content in sealed])
    line = b'{"payment_id":"%s","leaves":%s,"rows":%s}\n' % (str(payment_id).encode(), contents, rows.encode())
    return Document(payment_id, line, len(sealed), sealed[0][0], sealed[-1][0])


async def places(connection: AsyncConnection, day: date, first_xact: int, last_xact: int) -> list[int]:
    """Where in the proof log the rows of the date are."""
    return list((await connection.execute(_PLACES, {"day": day, "first": first_xact, "last": last_xact})).scalars())


async def totals(connection: AsyncConnection, day: date) -> str:
    """What its payments come to, as one document."""
    return orjson.dumps((await connection.execute(_TOTALS, {"day": day})).scalar_one(), option=orjson.OPT_SORT_KEYS).decode()


async def record(connection: AsyncConnection, row: dict[str, Any]) -> None:
    await connection.execute(_RECORD, row)
    await connection.execute(_BEGIN_REMOVAL, {"day": row["day"], "first": FIRST_ID})


async def take_removal(connection: AsyncConnection, day: date) -> Reached | None:
    """Locked until the transaction ends; None where somebody else has it, or it is done."""
    row = (await connection.execute(_TAKE_REMOVAL, {"day": day})).one_or_none()
    return None if row is None else Reached(*row)


async def lock(connection: AsyncConnection, ids: Sequence[UUID]) -> None:
    """Payments, then bills: the order of locks everywhere."""
    await connection.execute(_LOCK, _keys(ids))
    await connection.execute(_LOCK_BILLS, _keys(ids))


async def remove(connection: AsyncConnection, day: date, ids: Sequence[UUID], removed: int) -> None:
    """Their rows go; what they came to is carried forward."""
    await connection.execute(_ARCHIVING)
    for statement in _REMOVE:
        await connection.execute(statement, {"day": day, **_keys(ids)} if ":day" in statement.text else _keys(ids))
    last = ids[-1]
    await connection.execute(_MOVE_REMOVAL, {"day": day, "bucket": bucket_of(last), "payment_id": last, "removed": removed})


async def finish(connection: AsyncConnection, day: date, now: datetime) -> None:
    await connection.execute(_FINISH, {"day": day, "now": now})


def _keys(ids: Sequence[UUID]) -> dict[str, list[Any]]:
    return {"buckets": [bucket_of(payment_id) for payment_id in ids], "ids": list(ids)}
