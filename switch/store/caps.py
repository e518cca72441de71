"""Caps: the most a bank may owe, set on its position, with every change kept."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.identifiers import ParticipantCode, bucketed_id
from switch.domain.money import Money

_PUT = text("""
    INSERT INTO position (bank_code, currency, slot, cap_minor, held_minor, posted_minor) VALUES (:bank, :currency, 0, :cap, 0, 0)
    ON CONFLICT (bank_code, currency, slot) DO UPDATE SET cap_minor = excluded.cap_minor
        WHERE position.cap_minor <> excluded.cap_minor
    RETURNING true
""")
_CHANGE = text("""
    INSERT INTO cap_change (change_id, bank_code, currency, cap_minor, changed_at, "by") VALUES (:id, :bank, :currency, :cap, :at, :by)
""")


async def put(connection: AsyncConnection, bank: ParticipantCode, cap: Money, at: datetime, by: str) -> None:
    """The first cap of a bank makes its position. The row lock waits for the batch that has it, and is over within the statement."""
    parameters = {"bank": bank, "currency": cap.currency, "cap": cap.minor}
    if (await connection.execute(_PUT, parameters)).first() is not None:
        await connection.execute(_CHANGE, parameters | {"id": bucketed_id(0, at), "at": at, "by": by})
