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
from switch.store.vault import row_name, vault

_INSERT_ORDERS = insert_rows(order_message, tuple(order_message.c.keys()))
# The same once more after a commit of which nobody knows.
_INSERT_EXCHANGES = insert_rows(biller_message, tuple(biller_message.c.keys()), "ON CONFLICT DO NOTHING")
_ORDERS = text("""
    SELECT message.order_id, message.content FROM order_message AS message
    JOIN unnest(CAST(:buckets AS smallint[]), CAST(:ids AS uuid[])) AS wanted (bucket, order_id) USING (bucket, order_id)
""")
_EXCHANGES = text("SELECT * FROM biller_message WHERE bucket = :bucket AND payment_id = :payment_id ORDER BY asked_at, what")


MESSAGES = "messages"
"""In the vault: in the place of the participant."""
_KEYS = text("SELECT keyid, public_pem FROM participant_key WHERE keyid = ANY(CAST(:keyids AS text[]))")


async def insert_orders(connection: Writing, messages: Mapping[UUID, bytes]) -> None:
    """By the id of what each has ordered."""
    put = vault().put_bytes
    rows = [
        {"bucket": bucket_of(order_id), "order_id": order_id, "content": put(MESSAGES, order_name(order_id), content)}
        for order_id, content in messages.items()
    ]
    await connection.execute(_INSERT_ORDERS, as_rows(rows))


async def insert_exchanges(connection: Writing, exchanges: Sequence[tuple[PaymentId, Exchange]]) -> None:
    rows = [
        {
            "bucket": bucket_of(payment_id),
            "payment_id": payment_id,
            "asked_at": exchange.asked_at,
            "what": exchange.what,
            "question": vault().put_bytes(MESSAGES, exchange_name(payment_id, exchange.what, "question"), exchange.question),
            "answered_at": exchange.answered_at,
            "answer": vault().put_bytes(MESSAGES, exchange_name(payment_id, exchange.what, "answer"), exchange.answer),
            "fault": exchange.fault,
        }
        for payment_id, exchange in exchanges
    ]
    await connection.execute(_INSERT_EXCHANGES, as_rows(rows))


async def orders(connection: AsyncConnection, order_ids: Collection[UUID]) -> dict[UUID, bytes]:
    """Those that are not erased."""
    wanted, take = list(order_ids), vault().take_bytes
    parameters = {"buckets": [bucket_of(order_id) for order_id in wanted], "ids": wanted}
    rows = (await connection.execute(_ORDERS, parameters)).all()
    found = {row.order_id: take(MESSAGES, order_name(row.order_id), row.content) for row in rows}
    return {order_id: content for order_id, content in found.items() if content is not None}


async def exchanges(connection: AsyncConnection, payment_id: UUID) -> list[Exchange]:
    """The oldest first; those that are not erased."""
    parameters = {"bucket": bucket_of(payment_id), "payment_id": payment_id}
    found = [_exchange(row) for row in (await connection.execute(_EXCHANGES, parameters)).all()]
    return [exchange for exchange in found if exchange is not None]


async def signers(connection: AsyncConnection, keyids: Collection[str]) -> dict[str, str]:
    """Public keys as PEM, those that are retired or revoked by now, too."""
    found = await connection.execute(_KEYS, {"keyids": list(keyids)})
    return {row.keyid: row.public_pem for row in found.all()}


def order_name(order_id: UUID) -> bytes:
    return row_name("order_message", order_id)


def exchange_name(payment_id: UUID, what: str, part: str) -> bytes:
    return row_name(f"biller_message/{what}/{part}", payment_id)


def _exchange(row: Row[Any]) -> Exchange | None:
    take = vault().take_bytes
    question = take(MESSAGES, exchange_name(row.payment_id, row.what, "question"), row.question)
    answer = take(MESSAGES, exchange_name(row.payment_id, row.what, "answer"), row.answer)
    if question is None or answer is None:
        return None
    return Exchange(row.what, row.asked_at, question, row.answered_at, answer, row.fault)
