"""Messages: each order and each biller's yes is the very one whose digest stands in the history of its payment."""

from sqlalchemy import text

from switch.reports.checks.examination import Examination

NAME, INVARIANT = "messages", "I14"

_COUNT = text("SELECT count(*) FROM order_message")
# In the history: `sha-256 …` of the order in its first line, of a reversal's order where it was asked for, of a yes where it completed.
_ROWS = text("""
    SELECT event.payment_id, event.number, right(event.note, 64) AS named,
        CASE WHEN event.from_state IS NULL THEN encode(sha256(message.content), 'hex')
             WHEN event.note LIKE 'reversal asked%'
             THEN (SELECT coalesce(max(its.digest) FILTER (WHERE its.digest = right(event.note, 64)), max(its.digest))
                   FROM reversal JOIN order_message AS asked ON asked.bucket = reversal.bucket AND asked.order_id = reversal.reversal_id
                   CROSS JOIN LATERAL (SELECT encode(sha256(asked.content), 'hex') AS digest) AS its
                   WHERE reversal.bucket = event.bucket AND reversal.payment_id = event.payment_id AND reversal.asked_at = event.at)
             ELSE (SELECT max(encode(sha256(told.answer), 'hex')) FROM biller_message AS told
                   WHERE told.bucket = event.bucket AND told.payment_id = event.payment_id
                     AND encode(sha256(told.answer), 'hex') = right(event.note, 64)) END AS found
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


async def examine(look: Examination) -> None:
    async for row in look.each(_ROWS, count=_COUNT):
        if row.found != row.named:
            what = "is missing" if row.found is None else "is another one"
            look.finds(f"payment {row.payment_id}", f"the message that its history names in line {row.number} {what}")
    async for row in look.each(_NOBODYS):
        look.finds(f"message {row.order_id}", "it has ordered nothing that there is")
