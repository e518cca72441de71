"""Payment batches: taken in once with all their lines, leased to be worked on, done when every line has its answer."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.identifiers import IdempotencyKey, InquiryId, ParticipantCode, ServiceCode, bucket_of
from switch.domain.money import Money
from switch.domain.payment_batches import BatchId, BatchLine, OrderedLine, PaymentBatch, RefusedLine
from switch.domain.payments import Channel, Method, Payer, PaymentRequest
from switch.store.database import as_rows, insert_rows
from switch.store.tables.payment_batches import payment_batch, payment_batch_line
from switch.store.vault import row_name, vault

LINES_A_STATEMENT = 1_000
_BATCH_COLUMNS = ("bucket", "batch_id", "bank_code", "batch_reference", "digest", "lines", "received_at", "leased_until")
_LINE_COLUMNS = tuple(payment_batch_line.c.keys())
_ADD = insert_rows(payment_batch, _BATCH_COLUMNS, "ON CONFLICT (bucket, bank_code, batch_reference) DO NOTHING RETURNING batch_id")
_ADD_LINES = insert_rows(payment_batch_line, _LINE_COLUMNS)
_UNDER_REFERENCE = text("""
    SELECT * FROM payment_batch WHERE bucket = :bucket AND bank_code = :bank AND batch_reference = :reference
""")
_FIND = text("SELECT * FROM payment_batch WHERE bucket = :bucket AND batch_id = :batch_id")
_UNFINISHED = text("SELECT count(*) FROM payment_batch WHERE bank_code = :bank AND done_at IS NULL")
_LEASE = text("""
    UPDATE payment_batch SET leased_until = CAST(:leased_until AS timestamptz)
    FROM (SELECT bucket, batch_id FROM payment_batch
          WHERE done_at IS NULL AND leased_until <= :now ORDER BY leased_until LIMIT :most FOR UPDATE SKIP LOCKED) AS due
    WHERE payment_batch.bucket = due.bucket AND payment_batch.batch_id = due.batch_id
    RETURNING payment_batch.*
""")
_PROLONG = text("""
    UPDATE payment_batch SET leased_until = CAST(:leased_until AS timestamptz)
    WHERE bucket = :bucket AND batch_id = :batch_id AND done_at IS NULL
""")
# The key is looked up line by line: a join would be free to read all keys that the bank has ever used.
_UNANSWERED = """
    FROM payment_batch_line AS line
    WHERE line.bucket = :bucket AND line.batch_id = :batch_id AND line.refusal IS NULL
      AND (SELECT key.bank_code FROM idempotency AS key
           WHERE key.bank_code = :bank AND key.idempotency_key = line.idempotency_key) IS NULL
"""
_WAITING_SERVICES = text(f"SELECT DISTINCT line.service_code {_UNANSWERED}")
_WAITING = text(f"""
    SELECT line.* {_UNANSWERED} AND line.line > :after AND line.service_code = ANY(CAST(:services AS text[]))
    ORDER BY line.line LIMIT :most
""")
_FINISH = text(f"""
    UPDATE payment_batch SET done_at = CAST(:now AS timestamptz)
    WHERE bucket = :bucket AND batch_id = :batch_id AND done_at IS NULL AND NOT EXISTS (SELECT {_UNANSWERED})
    RETURNING batch_id
""")  # noqa: S608 - our own text


_NOBODY = Payer()
_NOTHING_KNOWN = ("", None, None, None)


async def add(connection: AsyncConnection, batch: PaymentBatch, lines: Sequence[BatchLine], leased_until: datetime) -> bool:
    """False where the bank's reference is taken; waits for another transaction that is taking it."""
    row = {
        "bucket": bucket_of(batch.batch_id),
        "batch_id": batch.batch_id,
        "bank_code": batch.bank,
        "batch_reference": batch.batch_reference,
        "digest": batch.digest,
        "lines": batch.lines,
        "received_at": batch.received_at,
        "leased_until": leased_until,
    }
    if (await connection.execute(_ADD, as_rows([row]))).one_or_none() is None:
        return False
    for start in range(0, len(lines), LINES_A_STATEMENT):
        rows = [_line_row(batch.batch_id, line) for line in lines[start : start + LINES_A_STATEMENT]]
        await connection.execute(_ADD_LINES, as_rows(rows))
    return True


async def under_reference(connection: AsyncConnection, bank: ParticipantCode, reference: str, bucket: int) -> PaymentBatch | None:
    row = (await connection.execute(_UNDER_REFERENCE, {"bucket": bucket, "bank": bank, "reference": reference})).one_or_none()
    return None if row is None else from_row(row)


async def find(connection: AsyncConnection, batch_id: UUID) -> PaymentBatch | None:
    row = (await connection.execute(_FIND, {"bucket": bucket_of(batch_id), "batch_id": batch_id})).one_or_none()
    return None if row is None else from_row(row)


async def unfinished(connection: AsyncConnection, bank: ParticipantCode) -> int:
    return int((await connection.execute(_UNFINISHED, {"bank": bank})).scalar_one())


async def lease_due(connection: AsyncConnection, now: datetime, lease_seconds: int, most: int) -> list[PaymentBatch]:
    """Batches that nobody is working on; nobody else gets them until the lease ends."""
    parameters = {"now": now, "leased_until": now + timedelta(seconds=lease_seconds), "most": most}
    return [from_row(row) for row in (await connection.execute(_LEASE, parameters)).all()]


async def prolong(connection: AsyncConnection, batch_id: BatchId, leased_until: datetime) -> None:
    """Also to end a lease before its time."""
    await connection.execute(_PROLONG, {"bucket": bucket_of(batch_id), "batch_id": batch_id, "leased_until": leased_until})


async def waiting_services(connection: AsyncConnection, batch: PaymentBatch) -> set[ServiceCode]:
    return {ServiceCode(code) for code in (await connection.execute(_WAITING_SERVICES, _of(batch))).scalars()}


async def waiting(
    connection: AsyncConnection, batch: PaymentBatch, services: Collection[ServiceCode], after: int, most: int
) -> list[OrderedLine]:
    """Lines of these services under whose key nothing stands yet, in their order."""
    parameters = {**_of(batch), "services": list(services), "after": after, "most": most}
    return [ordered_line(batch.bank, row) for row in (await connection.execute(_WAITING, parameters)).all()]


async def finish(connection: AsyncConnection, batch: PaymentBatch, now: datetime) -> bool:
    """False where a line still waits."""
    return (await connection.execute(_FINISH, {**_of(batch), "now": now})).one_or_none() is not None


def from_row(row: Row[Any]) -> PaymentBatch:
    return PaymentBatch(
        batch_id=BatchId(row.batch_id),
        bank=ParticipantCode(row.bank_code),
        batch_reference=row.batch_reference,
        digest=row.digest,
        lines=row.lines,
        received_at=row.received_at,
        done_at=row.done_at,
    )


def ordered_line(bank: ParticipantCode, row: Row[Any]) -> OrderedLine:
    content = row.content
    personal = None if row.personal is None else vault().take(bank, row_name("payment_batch_line", row.batch_id, row.line), row.personal)
    reference, *payer = personal or _NOTHING_KNOWN
    request = PaymentRequest(
        bank=bank,
        idempotency_key=IdempotencyKey(row.idempotency_key),
        service=ServiceCode(row.service_code),
        customer_reference=reference,
        amount=Money(content["minor"], content["currency"]),
        bank_reference=content["bank_reference"],
        channel=Channel(content["channel"]),
        method=Method(content["method"]),
        inquiry_id=InquiryId(UUID(content["inquiry_id"])) if content["inquiry_id"] else None,
        bill_number=content["bill_number"],
        payer=Payer(*payer) if any(part is not None for part in payer) else None,
    )
    return OrderedLine(row.line, request, row.request_digest)


def _line_row(batch_id: BatchId, line: BatchLine) -> dict[str, Any]:
    row: dict[str, Any] = {"bucket": bucket_of(batch_id), "batch_id": batch_id, "line": line.number}
    match line:
        case OrderedLine(request=request):
            return row | {
                "idempotency_key": request.idempotency_key,
                "request_digest": line.request_digest,
                "service_code": request.service,
                "content": _content(request),
                "personal": vault().put(request.bank, row_name("payment_batch_line", batch_id, line.number), _personal(request)),
                "refusal": None,
            }
        case RefusedLine(refusal=refusal):
            words = orjson.dumps([refusal.code, refusal.en, refusal.ar]).decode()
            nothing = dict.fromkeys(("request_digest", "service_code", "content", "personal"))
            return row | nothing | {"idempotency_key": line.key, "refusal": words}


def _content(request: PaymentRequest) -> str:
    return orjson.dumps(
        {
            "minor": request.amount.minor,
            "currency": request.amount.currency,
            "bank_reference": request.bank_reference,
            "channel": request.channel,
            "method": request.method,
            "inquiry_id": request.inquiry_id,
            "bill_number": request.bill_number,
        }
    ).decode()


def _personal(request: PaymentRequest) -> tuple[str | None, ...]:
    payer = request.payer or _NOBODY
    return request.customer_reference, payer.name, payer.phone, payer.national_number


def _of(batch: PaymentBatch) -> dict[str, Any]:
    return {"bucket": bucket_of(batch.batch_id), "batch_id": batch.batch_id, "bank": batch.bank}
