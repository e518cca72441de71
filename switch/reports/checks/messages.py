"""Messages: each order and each biller's yes is the very one whose digest stands in the history of its payment."""

import hashlib
from typing import Any

from sqlalchemy import Row, text

from switch.reports.checks.examination import Examination
from switch.store.messages import MESSAGES, exchange_name, order_name
from switch.store.vault import VaultBroken, erased_mark, vault

NAME, INVARIANT = "messages", "I14"
_BROKEN = "broken"

_COUNT = text("SELECT count(*) FROM order_message")
# In the history: `sha-256 …` of the order in its first line, of a reversal's order where it was asked for, of a yes where it completed.
_ROWS = text("""
    SELECT event.payment_id, event.number, right(event.note, 64) AS named,
        event.from_state IS NULL OR event.note LIKE 'reversal asked%' AS ordered,
        CASE WHEN event.from_state IS NULL THEN ARRAY[message.order_id]
             WHEN event.note LIKE 'reversal asked%' THEN
            (SELECT array_agg(its.order_id ORDER BY its.order_id)
             FROM reversal JOIN order_message AS its ON its.bucket = reversal.bucket AND its.order_id = reversal.reversal_id
             WHERE reversal.bucket = event.bucket AND reversal.payment_id = event.payment_id
               AND reversal.asked_at = event.at) END AS orders,
        CASE WHEN event.from_state IS NULL THEN ARRAY[message.content]
             WHEN event.note LIKE 'reversal asked%' THEN
            (SELECT array_agg(its.content ORDER BY its.order_id)
             FROM reversal JOIN order_message AS its ON its.bucket = reversal.bucket AND its.order_id = reversal.reversal_id
             WHERE reversal.bucket = event.bucket AND reversal.payment_id = event.payment_id
               AND reversal.asked_at = event.at) END AS contents,
        CASE WHEN event.from_state IS NOT NULL AND event.note NOT LIKE 'reversal asked%' THEN
            (SELECT array_agg(told.what ORDER BY told.asked_at, told.what) FROM biller_message AS told
             WHERE told.bucket = event.bucket AND told.payment_id = event.payment_id) END AS asked,
        CASE WHEN event.from_state IS NOT NULL AND event.note NOT LIKE 'reversal asked%' THEN
            (SELECT array_agg(told.answer ORDER BY told.asked_at, told.what) FROM biller_message AS told
             WHERE told.bucket = event.bucket AND told.payment_id = event.payment_id) END AS answers
    FROM payment_event AS event
    LEFT JOIN order_message AS message ON event.from_state IS NULL AND message.bucket = event.bucket AND message.order_id = event.payment_id
    WHERE event.note ~ 'sha-256 [0-9a-f]{64}$'
    ORDER BY event.bucket, event.payment_id, event.number
""")
_NOBODYS = text("""
    SELECT message.order_id FROM order_message AS message
    LEFT JOIN payment ON payment.bucket = message.bucket AND payment.payment_id = message.order_id
    LEFT JOIN reversal ON reversal.bucket = message.bucket AND reversal.reversal_id = message.order_id
    LEFT JOIN payment_batch AS batch ON batch.bucket = message.bucket AND batch.batch_id = message.order_id
    WHERE payment.payment_id IS NULL AND reversal.reversal_id IS NULL AND batch.batch_id IS NULL
""")


# Both are under lock, so that no byte of them is altered unseen; only whole ones could be doubled.
_ORDERED = text("SELECT order_id, content FROM order_message ORDER BY bucket, order_id")
_HEARD = text("SELECT bucket, payment_id, what, question, answer FROM biller_message ORDER BY bucket, payment_id, asked_at, what")
_DOUBLED = text("""
    SELECT 'payment ' || payment_id, 'a message of its biller is kept more than once' FROM biller_message
    GROUP BY bucket, payment_id, what, question HAVING count(*) > 1
""")


async def examine(look: Examination) -> None:
    async for row in look.each(_ROWS, count=_COUNT):
        found = _digests(row)
        if row.named not in found:
            what = "is another one" if row.ordered and found else "is missing"
            look.finds(f"payment {row.payment_id}", f"the message that its history names in line {row.number} {what}")
    async for row in look.each(_NOBODYS):
        look.finds(f"message {row.order_id}", "it has ordered nothing that there is")
    async for row in look.each(_ORDERED):
        if _digest(order_name(row.order_id), row.content) == _BROKEN:
            look.finds(f"message {row.order_id}", "it is not what was kept")
    async for row in look.each(_HEARD):
        for part, kept in (("question", row.question), ("answer", row.answer)):
            if _digest(exchange_name(row.payment_id, row.what, part), kept) == _BROKEN:
                look.finds(f"payment {row.payment_id}", f"the {part} of its exchange ({row.what}) with its biller is not what was kept")
    await look.where_wrong(_DOUBLED)


def _digests(row: Row[Any]) -> set[str]:
    """Of the messages that may be the one; of an erased one it is what was left."""
    if row.ordered:
        orders = zip(row.orders or (), row.contents or (), strict=True)
        return {_digest(order_name(order_id), content) for order_id, content in orders if content is not None}
    told = zip(row.asked or (), row.answers or (), strict=True)
    return {_digest(exchange_name(row.payment_id, what, "answer"), answer) for what, answer in told}


def _digest(name: bytes, kept: bytes) -> str:
    try:
        content = vault().take_bytes(MESSAGES, name, kept)
    except VaultBroken:
        return _BROKEN
    return erased_mark(kept) if content is None else hashlib.sha256(content).hexdigest()
