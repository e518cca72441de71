"""Proposals: inserted, locked, decided, carried out, listed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.proposals import Change, Effect, Ending, Foreseen, Proposal, ProposalId, ProposalKind, ProposalState
from switch.store.database import as_rows, insert_rows
from switch.store.tables.proposals import proposal as table

_INSERT = insert_rows(table, tuple(table.c.keys()))
_FIND = text("SELECT * FROM proposal WHERE proposal_id = :id")
_LOCK = text("SELECT * FROM proposal WHERE proposal_id = :id FOR UPDATE")
_DECIDE = text("""
    UPDATE proposal SET state = :state, decided_by = :by, decided_at = CAST(:at AS timestamptz), decision_reason = :reason,
        effects_again = CAST(:effects AS jsonb), changes_again = CAST(:changes AS jsonb), ending = CAST(:ending AS jsonb),
        due_at = CAST(:due_at AS timestamptz)
    WHERE proposal_id = :id
""")
_CARRIED_OUT = text("""
    UPDATE proposal SET carried_out_at = CAST(:at AS timestamptz), due_at = NULL
    WHERE proposal_id = :id AND state = 'approved' AND carried_out_at IS NULL
""")
_END = text("""
    UPDATE proposal SET state = :state, ending = CAST(:ending AS jsonb), due_at = NULL
    WHERE proposal_id = :id AND state = 'approved' AND carried_out_at IS NULL
""")
_EXPIRE = text("UPDATE proposal SET state = 'expired' WHERE state = 'proposed' AND expires_at <= CAST(:at AS timestamptz)")
_TAKE_DUE = text("""
    UPDATE proposal SET due_at = CAST(:again_at AS timestamptz) WHERE proposal_id IN (
        SELECT proposal_id FROM proposal WHERE due_at <= CAST(:now AS timestamptz) ORDER BY due_at LIMIT :most FOR UPDATE SKIP LOCKED
    ) RETURNING *
""")
_WAITING = text("""
    SELECT * FROM proposal WHERE state = 'approved' AND carried_out_at IS NULL AND effective_at IS NOT NULL
        AND (subject = :subject OR subject LIKE :under) ORDER BY effective_at, proposal_id
""")
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


async def decide(connection: AsyncConnection, proposal: Proposal, due_at: datetime | None = None) -> None:
    """`due_at`: when it is carried out, or tried again; where it is left out, what is approved is due now."""
    again = proposal.foreseen_again
    if proposal.state is ProposalState.APPROVED and due_at is None:
        due_at = proposal.decided_at
    parameters = {
        "id": proposal.proposal_id,
        "state": proposal.state,
        "by": proposal.decided_by,
        "at": proposal.decided_at,
        "reason": proposal.decision_reason,
        "effects": None if again is None else _effects(again),
        "changes": None if again is None else _changes(again),
        "ending": _ending(proposal.ending),
        "due_at": due_at,
    }
    await connection.execute(_DECIDE, parameters)


async def carried_out(connection: AsyncConnection, proposal_id: ProposalId, at: datetime) -> None:
    await connection.execute(_CARRIED_OUT, {"id": proposal_id, "at": at})


async def expire(connection: AsyncConnection, at: datetime) -> None:
    """Marks what nobody has decided in time."""
    await connection.execute(_EXPIRE, {"at": at})


async def end(connection: AsyncConnection, proposal: Proposal) -> None:
    """What was approved, and is known not to be done."""
    parameters = {"id": proposal.proposal_id, "state": proposal.state, "ending": _ending(proposal.ending)}
    await connection.execute(_END, parameters)


async def take_due(connection: AsyncConnection, now: datetime, again_at: datetime, most: int) -> Sequence[Proposal]:
    """Approved, due, and not known to be done, the earliest first; nobody else takes them before `again_at`."""
    rows = (await connection.execute(_TAKE_DUE, {"now": now, "again_at": again_at, "most": most})).all()
    return sorted((from_row(row) for row in rows), key=lambda one: (one.effective_at or one.decided_at or now, one.proposal_id))


async def waiting(connection: AsyncConnection, subject: str) -> list[Proposal]:
    """Approved about this subject or what is under it (100010:payment), to take effect at a moment; the earliest first."""
    return [from_row(row) for row in (await connection.execute(_WAITING, {"subject": subject, "under": f"{subject}:%"})).all()]


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
        foreseen=_foreseen(row.effects, row.changes),
        reason=row.reason,
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at,
        expires_at=row.expires_at,
        state=ProposalState(row.state),
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        decision_reason=row.decision_reason,
        carried_out_at=row.carried_out_at,
        effective_at=row.effective_at,
        foreseen_again=None if row.effects_again is None else _foreseen(row.effects_again, row.changes_again),
        ending=None if row.ending is None else Ending(datetime.fromisoformat(row.ending[0]), *row.ending[1:]),
    )


def _foreseen(effects: Sequence[Sequence[str]], changes: Sequence[Sequence[str]]) -> Foreseen:
    return Foreseen(
        tuple(Effect(account, int(minor), currency) for account, minor, currency in effects),
        tuple(Change(what, before, after) for what, before, after in changes),
    )


def _effects(foreseen: Foreseen) -> str:
    return orjson.dumps([[effect.account, str(effect.minor), effect.currency] for effect in foreseen.effects]).decode()


def _changes(foreseen: Foreseen) -> str:
    return orjson.dumps([[change.what, change.before, change.after] for change in foreseen.changes]).decode()


def _ending(ending: Ending | None) -> str | None:
    return None if ending is None else orjson.dumps([ending.at, ending.by, ending.code, ending.ar, ending.en]).decode()


def _row(proposal: Proposal) -> dict[str, Any]:
    again = proposal.foreseen_again
    return {
        "proposal_id": proposal.proposal_id,
        "kind": proposal.kind,
        "subject": proposal.subject,
        "content": orjson.dumps(dict(proposal.content)).decode(),
        "effects": _effects(proposal.foreseen),
        "changes": _changes(proposal.foreseen),
        "reason": proposal.reason,
        "proposed_by": proposal.proposed_by,
        "proposed_at": proposal.proposed_at,
        "expires_at": proposal.expires_at,
        "state": proposal.state,
        "decided_by": proposal.decided_by,
        "decided_at": proposal.decided_at,
        "decision_reason": proposal.decision_reason,
        "carried_out_at": proposal.carried_out_at,
        "effective_at": proposal.effective_at,
        "effects_again": None if again is None else _effects(again),
        "changes_again": None if again is None else _changes(again),
        "ending": _ending(proposal.ending),
        "due_at": None,
    }
