"""Caps: the most a bank may owe, and the part of it that a deposit backs, set on its position, with every change kept."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.identifiers import ParticipantCode, bucketed_id
from switch.domain.money import Money

_PUT = text("""
    INSERT INTO position (bank_code, currency, slot, cap_minor, deposited_minor, held_minor, posted_minor)
    VALUES (:bank, :currency, 0, :cap, coalesce(CAST(:deposited AS bigint), 0), 0, 0)
    ON CONFLICT (bank_code, currency, slot) DO UPDATE SET cap_minor = excluded.cap_minor,
        deposited_minor = least(coalesce(CAST(:deposited AS bigint), position.deposited_minor), excluded.cap_minor)
        WHERE position.cap_minor <> excluded.cap_minor OR position.deposited_minor <> coalesce(:deposited, position.deposited_minor)
    RETURNING deposited_minor
""")
_CHANGE = text("""
    INSERT INTO cap_change (change_id, bank_code, currency, cap_minor, deposited_minor, changed_at, "by")
    VALUES (:id, :bank, :currency, :cap, :deposited, :at, :by)
""")


async def put(
    connection: AsyncConnection, bank: ParticipantCode, cap: Money, at: datetime, by: str, deposited: Money | None = None
) -> None:
    """The first cap of a bank makes its position. The row lock waits for the batch that has it, and is over within the statement.

    Without `deposited` that part stays as it is, or is all of a cap that is lower.
    """
    parameters = {"bank": bank, "currency": cap.currency, "cap": cap.minor, "deposited": None if deposited is None else deposited.minor}
    if (row := (await connection.execute(_PUT, parameters)).first()) is not None:
        await connection.execute(_CHANGE, parameters | {"id": bucketed_id(0, at), "deposited": row.deposited_minor, "at": at, "by": by})
