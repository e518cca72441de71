"""The pointer to the open window of each currency: shared while payments post, taken alone only to flip it.

Row locks are not fair: those who share a row let others share it past whoever waits to have it alone, who under load waits for ever
(measured: four lanes, 60 s). So there is a gate before the row, an advisory lock for the transaction, where all wait in their turn.
"""

from collections.abc import Iterable

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.books import OpenWindow
from switch.domain.identifiers import WindowId
from switch.domain.settlement import Window

_SHARE = text("""
    WITH gate AS MATERIALIZED (
        SELECT pg_advisory_xact_lock_shared(hashtextextended('open window ' || currency, 0))
        FROM unnest(CAST(:currencies AS text[])) AS wanted (currency)
    )
    SELECT currency, window_id, business_date FROM (SELECT count(*) FROM gate) AS passed, open_window
    WHERE currency = ANY(CAST(:currencies AS text[])) ORDER BY currency FOR SHARE OF open_window
""")
_GATE = text("SELECT pg_advisory_xact_lock(hashtextextended('open window ' || :currency, 0))")
_FIND = text("SELECT window_id FROM open_window WHERE currency = :currency")
_TAKE = text("SELECT window_id FROM open_window WHERE currency = :currency FOR UPDATE")
_POINT = text("""
    INSERT INTO open_window (currency, window_id, business_date) VALUES (:currency, :window, :day)
    ON CONFLICT (currency) DO UPDATE SET window_id = excluded.window_id, business_date = excluded.business_date
""")


async def share(connection: AsyncConnection, currencies: Iterable[str]) -> dict[str, OpenWindow]:
    """The open windows; none of them can be closed before this transaction ends."""
    rows = (await connection.execute(_SHARE, {"currencies": sorted(set(currencies))})).all()
    return {row.currency: OpenWindow(row.window_id, row.business_date) for row in rows}


async def find(connection: AsyncConnection, currency: str) -> WindowId | None:
    return (await connection.execute(_FIND, {"currency": currency})).scalar_one_or_none()


async def take(connection: AsyncConnection, currency: str) -> WindowId | None:
    """The open window, once every posting that shares it has ended; those that come wait until this transaction has."""
    await connection.execute(_GATE, {"currency": currency})
    return (await connection.execute(_TAKE, {"currency": currency})).scalar_one_or_none()


async def point(connection: AsyncConnection, window: Window) -> None:
    await connection.execute(_POINT, {"currency": window.currency, "window": window.window_id, "day": window.business_date})
