"""Idempotency keys: claimed once, kept for good; each stands for a payment or for a refusal."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.admission import RecordRefusal, Reserve
from switch.domain.books import KeyOf, KeyRecord
from switch.domain.identifiers import IdempotencyKey, ParticipantCode, ReversalId
from switch.domain.kept_refusals import stored_refusal
from switch.store.database import Writing, as_rows, insert_rows
from switch.store.tables.payments import idempotency

_CLAIM = insert_rows(
    idempotency,
    ("bank_code", "idempotency_key", "request_digest", "payment_id", "claimed_at"),
    "ON CONFLICT DO NOTHING RETURNING bank_code, idempotency_key",
)
_CLAIM_FOR_REVERSAL = insert_rows(
    idempotency,
    ("bank_code", "idempotency_key", "request_digest", "reversal_id", "claimed_at"),
    "ON CONFLICT DO NOTHING RETURNING bank_code",
)
_FIND = text("""
    SELECT bank_code, idempotency_key, request_digest, payment_id, reversal_id, refusal_code, refusal_facts
    FROM idempotency JOIN unnest(CAST(:banks AS text[]), CAST(:keys AS text[])) AS wanted (bank_code, idempotency_key)
    USING (bank_code, idempotency_key)
""")
_REFUSE = text("""
    UPDATE idempotency SET payment_id = NULL, reversal_id = NULL, refusal_code = refused.code, refusal_facts = refused.facts
    FROM unnest(CAST(:banks AS text[]), CAST(:keys AS text[]), CAST(:codes AS text[]), CAST(:facts AS jsonb[]))
        AS refused (bank_code, idempotency_key, code, facts)
    WHERE (idempotency.bank_code, idempotency.idempotency_key) = (refused.bank_code, refused.idempotency_key)
""")


async def claim(connection: AsyncConnection, commands: Iterable[Reserve | RecordRefusal], at: datetime) -> set[KeyOf]:
    """Claim the keys that are free, in one order everywhere; waits for another transaction that is claiming the same."""
    first: dict[KeyOf, Reserve | RecordRefusal] = {}
    for command in commands:
        first.setdefault(key_of(command), command)
    wanted = [
        {
            "bank_code": key.bank,
            "idempotency_key": key.idempotency_key,
            "request_digest": _digest(command := first[key]),
            "payment_id": command.payment.payment_id if isinstance(command, Reserve) else None,
            "claimed_at": at,
        }
        for key in sorted(first)
    ]
    rows = (await connection.execute(_CLAIM, as_rows(wanted))).all()
    return {KeyOf(ParticipantCode(bank), IdempotencyKey(key)) for bank, key in rows}


async def claim_for_reversal(connection: AsyncConnection, key: KeyOf, digest: bytes, reversal_id: ReversalId | None, at: datetime) -> bool:
    """False where the key is taken; waits for another transaction that is claiming it."""
    row = {
        "bank_code": key.bank,
        "idempotency_key": key.idempotency_key,
        "request_digest": digest,
        "reversal_id": reversal_id,
        "claimed_at": at,
    }
    return (await connection.execute(_CLAIM_FOR_REVERSAL, as_rows([row]))).one_or_none() is not None


async def find(connection: AsyncConnection, keys: Iterable[KeyOf]) -> dict[KeyOf, KeyRecord]:
    wanted = list(keys)
    parameters = {"banks": [key.bank for key in wanted], "keys": [key.idempotency_key for key in wanted]}
    rows = (await connection.execute(_FIND, parameters)).all()
    return {KeyOf(row.bank_code, row.idempotency_key): _record(row) for row in rows}


async def refuse(connection: Writing, records: Mapping[KeyOf, KeyRecord]) -> None:
    refused = [(key, record.refusal) for key, record in records.items() if record.refusal is not None]
    if refused:
        parameters = {
            "banks": [key.bank for key, _ in refused],
            "keys": [key.idempotency_key for key, _ in refused],
            "codes": [refusal.code for _, refusal in refused],
            "facts": [orjson.dumps(dict(refusal.facts)).decode() for _, refusal in refused],
        }
        await connection.execute(_REFUSE, parameters)


def key_of(command: Reserve | RecordRefusal) -> KeyOf:
    if isinstance(command, Reserve):
        return KeyOf(command.payment.request.bank, command.payment.request.idempotency_key)
    return KeyOf(command.bank, command.idempotency_key)


def _digest(command: Reserve | RecordRefusal) -> bytes:
    return command.payment.request_digest if isinstance(command, Reserve) else command.request_digest


def _record(row: Row[Any]) -> KeyRecord:
    refusal = stored_refusal(row.refusal_code, row.refusal_facts) if row.refusal_code else None
    return KeyRecord(row.request_digest, row.payment_id, refusal, row.reversal_id)
