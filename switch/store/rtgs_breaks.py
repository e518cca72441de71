"""Breaks against the RTGS as they are kept: opened once, found again, ended."""

from collections.abc import Sequence
from datetime import date, datetime

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.identifiers import ParticipantCode
from switch.domain.reconciliation import Break
from switch.store.database import as_rows, rows_of
from switch.store.tables.reconciliation import break_table

_KNOWN = text("SELECT code FROM participant WHERE code = ANY(CAST(:codes AS text[]))")
_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('rtgs breaks ' || :currency || CAST(:day AS text), 0))")
_SAY_MOMENT = text("SELECT set_config('switch.known_at', :now, true)")
_COLUMNS = (
    "break_id", "kind", "side", "participant_code", "business_date", "currency", "minor", "differences", "opened_at",
)  # fmt: skip
_OPEN = text(f"""
    WITH opened AS (
        INSERT INTO break (break_id, kind, side, participant_code, business_date, currency, minor, differences, state, opened_at)
        SELECT break_id, kind, side, participant_code, business_date, currency, minor, CAST(differences AS jsonb), 'open', opened_at
        FROM {rows_of(break_table, _COLUMNS)} ORDER BY break_id
        ON CONFLICT (break_id) DO UPDATE SET state = 'open', ended_at = NULL, stage = 'new', events = break.events + 1
            WHERE break.state <> 'open' AND NOT break.decided
        RETURNING break_id, events
    )
    INSERT INTO break_event (break_id, number, at, by, kind, note)
    SELECT break_id, events, CAST(:now AS timestamptz), 'reconciliation', 'found_again', '' FROM opened WHERE events > 0
""")  # noqa: S608 - our own names
_END_THE_REST = text("""
    WITH ended AS (
        UPDATE break SET state = CASE stage WHEN 'repairing' THEN 'repaired' ELSE 'matched_later' END, ended_at = :now, events = events + 1
        WHERE side = 'rtgs' AND business_date = :day AND currency = :currency AND state = 'open' AND NOT break_id = ANY(:ids)
        RETURNING break_id, events, state
    )
    INSERT INTO break_event (break_id, number, at, by, kind, note) SELECT break_id, events, :now, 'reconciliation', state, '' FROM ended
""")


async def known(connection: AsyncConnection, codes: Sequence[ParticipantCode]) -> set[str]:
    """Those of them whom the directory knows."""
    return set((await connection.execute(_KNOWN, {"codes": list(codes)})).scalars())


async def keep(connection: AsyncConnection, found: Sequence[Break], day: date, currency: str, now: datetime) -> None:
    """Two runs for one day follow each other."""
    await connection.execute(_LOCK, {"currency": currency, "day": day})
    await connection.execute(_SAY_MOMENT, {"now": now.isoformat()})
    await connection.execute(_END_THE_REST, {"day": day, "currency": currency, "now": now, "ids": [each.break_id for each in found]})
    if found:
        await connection.execute(_OPEN, {**as_rows([_row(each) for each in found]), "now": now})


def _row(found: Break) -> dict[str, object]:
    return {
        "break_id": found.break_id,
        "kind": found.kind,
        "side": found.side,
        "participant_code": found.participant,
        "business_date": found.business_date,
        "currency": found.currency,
        "minor": found.minor,
        "differences": orjson.dumps(
            [{"field": each.field, "ours": each.ours, "theirs": each.theirs} for each in found.differences]
        ).decode(),
        "opened_at": found.opened_at,
    }
