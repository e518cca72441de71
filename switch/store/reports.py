"""Reports in the store: the moment they are made for is pinned once, the rows of a sheet are read, what was issued is kept."""

from collections.abc import AsyncIterator, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.identifiers import ParticipantCode
from switch.domain.participants import Name
from switch.domain.reports import Cell, Query, ReportAsked, Row, SheetPlan

STATEMENT_TIMEOUT_SECONDS = 600
WORK_MEMORY_MEGABYTES = 64
ROWS_AT_ONCE = 1_000

# Whatever was committed before this counts as known; what is under way now, or begins later, never will for this moment.
_PIN = text("""
    INSERT INTO report_moment (known_at, known_below, known_without, pinned_at)
    SELECT :known_at, (pg_snapshot_xmax(now_seen)::text)::bigint,
        coalesce((SELECT array_agg((under_way::text)::bigint ORDER BY (under_way::text)::bigint)
            FROM pg_snapshot_xip(now_seen) AS under_way), '{}'),
        :now
    FROM pg_current_snapshot() AS now_seen ON CONFLICT DO NOTHING
""")
_PINNED = text("SELECT known_below, known_without FROM report_moment WHERE known_at = :known_at")
_SETTINGS = (
    text(f"SET LOCAL statement_timeout = '{STATEMENT_TIMEOUT_SECONDS}s'"),
    text(f"SET LOCAL work_mem = '{WORK_MEMORY_MEGABYTES}MB'"),
    text("SET LOCAL jit = off"),
)
_NAME = text("""
    SELECT coalesce(content ->> 'name_ar', :code) AS ar, coalesce(content ->> 'name_en', :code) AS en
    FROM known_directory(CAST(:known_at AS timestamptz), CAST(:known_below AS bigint), CAST(:known_without AS bigint[]), 'participant')
    WHERE subject = :code
""")
_KEEP = text("""
    INSERT INTO report_issued (report_id, layout, sha256, content_sha256, queries_sha256,
        name, participant_code, known_at, size, issued_at, "by")
    VALUES (:report_id, :layout, :sha256, :content_sha256, :queries_sha256,
        :name, :participant, :known_at, :size, :now, :by) ON CONFLICT DO NOTHING
""")
_ISSUED_BEFORE = text("""
    SELECT content_sha256 FROM report_issued WHERE report_id = :report_id AND queries_sha256 = :queries_sha256
    ORDER BY issued_at, content_sha256 LIMIT 1
""")
_ISSUED = text("SELECT * FROM report_issued ORDER BY issued_at DESC, report_id, layout, sha256 LIMIT :limit")


class Pinned(NamedTuple):
    """All database transactions below the one, without the others."""

    known_below: int
    known_without: list[int]


class IssuedReport(NamedTuple):
    report_id: str
    layout: str
    sha256: str
    content_sha256: str
    queries_sha256: str
    name: str
    participant: ParticipantCode | None
    known_at: datetime
    size: int
    issued_at: datetime
    by: str


async def pin(connection: AsyncConnection, known_at: datetime, now: datetime) -> None:
    """The first report for a moment decides what was known then, for every later one."""
    await connection.execute(_PIN, {"known_at": known_at, "now": now})


async def pinned(connection: AsyncConnection, known_at: datetime) -> Pinned:
    return Pinned(*(await connection.execute(_PINNED, {"known_at": known_at})).one())


async def prepare(connection: AsyncConnection) -> None:
    """For long questions, in this transaction."""
    for setting in _SETTINGS:
        await connection.execute(setting)


async def name_of(connection: AsyncConnection, asked: ReportAsked, known: Pinned) -> Name:
    row = (await connection.execute(_NAME, {"code": asked.participant, **_moment(asked, known)})).one_or_none()
    return Name(str(asked.participant), str(asked.participant)) if row is None else Name(row.ar, row.en)


def query(plan: SheetPlan, asked: ReportAsked, known: Pinned) -> Query:
    parameters = {
        **_moment(asked, known),
        "first": asked.first,
        "last": asked.last,
        "begins": asked.begins,
        "ends": asked.ends,
        "currency": asked.currency,
        "participant": asked.participant,
    }
    used = text(plan.sql).compile().params
    return Query(plan.key, plan.sql, {name: parameters[name] for name in sorted(used)})


async def rows(connection: AsyncConnection, asked: Query) -> AsyncIterator[Row]:
    """As they come, in constant memory."""
    async with connection.stream(text(asked.sql), dict(asked.parameters), execution_options={"yield_per": ROWS_AT_ONCE}) as result:
        async for row in result:
            yield tuple(_cell(value) for value in row)


async def keep_issued(connection: AsyncConnection, issued: IssuedReport) -> None:
    row = issued._asdict()
    await connection.execute(_KEEP, {**row, "now": row["issued_at"]})


async def content_issued_before(connection: AsyncConnection, report_id: str, queries_sha256: str) -> str | None:
    """The digest of the figures with which this report was issued first, by the same questions."""
    return (await connection.execute(_ISSUED_BEFORE, {"report_id": report_id, "queries_sha256": queries_sha256})).scalar_one_or_none()


async def issued(connection: AsyncConnection, limit: int) -> list[IssuedReport]:
    """Newest first."""
    columns = IssuedReport._fields
    return [
        IssuedReport(*(getattr(row, {"participant": "participant_code"}.get(column, column)) for column in columns))
        for row in (await connection.execute(_ISSUED, {"limit": limit})).all()
    ]


def _moment(asked: ReportAsked, known: Pinned) -> Mapping[str, Any]:
    return {"known_at": asked.known_at, "known_below": known.known_below, "known_without": known.known_without}


def _cell(value: Any) -> Cell:
    match value:
        case None | bool() | int() | str():
            return value
        case datetime():
            return f"{value:%Y-%m-%dT%H:%M:%S}.{value.microsecond // 1000:03d}Z"
        case date():
            return value.isoformat()
        case _:
            raise TypeError(f"{type(value).__name__} has no place in a report")
