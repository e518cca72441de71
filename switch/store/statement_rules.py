"""Rules for statements: how one participant's are read and compared; the newest counts."""

from datetime import datetime
from typing import Any

from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.identifiers import ParticipantCode, bucketed_id
from switch.domain.reconciliation import Grouping, MatchingRule
from switch.store.tables.reconciliation import statement_rule

_NEWEST = text("SELECT * FROM statement_rule WHERE participant_code = :participant ORDER BY changed_at DESC, change_id DESC LIMIT 1")


async def newest(connection: AsyncConnection, participant: ParticipantCode) -> tuple[MatchingRule, dict[str, Any] | None]:
    """How its lines are compared, and how its own layout is read, as it was recorded."""
    row = (await connection.execute(_NEWEST, {"participant": participant})).one_or_none()
    if row is None:
        return MatchingRule(), None
    grouping = None if row.grouping is None else Grouping(row.grouping)
    return MatchingRule(row.carry_forward_days, row.tolerance_minor, grouping), row.mapping


async def append(
    connection: AsyncConnection, participant: ParticipantCode, rule: MatchingRule, mapping: dict[str, Any] | None, at: datetime, by: str
) -> None:
    values = {
        "change_id": bucketed_id(0, at),
        "participant_code": participant,
        "carry_forward_days": rule.carry_forward_days,
        "tolerance_minor": rule.tolerance_minor,
        "mapping": mapping,
        "grouping": rule.grouping,
        "changed_at": at,
        "by": by,
        "digest": b"",
    }
    await connection.execute(insert(statement_rule), values)
