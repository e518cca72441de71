"""Work on breaks in the database: locked, moved on with a line of history each, attachments, terms."""

from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Row, insert, text
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.breaks import Attachment, BreakEvent, BreakEventKind
from switch.domain.reconciliation import Break, BreakKind
from switch.store.break_queries import from_row
from switch.store.tables.breaks import break_attachment, break_term

_LOCK = text("SELECT * FROM break WHERE break_id = :id FOR UPDATE")
_NAMED = text("SELECT * FROM break WHERE break_id >= :start AND break_id < :start || 'g' ORDER BY break_id LIMIT 2")
_SAY_MOMENT = text("SELECT set_config('switch.known_at', :now, true)")
_MOVE = text("""
    UPDATE break SET state = :state, ended_at = CAST(:ended_at AS timestamptz), stage = :stage, owner_code = :owner, person = :person,
        decided = :decided, events = :events
    WHERE break_id = :break_id
""")
_ADD_EVENT = text("""
    INSERT INTO break_event (break_id, number, at, by, kind, note, facts, proposal_id)
    VALUES (:break_id, :number, :at, :by, :kind, :note, CAST(:facts AS jsonb), CAST(:proposal_id AS uuid))
""")
_CARRIED_OUT = text("SELECT 1 FROM break_event WHERE break_id = :id AND proposal_id = CAST(:proposal AS uuid)")
_ENDED_BY = text("SELECT 1 FROM break_event WHERE break_id = :id AND facts->>'repair' = :repair AND kind IN ('repaired', 'written_off')")
_EVENTS = text("SELECT * FROM break_event WHERE break_id = :id ORDER BY number")
_ATTACHMENTS = text(
    "SELECT break_id, sha256, name, media_type, size, at, by FROM break_attachment WHERE break_id = :id ORDER BY at, sha256"
)
_CONTENT = text("SELECT content FROM break_attachment WHERE break_id = :id AND sha256 = :sha256")
_TERMS = text("SELECT DISTINCT ON (kind) kind, hours, participant_acts FROM break_term ORDER BY kind, changed_at DESC")


async def lock(connection: AsyncConnection, break_id: str) -> Break | None:
    row = (await connection.execute(_LOCK, {"id": break_id})).one_or_none()
    return None if row is None else from_row(row)


async def named(connection: AsyncConnection, start: str) -> Break | None:
    """By its id or the beginning of it; None where there is none, or more than one."""
    rows = (await connection.execute(_NAMED, {"start": start})).all()
    return from_row(rows[0]) if len(rows) == 1 else None


async def keep(connection: AsyncConnection, moved: Break, event: BreakEvent) -> None:
    parameters = {
        "break_id": moved.break_id, "state": moved.state, "ended_at": moved.ended_at, "stage": moved.stage, "owner": moved.owner,
        "person": moved.person, "decided": moved.decided, "events": moved.events,
    }  # fmt: skip
    await connection.execute(_SAY_MOMENT, {"now": event.at.isoformat()})
    await connection.execute(_MOVE, parameters)
    facts = None if event.facts is None else orjson.dumps(dict(event.facts)).decode()
    line = {
        "break_id": event.break_id, "number": event.number, "at": event.at, "by": event.by, "kind": event.kind, "note": event.note,
        "facts": facts, "proposal_id": event.proposal_id,
    }  # fmt: skip
    await connection.execute(_ADD_EVENT, line)


async def carried_out(connection: AsyncConnection, break_id: str, proposal_id: UUID) -> bool:
    """Whether this proposal has done its work on this break."""
    return (await connection.execute(_CARRIED_OUT, {"id": break_id, "proposal": str(proposal_id)})).first() is not None


async def ended_by(connection: AsyncConnection, break_id: str, repair: str) -> bool:
    """Whether it was ended by such a repair before, perhaps to be opened again."""
    return (await connection.execute(_ENDED_BY, {"id": break_id, "repair": repair})).first() is not None


async def events(connection: AsyncConnection, break_id: str) -> tuple[BreakEvent, ...]:
    return tuple(_event(row) for row in (await connection.execute(_EVENTS, {"id": break_id})).all())


async def attachments(connection: AsyncConnection, break_id: str) -> tuple[Attachment, ...]:
    return tuple(Attachment(*row) for row in (await connection.execute(_ATTACHMENTS, {"id": break_id})).all())


async def attach(connection: AsyncConnection, attachment: Attachment, content: bytes) -> None:
    values = {
        "break_id": attachment.break_id, "sha256": attachment.sha256, "name": attachment.name, "media_type": attachment.media_type,
        "size": attachment.size,
        "at": attachment.at, "by": attachment.by, "content": content,
    }  # fmt: skip
    await connection.execute(insert(break_attachment), values)


async def content(connection: AsyncConnection, break_id: str, sha256: str) -> bytes | None:
    found: bytes | None = (await connection.execute(_CONTENT, {"id": break_id, "sha256": sha256})).scalar_one_or_none()
    return found


async def terms(connection: AsyncConnection) -> list[tuple[BreakKind, int, bool]]:
    return [(BreakKind(row.kind), row.hours, row.participant_acts) for row in (await connection.execute(_TERMS)).all()]


async def add_term(connection: AsyncConnection, kind: BreakKind, hours: int, *, participant_acts: bool, at: datetime, by: str) -> None:
    values = {"kind": kind, "changed_at": at, "by": by, "hours": hours, "participant_acts": participant_acts}
    await connection.execute(insert(break_term), values)


def _event(row: Row[Any]) -> BreakEvent:
    return BreakEvent(
        break_id=row.break_id,
        number=row.number,
        at=row.at,
        by=row.by,
        kind=BreakEventKind(row.kind),
        note=row.note,
        facts=row.facts,
        proposal_id=None if row.proposal_id is None else str(row.proposal_id),
    )
