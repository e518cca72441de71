"""What is kept of positions: warnings, each once; snapshots; and what was paid in each quarter of an hour."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.identifiers import ParticipantCode, WindowId
from switch.domain.liquidity import QUARTER_SECONDS, CapWarning
from switch.store.database import as_rows, insert_rows
from switch.store.tables.liquidity import cap_warning

_COLUMNS = tuple(column.name for column in cap_warning.c if column.name != "digest")
_WARN = insert_rows(cap_warning, _COLUMNS, "ON CONFLICT DO NOTHING RETURNING bank_code, currency, level")
_SAID = text("""
    SELECT bank_code, currency, level, max(number) AS number FROM cap_warning
    JOIN open_window USING (window_id, currency) GROUP BY bank_code, currency, level
""")
_OPEN = text("SELECT currency, window_id FROM open_window")
_SNAPSHOT = text("""
    INSERT INTO position_snapshot (bank_code, currency, taken_at, cap_minor, deposited_minor, held_minor, posted_minor)
    SELECT bank_code, currency, CAST(:at AS timestamptz), sum(cap_minor), sum(deposited_minor), sum(held_minor), sum(posted_minor)
    FROM position GROUP BY bank_code, currency ON CONFLICT DO NOTHING
""")
_FIRST_SNAPSHOT = text("SELECT date_trunc('hour', min(taken_at)) FROM position_snapshot WHERE taken_at >= :since")
_THIN = text("""
    DELETE FROM position_snapshot USING (
        SELECT bank_code, currency, taken_at, row_number() OVER (
            PARTITION BY bank_code, currency, date_trunc('hour', taken_at) ORDER BY held_minor + posted_minor DESC, taken_at) AS place
        FROM position_snapshot WHERE taken_at >= :begin AND taken_at < :end
    ) AS its
    WHERE its.place > 1 AND position_snapshot.bank_code = its.bank_code AND position_snapshot.currency = its.currency
        AND position_snapshot.taken_at = its.taken_at
""")
_FORGET = """
    DELETE FROM {table} USING (SELECT bank_code, currency, {at} FROM {table} WHERE {at} < :before ORDER BY {at} LIMIT :most) AS old
    WHERE {table}.bank_code = old.bank_code AND {table}.currency = old.currency AND {table}.{at} = old.{at}
"""
_FORGETS = tuple(text(_FORGET.format(table=table, at=at)) for table, at in (("position_snapshot", "taken_at"), ("turnover", "begins_at")))
_LAST_QUARTER = text("SELECT max(begins_at) FROM turnover")
_FIRST_WINDOW = text("SELECT min(opened_at) FROM settlement_window")
# By the ids of payments, which are in the order of time: an index has them by bank and id.
_KEEP_QUARTERS = text("""
    WITH paid AS (
        SELECT bank_code, currency, date_bin('15 minutes', reserved_at, TIMESTAMPTZ 'epoch') AS begins_at,
            sum(amount_minor + payer_fee)::bigint AS minor
        FROM payment WHERE bank_code IN (SELECT bank_code FROM position) AND payment_id >= :low AND payment_id < :high
            AND state = 'COMPLETED' AND reserved_at >= :begin AND reserved_at < :end
        GROUP BY 1, 2, 3
    )
    INSERT INTO turnover (bank_code, currency, begins_at, paid_minor)
    SELECT bank_code, currency, begins_at, coalesce(paid.minor, 0)
    FROM (SELECT DISTINCT bank_code, currency FROM position) AS owner
    CROSS JOIN generate_series(CAST(:begin AS timestamptz), CAST(:end AS timestamptz) - interval '1 second', '15 minutes') AS begins_at
    LEFT JOIN paid USING (bank_code, currency, begins_at)
    ON CONFLICT DO NOTHING
""")
_MARGIN = timedelta(minutes=5)
"""An id is made a moment before its payment is reserved, maybe by a machine with another clock."""

Said = dict[tuple[ParticipantCode, str], dict[int, int]]


async def open_windows(connection: AsyncConnection) -> dict[str, WindowId]:
    return {row.currency: WindowId(row.window_id) for row in (await connection.execute(_OPEN)).all()}


async def said(connection: AsyncConnection) -> Said:
    """The number of the last warning of each level in the open windows."""
    found: Said = {}
    for row in (await connection.execute(_SAID)).all():
        found.setdefault((ParticipantCode(row.bank_code), row.currency), {})[row.level] = row.number
    return found


async def warn(connection: AsyncConnection, warnings: Sequence[CapWarning]) -> list[CapWarning]:
    """Those of them that no other worker has written down first."""
    rows = [
        {
            "bank_code": warning.bank,
            "currency": warning.currency,
            "window_id": warning.window_id,
            "level": warning.level,
            "number": warning.number,
            "held_minor": warning.held,
            "posted_minor": warning.posted,
            "cap_minor": warning.cap,
            "at": warning.at.isoformat(),
        }
        for warning in warnings
    ]
    written = {tuple(row) for row in (await connection.execute(_WARN, as_rows(rows))).all()}
    return [warning for warning in warnings if (warning.bank, warning.currency, warning.level) in written]


async def snapshot(connection: AsyncConnection, at: datetime) -> None:
    await connection.execute(_SNAPSHOT, {"at": at})


async def first_snapshot(connection: AsyncConnection, since: datetime) -> datetime | None:
    """The hour in which the first one from then on was taken."""
    found: datetime | None = (await connection.execute(_FIRST_SNAPSHOT, {"since": since})).scalar_one()
    return found


async def thin(connection: AsyncConnection, begin: datetime, end: datetime) -> int:
    """Of each hour between these leaves a bank's highest position alone: how many others there were. Once erasing has begun."""
    return int((await connection.execute(_THIN, {"begin": begin, "end": end})).rowcount)


async def forget(connection: AsyncConnection, before: datetime, most: int) -> int:
    """How many, the oldest first; the rest another time. Once erasing has begun."""
    gone = [(await connection.execute(statement, {"before": before, "most": most})).rowcount for statement in _FORGETS]
    return sum(int(rows) for rows in gone)


async def last_quarter(connection: AsyncConnection) -> datetime | None:
    found: datetime | None = (await connection.execute(_LAST_QUARTER)).scalar_one()
    return found


async def first_window(connection: AsyncConnection) -> datetime | None:
    """When the switch began its work."""
    found: datetime | None = (await connection.execute(_FIRST_WINDOW)).scalar_one()
    return found


async def keep_quarters(connection: AsyncConnection, begin: datetime, count: int) -> None:
    end = begin + timedelta(seconds=count * QUARTER_SECONDS)
    parameters = {"begin": begin, "end": end, "low": _first_id(begin - _MARGIN), "high": _first_id(end + _MARGIN)}
    await connection.execute(_KEEP_QUARTERS, parameters)


def _first_id(at: datetime) -> UUID:
    return UUID(int=int(at.timestamp() * 1000) << 80)
