"""Messages: kept with what they ordered or asked after, and found again."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.identifiers import PaymentId, bucket_of
from switch.domain.messages import Exchange
from switch.store.database import Writing, as_rows, insert_rows
from switch.store.tables.messages import biller_message, order_message

_INSERT_ORDERS = insert_rows(order_message, tuple(order_message.c.keys()))
# The same once more after a commit of which nobody knows.
_INSERT_EXCHANGES = insert_rows(biller_message, tuple(biller_message.c.keys()), "ON CONFLICT DO NOTHING")
_ORDERS = text("""
    SELECT message.order_id, message.content FROM order_message AS message
    JOIN unnest(CAST(:buckets AS smallint[]), CAST(:ids AS uuid[])) AS wanted (bucket, order_id) USING (bucket, order_id)
""")
_EXCHANGES = text("SELECT * FROM biller_message WHERE bucket = :bucket AND payment_id = :payment_id ORDER BY asked_at, what")


_KEYS = text("SELECT keyid, public_pem FROM participant_key WHERE keyid = ANY(CAST(:keyids AS text[]))")


async def insert_orders(connection: Writing, messages: Mapping[UUID, bytes]) -> None:
    """By the id of what each has ordered."""
    rows = [{"bucket": bucket_of(order_id), "order_id": order_id, "content": content} for order_id, content in messages.items()]
    await connection.execute(_INSERT_ORDERS, as_rows(rows))


async def insert_exchanges(connection: Writing, exchanges: Sequence[tuple[PaymentId, Exchange]]) -> None:
    rows = [
        {
            "bucket": bucket_of(payment_id),
            "payment_id": payment_id,
            "asked_at": exchange.asked_at,
            "what": exchange.what,
            "question": exchange.question,
            "answered_at": exchange.answered_at,
            "answer": exchange.answer,
            "fault": exchange.fault,
        }
        for payment_id, exchange in exchanges
    ]
    await connection.execute(_INSERT_EXCHANGES, as_rows(rows))


async def orders(connection: AsyncConnection, order_ids: Collection[UUID]) -> dict[UUID, bytes]:
    wanted = list(order_ids)
    parameters = {"buckets": [bucket_of(order_id) for order_id in wanted], "ids": wanted}
    return {row.order_id: row.content for row in (await connection.execute(_ORDERS, parameters)).all()}


async def exchanges(connection: AsyncConnection, payment_id: UUID) -> list[Exchange]:
    """The oldest first."""
    parameters = {"bucket": bucket_of(payment_id), "payment_id": payment_id}
    return [_exchange(row) for row in (await connection.execute(_EXCHANGES, parameters)).all()]


async def signers(connection: AsyncConnection, keyids: Collection[str]) -> dict[str, str]:
    """Public keys as PEM, those that are retired or revoked by now, too."""
    found = await connection.execute(_KEYS, {"keyids": list(keyids)})
    return {row.keyid: row.public_pem for row in found.all()}


def _exchange(row: Row[Any]) -> Exchange:
    return Exchange(row.what, row.asked_at, row.question, row.answered_at, row.answer, row.fault)
