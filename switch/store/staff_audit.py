"""The audit: entries added, and read again."""

from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.staff_audit import AuditEntry

_ADD = text("""
    INSERT INTO staff_audit (audit_id, at, who, via, action, subject, outcome, reason, origin, request_id)
    VALUES (:audit_id, CAST(:at AS timestamptz), :who, :via, :action, :subject, :outcome, :reason, :origin, :request_id)
""")
_PAGE = text("""
    SELECT * FROM staff_audit
    WHERE (CAST(:who AS text) IS NULL OR who = :who) AND (CAST(:before AS uuid) IS NULL OR audit_id < :before)
    ORDER BY audit_id DESC LIMIT :most
""")


async def add(connection: AsyncConnection, entry: AuditEntry) -> None:
    parameters = {
        "audit_id": entry.audit_id,
        "at": entry.at,
        "who": entry.who,
        "via": entry.via,
        "action": entry.action,
        "subject": entry.subject,
        "outcome": entry.outcome,
        "reason": entry.reason,
        "origin": entry.origin,
        "request_id": entry.request_id,
    }
    await connection.execute(_ADD, parameters)


async def page(connection: AsyncConnection, who: str | None, before: UUID | None, most: int) -> list[AuditEntry]:
    """Newest first."""
    return [_entry_of(row) for row in (await connection.execute(_PAGE, {"who": who, "before": before, "most": most})).all()]


def _entry_of(row: Row[Any]) -> AuditEntry:
    return AuditEntry(row.audit_id, row.at, row.who, row.via, row.action, row.subject, row.outcome, row.reason, row.origin, row.request_id)
