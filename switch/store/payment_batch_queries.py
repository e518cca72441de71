"""Payment batches as they are asked for: pages, progress, and what became of each line. Reads only."""

from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.books import KeyOf, KeyRecord
from switch.domain.identifiers import IdempotencyKey, ParticipantCode, PaymentId, bucket_of
from switch.domain.payment_batches import LineAnswer, LineState, PaymentBatch, SpokenRefusal, answer_under_key
from switch.domain.payments import Payment
from switch.store import idempotency, payments
from switch.store.payment_batches import from_row, ordered_line

_PAGE = text("""
    SELECT * FROM payment_batch WHERE bank_code = :bank AND (CAST(:before AS uuid) IS NULL OR batch_id < CAST(:before AS uuid))
    ORDER BY batch_id DESC LIMIT :most
""")
# Line by line (LIMIT keeps it so): a join would be free to read all keys that the bank has ever used.
# The ten bits of the bucket are in the seventh and eighth byte of the id (domain/identifiers.py).
_COUNTS = text("""
    SELECT CASE WHEN line.refusal IS NOT NULL OR key.request_digest <> line.request_digest OR key.refusal_code IS NOT NULL THEN 'REFUSED'
                ELSE coalesce(payment.state, 'WAITING') END AS state, count(*) AS lines
    FROM payment_batch_line AS line
    LEFT JOIN LATERAL (
        SELECT request_digest, refusal_code, payment_id FROM idempotency
        WHERE bank_code = :bank AND idempotency_key = line.idempotency_key LIMIT 1
    ) AS key ON line.refusal IS NULL
    LEFT JOIN LATERAL (
        SELECT state FROM payment
        WHERE bucket = ((get_byte(uuid_send(key.payment_id), 6) & 15) << 6) | (get_byte(uuid_send(key.payment_id), 7) >> 2)
          AND payment_id = key.payment_id LIMIT 1
    ) AS payment ON true
    WHERE line.bucket = :bucket AND line.batch_id = :batch_id
    GROUP BY 1
""")
_LINES = text("""
    SELECT * FROM payment_batch_line WHERE bucket = :bucket AND batch_id = :batch_id AND line > :after ORDER BY line LIMIT :most
""")


async def page(connection: AsyncConnection, bank: ParticipantCode, before: UUID | None, most: int) -> list[PaymentBatch]:
    """Newest first."""
    rows = await connection.execute(_PAGE, {"bank": bank, "before": before, "most": most})
    return [from_row(row) for row in rows.all()]


async def counts(connection: AsyncConnection, batch: PaymentBatch) -> dict[LineState, int]:
    """How many lines are in which state; states without a line are left out."""
    parameters = {"bucket": bucket_of(batch.batch_id), "batch_id": batch.batch_id, "bank": batch.bank}
    return {LineState(row.state): row.lines for row in (await connection.execute(_COUNTS, parameters)).all()}


async def lines(connection: AsyncConnection, batch: PaymentBatch, after: int, most: int) -> list[LineAnswer]:
    """In their order, each with what stands under its key."""
    parameters = {"bucket": bucket_of(batch.batch_id), "batch_id": batch.batch_id, "after": after, "most": most}
    rows = (await connection.execute(_LINES, parameters)).all()
    keys = {KeyOf(batch.bank, IdempotencyKey(row.idempotency_key)) for row in rows if row.refusal is None}
    records = await idempotency.find(connection, keys) if keys else {}
    ids = {record.payment_id for record in records.values() if record.payment_id is not None}
    found = await payments.find(connection, ids) if ids else {}
    return [_answer(batch.bank, row, records, found) for row in rows]


def _answer(bank: ParticipantCode, row: Row[Any], records: dict[KeyOf, KeyRecord], found: dict[PaymentId, Payment]) -> LineAnswer:
    if row.refusal is not None:
        return LineAnswer(row.line, row.idempotency_key, SpokenRefusal(*row.refusal))
    line = ordered_line(bank, row)
    record = records.get(KeyOf(bank, line.request.idempotency_key))
    payment = found.get(record.payment_id) if record is not None and record.payment_id is not None else None
    return answer_under_key(line, record, payment)
