"""The history of the directory as it is read: what was changed about one participant, when and by whom."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.directory import DirectoryChange
from switch.domain.identifiers import ParticipantCode

_ABOUT = text("""
    SELECT * FROM directory_change
    WHERE kind NOT IN ('staff', 'staff_token') AND (CAST(:before AS uuid) IS NULL OR change_id < :before)
        AND (subject = :code OR subject LIKE :under OR content ->> 'biller_code' = :code OR content ->> 'bank_code' = :code)
    ORDER BY change_id DESC LIMIT :most
""")


async def about(connection: AsyncConnection, code: ParticipantCode, most: int, before: UUID | None = None) -> Sequence[DirectoryChange]:
    """Of itself, its keys, limits, services and where it is reached; newest first."""
    rows = (await connection.execute(_ABOUT, {"code": code, "under": f"{code}:%", "most": most, "before": before})).all()
    return [DirectoryChange(row.change_id, row.kind, row.subject, row.content.get("status"), row.changed_at, row.by) for row in rows]
