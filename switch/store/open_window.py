"""The pointer to the open window of each currency: shared while payments post, taken alone only to flip it."""

from collections.abc import Iterable

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.admission import OpenWindow

_SHARE = text("""
    SELECT currency, window_id, business_date FROM open_window WHERE currency = ANY(CAST(:currencies AS text[]))
    ORDER BY currency FOR SHARE
""")


async def share(connection: AsyncConnection, currencies: Iterable[str]) -> dict[str, OpenWindow]:
    """The open windows; none of them can be closed before this transaction ends."""
    rows = (await connection.execute(_SHARE, {"currencies": sorted(set(currencies))})).all()
    return {row.currency: OpenWindow(row.window_id, row.business_date) for row in rows}
