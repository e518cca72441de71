"""Pushed files: where to, what is to be pushed, leased and delivered or parked."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.file_pushes import Pushing, PushPlace
from switch.domain.identifiers import ParticipantCode

_NEWEST = "SELECT DISTINCT ON (participant_code) * FROM push_place ORDER BY participant_code, number DESC"
_PLACES = text(f"SELECT * FROM ({_NEWEST}) AS newest WHERE active ORDER BY participant_code")  # noqa: S608 - our own words
_CHOOSE = text("""
    INSERT INTO push_place (participant_code, number, active, host, port, "user", folder, host_key, chosen_at, "by")
    SELECT :participant, coalesce(max(number), 0) + 1, :active, :host, :port, :user, :folder, :host_key, :at, :by
    FROM push_place WHERE participant_code = :participant
""")
# Files of participants with a place, from the first choice of one on.
_ENQUEUE = text(f"""
    INSERT INTO file_push (file_id, participant_code, attempts, next_attempt_at)
    SELECT file_id, participant_code, 0, :now FROM issued_file AS file
    JOIN ({_NEWEST}) AS newest USING (participant_code)
    WHERE newest.active AND NOT EXISTS (SELECT FROM file_push WHERE file_push.file_id = file.file_id)
      AND issued_at >= (SELECT min(chosen_at) FROM push_place AS its WHERE its.participant_code = file.participant_code)
    ON CONFLICT DO NOTHING
""")  # noqa: S608 - our own words
_WAITING = "delivered_at IS NULL AND parked_at IS NULL"
_DUE = text(f"SELECT DISTINCT participant_code FROM file_push WHERE {_WAITING} AND next_attempt_at <= :now")  # noqa: S608 - our own words
_LEASE = text(f"""
    UPDATE file_push SET next_attempt_at = CAST(:leased_until AS timestamptz)
    FROM (SELECT file_id FROM file_push WHERE participant_code = :participant AND {_WAITING} AND next_attempt_at <= :now
          ORDER BY file_id LIMIT 1 FOR UPDATE SKIP LOCKED) AS due
    JOIN issued_file USING (file_id)
    WHERE file_push.file_id = due.file_id
    RETURNING file_push.*, issued_file.name
""")  # noqa: S608 - our own words
_TRIED = text(f"""
    UPDATE file_push SET attempts = attempts + 1, last_answer = :said, delivered_at = CAST(:delivered_at AS timestamptz),
        parked_at = CAST(:parked_at AS timestamptz), next_attempt_at = CAST(:next_attempt_at AS timestamptz)
    WHERE file_id = :file AND {_WAITING}
""")  # noqa: S608 - our own words
_POSTPONE = text(f"""
    UPDATE file_push SET next_attempt_at = greatest(next_attempt_at, CAST(:at AS timestamptz))
    WHERE participant_code = :participant AND {_WAITING}
""")  # noqa: S608 - our own words
_AGAIN = text("""
    UPDATE file_push SET attempts = 0, parked_at = NULL, delivered_at = NULL, next_attempt_at = :now WHERE file_id = :file RETURNING file_id
""")
_PAGE = text("""
    SELECT file_push.*, issued_file.name FROM file_push JOIN issued_file USING (file_id)
    WHERE (CAST(:participant AS text) IS NULL OR file_push.participant_code = :participant) AND (delivered_at IS NULL OR NOT :waiting)
    ORDER BY issued_at DESC, file_id LIMIT :most
""")


async def places(connection: AsyncConnection) -> dict[ParticipantCode, PushPlace]:
    found = (_place(row) for row in (await connection.execute(_PLACES)).all())
    return {place.participant: place for place in found}


async def choose(connection: AsyncConnection, place: PushPlace, at: datetime, by: str, *, active: bool) -> None:
    """Under the lock of the directory."""
    parameters = {name: getattr(place, name) for name in ("participant", "host", "port", "user", "folder", "host_key")}
    await connection.execute(_CHOOSE, parameters | {"active": active, "at": at, "by": by})


async def enqueue(connection: AsyncConnection, now: datetime) -> None:
    await connection.execute(_ENQUEUE, {"now": now})


async def due(connection: AsyncConnection, now: datetime) -> list[ParticipantCode]:
    """For whom something waits."""
    return [ParticipantCode(code) for code in (await connection.execute(_DUE, {"now": now})).scalars()]


async def lease(connection: AsyncConnection, participant: ParticipantCode, now: datetime, lease_seconds: int) -> Pushing | None:
    """The oldest that is due."""
    parameters = {"participant": participant, "now": now, "leased_until": now + timedelta(seconds=lease_seconds)}
    row = (await connection.execute(_LEASE, parameters)).one_or_none()
    return None if row is None else _pushing(row)


async def record(connection: AsyncConnection, file: Pushing) -> None:
    """As it stands after an attempt."""
    parameters = {"file": file.file_id, "said": file.last_answer}
    moments = {name: getattr(file, name) for name in ("delivered_at", "parked_at", "next_attempt_at")}
    await connection.execute(_TRIED, parameters | moments)


async def postpone(connection: AsyncConnection, failed: Pushing) -> None:
    """Everything that waits for the same server, until the one that has failed is tried again."""
    await connection.execute(_POSTPONE, {"participant": failed.participant, "at": failed.next_attempt_at})


async def again(connection: AsyncConnection, file_id: str, now: datetime) -> bool:
    return (await connection.execute(_AGAIN, {"file": file_id, "now": now})).first() is not None


async def page(connection: AsyncConnection, participant: ParticipantCode | None, most: int, *, waiting: bool) -> Sequence[Pushing]:
    """Newest first; with `waiting` only what is not delivered."""
    rows = (await connection.execute(_PAGE, {"participant": participant, "waiting": waiting, "most": most})).all()
    return [_pushing(row) for row in rows]


def _place(row: Row[Any]) -> PushPlace:
    return PushPlace(ParticipantCode(row.participant_code), row.host, row.port, row.user, row.folder, row.host_key)


def _pushing(row: Row[Any]) -> Pushing:
    return Pushing(
        file_id=row.file_id,
        name=row.name,
        participant=ParticipantCode(row.participant_code),
        attempts=row.attempts,
        next_attempt_at=row.next_attempt_at,
        delivered_at=row.delivered_at,
        parked_at=row.parked_at,
        last_answer=row.last_answer,
    )
