"""Settlement windows and their bilateral matrix, as they are written."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.identifiers import ParticipantCode, WindowId
from switch.domain.settlement import Bilateral, Window, WindowState
from switch.store.database import as_rows, insert_rows
from switch.store.tables.settlement import window_cell

_CELL_COLUMNS = tuple(window_cell.c.keys())
_FIND = text("SELECT * FROM settlement_window WHERE window_id = :window")
_LOCK = text("SELECT * FROM settlement_window WHERE window_id = :window FOR NO KEY UPDATE")
_LAST = text("SELECT * FROM settlement_window WHERE currency = :currency ORDER BY business_date DESC, number DESC LIMIT 1")
_INSERT = text("""
    INSERT INTO settlement_window (window_id, currency, business_date, number, state, opened_at, closes_at, attempt)
    VALUES (:window, :currency, :day, :number, 'open', :opened_at, :closes_at, 0)
    ON CONFLICT DO NOTHING RETURNING window_id
""")
_UPDATE = text("""
    UPDATE settlement_window SET state = :state, closed_at = :closed_at, settled_at = :settled_at, rtgs_reference = :rtgs_reference,
        attempt = :attempt, reason = :reason WHERE window_id = :window
""")
_CLOSED_BY = text("UPDATE settlement_window SET closed_by = :by WHERE window_id = :window")
_CLOSES_AT = text("UPDATE settlement_window SET closes_at = :at WHERE window_id = :window AND state = 'open'")
_WAITS = text("UPDATE settlement_window SET reason = :reason WHERE window_id = :window")
_FILES_ISSUED = text("""
    UPDATE settlement_window SET files_issued_at = coalesce(files_issued_at, :at), reason = NULL WHERE window_id = :window
""")
_MOVE = text("UPDATE settlement_window SET moved_to = :into WHERE window_id = :window AND moved_to IS NULL")
_MEMBERS = text("SELECT member_id FROM window_member WHERE window_id = :window AND member_id <> :window ORDER BY member_id")
_CELLS = text("SELECT * FROM window_cell WHERE window_id = :window ORDER BY debtor_code, creditor_code")
_ADD_CELLS = insert_rows(window_cell, _CELL_COLUMNS)


async def find(connection: AsyncConnection, window_id: str) -> Window | None:
    row = (await connection.execute(_FIND, {"window": window_id})).one_or_none()
    return None if row is None else from_row(row)


async def lock(connection: AsyncConnection, window_id: str) -> Window | None:
    """Against every other change of this window, until the transaction ends."""
    row = (await connection.execute(_LOCK, {"window": window_id})).one_or_none()
    return None if row is None else from_row(row)


async def last(connection: AsyncConnection, currency: str) -> Window | None:
    row = (await connection.execute(_LAST, {"currency": currency})).one_or_none()
    return None if row is None else from_row(row)


async def insert(connection: AsyncConnection, window: Window) -> bool:
    """False where another hand has opened one meanwhile."""
    parameters = {
        "window": window.window_id,
        "currency": window.currency,
        "day": window.business_date,
        "number": window.number,
        "opened_at": window.opened_at,
        "closes_at": window.closes_at,
    }
    return (await connection.execute(_INSERT, parameters)).first() is not None


async def update(connection: AsyncConnection, window: Window) -> None:
    parameters = {
        "window": window.window_id,
        "state": window.state,
        "closed_at": window.closed_at,
        "settled_at": window.settled_at,
        "rtgs_reference": window.rtgs_reference,
        "attempt": window.attempt,
        "reason": window.reason,
    }
    await connection.execute(_UPDATE, parameters)


async def sign_close(connection: AsyncConnection, window_id: WindowId, by: str) -> None:
    await connection.execute(_CLOSED_BY, {"window": window_id, "by": by})


async def close_at(connection: AsyncConnection, window_id: WindowId, at: datetime) -> None:
    await connection.execute(_CLOSES_AT, {"window": window_id, "at": at})


async def let_wait(connection: AsyncConnection, window_id: WindowId, reason: str) -> None:
    """For staff: the worker leaves it alone until it was asked for by hand."""
    await connection.execute(_WAITS, {"window": window_id, "reason": reason})


async def move(connection: AsyncConnection, window_id: WindowId, into: WindowId) -> None:
    """For good: its payments are settled with that one."""
    await connection.execute(_MOVE, {"window": window_id, "into": into})


async def members(connection: AsyncConnection, window_id: str) -> list[WindowId]:
    """Those that were moved into it, the oldest first; without itself."""
    return [WindowId(found) for found in (await connection.execute(_MEMBERS, {"window": window_id})).scalars()]


async def keep_files_issued(connection: AsyncConnection, window_id: WindowId, at: datetime) -> None:
    await connection.execute(_FILES_ISSUED, {"window": window_id, "at": at})


async def cells(connection: AsyncConnection, window_id: str) -> tuple[Bilateral, ...]:
    rows = (await connection.execute(_CELLS, {"window": window_id})).all()
    return tuple(Bilateral(ParticipantCode(row.debtor_code), ParticipantCode(row.creditor_code), row.minor) for row in rows)


async def add_cells(connection: AsyncConnection, window_id: WindowId, matrix: Iterable[Bilateral]) -> None:
    rows = [{"window_id": window_id, "debtor_code": cell.debtor, "creditor_code": cell.creditor, "minor": cell.minor} for cell in matrix]
    await connection.execute(_ADD_CELLS, as_rows(rows))


def from_row(row: Row[Any]) -> Window:
    return Window(
        window_id=WindowId(row.window_id),
        currency=row.currency,
        business_date=row.business_date,
        number=row.number,
        state=WindowState(row.state),
        opened_at=row.opened_at,
        closes_at=row.closes_at,
        closed_at=row.closed_at,
        settled_at=row.settled_at,
        rtgs_reference=row.rtgs_reference,
        attempt=row.attempt,
        reason=row.reason,
        moved_to=None if row.moved_to is None else WindowId(row.moved_to),
    )
