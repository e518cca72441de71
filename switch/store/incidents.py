"""Incidents in the database: begun once and ended once, whichever process sees it; and the moment at which the switch was last alive."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.identifiers import bucketed_id
from switch.domain.incidents import Turn

# Two processes that see the same follow each other; the later one finds it written.
_LOCK = text(
    "SELECT pg_advisory_xact_lock(hashtextextended('incident ' || :kind || coalesce(:participant, '') || :purpose || :subject, 0))"
)
_TURN = text("""
    INSERT INTO incident (incident_id, kind, participant_code, purpose, subject, begins, at)
    SELECT CAST(:id AS uuid), :kind, CAST(:participant AS text), :purpose, :subject, :begins, CAST(:at AS timestamptz)
    WHERE :begins <> coalesce((
        SELECT begins FROM incident AS last
        WHERE last.kind = :kind AND last.participant_code IS NOT DISTINCT FROM CAST(:participant AS text) AND last.purpose = :purpose
          AND last.subject = :subject ORDER BY at DESC, incident_id DESC LIMIT 1
    ), false)
""")
_SEEN = text("SELECT seen_at FROM switch_seen FOR UPDATE")
_SEE = text(
    "INSERT INTO switch_seen (only_row, seen_at) VALUES (true, :now) ON CONFLICT (only_row) DO UPDATE SET seen_at = excluded.seen_at"
)


async def turn(connection: AsyncConnection, turns: Sequence[Turn]) -> None:
    """What stands so already is left as it is."""
    for each in turns:
        named = {"kind": each.kind, "participant": each.participant, "purpose": each.purpose, "subject": each.subject}
        await connection.execute(_LOCK, named)
        await connection.execute(_TURN, {**named, "id": bucketed_id(0, each.at), "begins": each.begins, "at": each.at})


async def see(connection: AsyncConnection, now: datetime) -> datetime | None:
    """It is alive now; when it was last."""
    before: datetime | None = (await connection.execute(_SEEN)).scalar_one_or_none()
    if before is None or before < now:
        await connection.execute(_SEE, {"now": now})
    return before
