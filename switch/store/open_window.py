"""The pointer to the open window of each currency: shared while payments post, taken alone only to flip it."""

from collections.abc import Iterable

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.books import OpenWindow
from switch.domain.identifiers import WindowId
from switch.domain.settlement import Window

_SHARE = text("""
    SELECT currency, window_id, business_date FROM open_window WHERE currency = ANY(CAST(:currencies AS text[]))
    ORDER BY currency FOR SHARE
""")
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
    return (await connection.execute(_TAKE, {"currency": currency})).scalar_one_or_none()


async def point(connection: AsyncConnection, window: Window) -> None:
    await connection.execute(_POINT, {"currency": window.currency, "window": window.window_id, "day": window.business_date})
