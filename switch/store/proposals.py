"""Proposals: inserted, locked, decided, carried out, listed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.proposals import Change, Effect, Foreseen, Proposal, ProposalId, ProposalKind, ProposalState
from switch.store.database import as_rows, insert_rows
from switch.store.tables.proposals import proposal as table

_INSERT = insert_rows(table, tuple(table.c.keys()))
_FIND = text("SELECT * FROM proposal WHERE proposal_id = :id")
_LOCK = text("SELECT * FROM proposal WHERE proposal_id = :id FOR UPDATE")
_DECIDE = text("""
    UPDATE proposal SET state = :state, decided_by = :by, decided_at = CAST(:at AS timestamptz), decision_reason = :reason
    WHERE proposal_id = :id
""")
_CARRIED_OUT = text("UPDATE proposal SET carried_out_at = CAST(:at AS timestamptz) WHERE proposal_id = :id AND carried_out_at IS NULL")
_EXPIRE = text("UPDATE proposal SET state = 'expired' WHERE state = 'proposed' AND expires_at <= CAST(:at AS timestamptz)")
_TO_CARRY_OUT = text("SELECT * FROM proposal WHERE state = 'approved' AND carried_out_at IS NULL ORDER BY decided_at LIMIT :most")
_PAGE = text("""
    SELECT * FROM proposal
    WHERE (CAST(:state AS text) IS NULL OR state = :state) AND (CAST(:before AS uuid) IS NULL OR proposal_id < :before)
    ORDER BY proposal_id DESC LIMIT :most
""")


async def insert(connection: AsyncConnection, proposal: Proposal) -> None:
    await connection.execute(_INSERT, as_rows([_row(proposal)]))


async def lock(connection: AsyncConnection, proposal_id: UUID) -> Proposal | None:
    row = (await connection.execute(_LOCK, {"id": proposal_id})).one_or_none()
    return None if row is None else from_row(row)


async def decide(connection: AsyncConnection, proposal: Proposal) -> None:
    parameters = {
        "id": proposal.proposal_id,
        "state": proposal.state,
        "by": proposal.decided_by,
        "at": proposal.decided_at,
        "reason": proposal.decision_reason,
    }
    await connection.execute(_DECIDE, parameters)


async def carried_out(connection: AsyncConnection, proposal_id: ProposalId, at: datetime) -> None:
    await connection.execute(_CARRIED_OUT, {"id": proposal_id, "at": at})


async def expire(connection: AsyncConnection, at: datetime) -> None:
    """Marks what nobody has decided in time."""
    await connection.execute(_EXPIRE, {"at": at})


async def to_carry_out(connection: AsyncConnection, most: int) -> Sequence[Proposal]:
    """Approved, and not known to be done."""
    return [from_row(row) for row in (await connection.execute(_TO_CARRY_OUT, {"most": most})).all()]


async def find(connection: AsyncConnection, proposal_id: UUID) -> Proposal | None:
    row = (await connection.execute(_FIND, {"id": proposal_id})).one_or_none()
    return None if row is None else from_row(row)


async def page(connection: AsyncConnection, state: ProposalState | None, most: int, before: UUID | None = None) -> list[Proposal]:
    """Newest first."""
    return [from_row(row) for row in (await connection.execute(_PAGE, {"state": state, "most": most, "before": before})).all()]


def from_row(row: Row[Any]) -> Proposal:
    return Proposal(
        proposal_id=ProposalId(row.proposal_id),
        kind=ProposalKind(row.kind),
        subject=row.subject,
        content=row.content,
        foreseen=Foreseen(
            tuple(Effect(account, int(minor), currency) for account, minor, currency in row.effects),
            tuple(Change(what, before, after) for what, before, after in row.changes),
        ),
        reason=row.reason,
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at,
        expires_at=row.expires_at,
        state=ProposalState(row.state),
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        decision_reason=row.decision_reason,
        carried_out_at=row.carried_out_at,
    )


def _row(proposal: Proposal) -> dict[str, Any]:
    return {
        "proposal_id": proposal.proposal_id,
        "kind": proposal.kind,
        "subject": proposal.subject,
        "content": orjson.dumps(dict(proposal.content)).decode(),
        "effects": orjson.dumps([[effect.account, str(effect.minor), effect.currency] for effect in proposal.foreseen.effects]).decode(),
        "changes": orjson.dumps([[change.what, change.before, change.after] for change in proposal.foreseen.changes]).decode(),
        "reason": proposal.reason,
        "proposed_by": proposal.proposed_by,
        "proposed_at": proposal.proposed_at,
        "expires_at": proposal.expires_at,
        "state": proposal.state,
        "decided_by": proposal.decided_by,
        "decided_at": proposal.decided_at,
        "decision_reason": proposal.decision_reason,
        "carried_out_at": proposal.carried_out_at,
    }
