"""Rules that close classes of breaks; the newest of a kind and participant counts."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.breaks import ClosingRule
from switch.domain.identifiers import ParticipantCode, bucketed_id
from switch.domain.reconciliation import BreakKind
from switch.store.tables.breaks import closing_rule

_CURRENT = text("""
    SELECT * FROM (SELECT DISTINCT ON (kind, participant_code) * FROM closing_rule
        ORDER BY kind, participant_code, changed_at DESC, rule_id DESC) AS newest
    WHERE active ORDER BY kind, participant_code NULLS FIRST
""")


async def current(connection: AsyncConnection) -> list[ClosingRule]:
    rows = (await connection.execute(_CURRENT)).all()
    return [
        ClosingRule(
            BreakKind(row.kind), ParticipantCode(row.participant_code) if row.participant_code else None, row.most_minor, row.most_days
        )
        for row in rows
    ]


async def append(connection: AsyncConnection, rule: ClosingRule, proposal_id: UUID, at: datetime, by: str) -> None:
    """Once for each proposal."""
    values = {
        "rule_id": bucketed_id(0, at), "kind": rule.kind, "participant_code": rule.participant, "most_minor": rule.most_minor,
        "most_days": rule.most_days, "active": rule.active, "changed_at": at, "by": by, "proposal_id": proposal_id, "digest": b"",
    }  # fmt: skip
    await connection.execute(postgresql.insert(closing_rule).values(values).on_conflict_do_nothing(index_elements=["proposal_id"]))
