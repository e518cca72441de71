"""Keys of participants as they are asked for, in whatever state."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.directory import ParticipantKey
from switch.store.participants import key_of

_FIND = text("SELECT * FROM participant_key WHERE keyid = :keyid")


async def find_key(connection: AsyncConnection, keyid: str) -> ParticipantKey | None:
    row = (await connection.execute(_FIND, {"keyid": keyid})).one_or_none()
    return None if row is None else key_of(row)
