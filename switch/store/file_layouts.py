"""The layouts that participants have chosen for their files."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.identifiers import ParticipantCode

_CHOSEN = text("SELECT DISTINCT ON (participant_code) participant_code, layout FROM file_layout ORDER BY participant_code, number DESC")
_CHOOSE = text("""
    INSERT INTO file_layout (participant_code, number, layout, chosen_at, "by")
    SELECT :participant, coalesce(max(number), 0) + 1, :layout, :at, :by FROM file_layout WHERE participant_code = :participant
""")


async def chosen(connection: AsyncConnection) -> dict[ParticipantCode, str]:
    rows = (await connection.execute(_CHOSEN)).all()
    return {ParticipantCode(row.participant_code): row.layout for row in rows}


async def choose(connection: AsyncConnection, participant: ParticipantCode, layout: str, at: datetime, by: str) -> None:
    """Under the lock of the directory: the numbers of a participant's choices have neither gap nor double."""
    parameters = {"participant": participant, "layout": layout, "at": at, "by": by}
    await connection.execute(_CHOOSE, parameters)
