"""Privacy of messages: what banks and billers have said of payments goes together with its payment."""

import hashlib
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.store.database import as_rows
from switch.store.messages import MESSAGES, exchange_name, order_name
from switch.store.vault import erased, vault

Place = tuple[int, UUID]
"""Bucket and id of a payment or batch."""

_WANTED = "unnest(CAST(:buckets AS smallint[]), CAST(:ids AS uuid[]))"
_ERASING = text("SELECT set_config('switch.erasing', 'on', true)")
_ORDERS = text(f"""
    SELECT message.bucket, message.order_id, message.content FROM {_WANTED} AS wanted (bucket, order_id)
    JOIN order_message AS message USING (bucket, order_id)
    UNION ALL
    SELECT message.bucket, message.order_id, message.content FROM {_WANTED} AS wanted (bucket, payment_id)
    JOIN reversal USING (bucket, payment_id)
    JOIN order_message AS message ON message.bucket = reversal.bucket AND message.order_id = reversal.reversal_id
""")  # noqa: S608 - our own words
_EXCHANGES = text(f"""
    SELECT message.* FROM {_WANTED} AS wanted (bucket, payment_id) JOIN biller_message AS message USING (bucket, payment_id)
""")  # noqa: S608 - our own words
_REPLACE_ORDERS = text("""
    UPDATE order_message SET content = new.content
    FROM json_to_recordset(CAST(:rows AS json)) AS new (bucket smallint, order_id uuid, content bytea)
    WHERE order_message.bucket = new.bucket AND order_message.order_id = new.order_id
""")
_REPLACE_EXCHANGES = text("""
    UPDATE biller_message SET question = new.question, answer = new.answer
    FROM json_to_recordset(CAST(:rows AS json)) AS new (bucket smallint, payment_id uuid, asked_at timestamptz, what text,
        question bytea, answer bytea)
    WHERE (biller_message.bucket, biller_message.payment_id, biller_message.asked_at, biller_message.what)
        = (new.bucket, new.payment_id, new.asked_at, new.what)
""")


async def erase(connection: AsyncConnection, places: Sequence[Place]) -> None:
    """All messages of these payments."""
    await erase_orders(connection, places)
    rows = [
        {
            "bucket": row.bucket,
            "payment_id": row.payment_id,
            "asked_at": row.asked_at,
            "what": row.what,
            "question": _erased(exchange_name(row.payment_id, row.what, "question"), row.question),
            "answer": _erased(exchange_name(row.payment_id, row.what, "answer"), row.answer),
        }
        for row in (await connection.execute(_EXCHANGES, _of(places))).all()
    ]
    if rows:
        await connection.execute(_REPLACE_EXCHANGES, as_rows(rows))


async def erase_orders(connection: AsyncConnection, places: Sequence[Place]) -> None:
    """Of payments with their reversals, or of batches."""
    await connection.execute(_ERASING)
    found = (await connection.execute(_ORDERS, _of(places))).all()
    rows = [{"bucket": row.bucket, "order_id": row.order_id, "content": _erased(order_name(row.order_id), row.content)} for row in found]
    if rows:
        await connection.execute(_REPLACE_ORDERS, as_rows(rows))


def _erased(name: bytes, kept: bytes) -> bytes:
    """Its digest stays: the sealed history names it."""
    content = vault().take_bytes(MESSAGES, name, kept)
    return kept if content is None else erased(hashlib.sha256(content).hexdigest())


def _of(places: Sequence[Place]) -> dict[str, list[object]]:
    return {"buckets": [bucket for bucket, _ in places], "ids": [its_id for _, its_id in places]}
