"""Approvals of closed windows: the rule of a currency, what debtors were asked and have said, what two people have decided."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.approvals import Answered, Approval, Asked, Decision, DecisionKind, SettlementRule, Silence
from switch.domain.defaults import Sharing
from switch.domain.identifiers import ParticipantCode, WindowId
from switch.domain.proposals import Proposal
from switch.domain.settlement import Window
from switch.store.database import as_rows, insert_rows
from switch.store.tables.approvals import settlement_rule, window_answer, window_approval, window_decision

_RULE = text("SELECT approval_seconds, silence, sharing FROM settlement_rule WHERE currency = :currency ORDER BY number DESC LIMIT 1")
_RULE_NUMBER = text("SELECT coalesce(max(number), 0) + 1 FROM settlement_rule WHERE currency = :currency")
_DECISIONS = text("SELECT * FROM window_decision WHERE window_id = :window ORDER BY number")
_ASKED = text("SELECT * FROM window_approval WHERE window_id = :window AND round = :round ORDER BY participant_code")
_ANSWERS = text("SELECT * FROM window_answer WHERE window_id = :window AND round = :round ORDER BY number")
_DONE = text("SELECT true FROM window_decision WHERE proposal_id = :proposal")
_MAY_ANSWER = text("SELECT code FROM participant WHERE kind IN ('bank', 'wallet', 'biller')")


def _given(table: object) -> tuple[str, ...]:
    """All but the seal, which the database makes."""
    return tuple(name for name in table.c.keys() if name != "digest")  # type: ignore[attr-defined]  # noqa: SIM118


_ADD_RULE = insert_rows(settlement_rule, _given(settlement_rule))
_ADD_ASKED = insert_rows(window_approval, _given(window_approval))
_ADD_ANSWER = insert_rows(window_answer, _given(window_answer))
_ADD_DECISION = insert_rows(window_decision, _given(window_decision))


async def rule(connection: AsyncConnection, currency: str) -> SettlementRule:
    row = (await connection.execute(_RULE, {"currency": currency})).one_or_none()
    return SettlementRule() if row is None else SettlementRule(row.approval_seconds, Silence(row.silence), Sharing(row.sharing))


async def set_rule(connection: AsyncConnection, currency: str, wanted: SettlementRule, proposal: Proposal) -> None:
    number = (await connection.execute(_RULE_NUMBER, {"currency": currency})).scalar_one()
    row = {
        "currency": currency,
        "number": number,
        "approval_seconds": wanted.approval_seconds,
        "silence": wanted.silence,
        "sharing": wanted.sharing,
        "changed_at": proposal.decided_at,
        "by": proposal.people,
    }
    await connection.execute(_ADD_RULE, as_rows([row]))


async def of_window(connection: AsyncConnection, window_id: str) -> Approval:
    decisions = tuple(
        Decision(DecisionKind(row.kind), row.round, row.decided_at, row.by, row.reason)
        for row in (await connection.execute(_DECISIONS, {"window": window_id})).all()
    )
    present = 1 + sum(decision.kind is DecisionKind.RECOMPUTED for decision in decisions)
    parameters = {"window": window_id, "round": present}
    asked = tuple(
        Asked(ParticipantCode(row.participant_code), row.net_minor, row.asked_at, row.until, Silence(row.silence))
        for row in (await connection.execute(_ASKED, parameters)).all()
    )
    answers = tuple(
        Answered(ParticipantCode(row.participant_code), row.approves, row.reason, row.answered_at, row.by)
        for row in (await connection.execute(_ANSWERS, parameters)).all()
    )
    return Approval(present, asked, answers, decisions)


async def may_answer(connection: AsyncConnection) -> frozenset[ParticipantCode]:
    return frozenset((await connection.execute(_MAY_ANSWER)).scalars())


async def ask(connection: AsyncConnection, window_id: WindowId, approval: Approval, asked: Sequence[Asked]) -> None:
    rows = [
        {
            "window_id": window_id,
            "round": approval.round,
            "participant_code": one.participant,
            "net_minor": one.net,
            "asked_at": one.asked_at,
            "until": one.until,
            "silence": one.silence,
        }
        for one in asked
    ]
    await connection.execute(_ADD_ASKED, as_rows(rows))


async def answer(connection: AsyncConnection, window_id: WindowId, approval: Approval, said: Answered) -> None:
    row = {
        "window_id": window_id,
        "round": approval.round,
        "participant_code": said.participant,
        "number": len(approval.answers) + 1,
        "approves": said.approves,
        "reason": said.reason,
        "answered_at": said.answered_at,
        "by": said.by,
    }
    await connection.execute(_ADD_ANSWER, as_rows([row]))


async def done(connection: AsyncConnection, proposal: UUID) -> bool:
    return (await connection.execute(_DONE, {"proposal": proposal})).one_or_none() is not None


async def decide(connection: AsyncConnection, window: Window, approval: Approval, kind: DecisionKind, proposal: Proposal) -> int:
    """Its number among those of the window."""
    number = len(approval.decisions) + 1
    row = {
        "window_id": window.window_id,
        "number": number,
        "round": approval.round,
        "kind": kind,
        "decided_at": proposal.decided_at,
        "by": proposal.people,
        "reason": proposal.reason,
        "proposal_id": proposal.proposal_id,
    }
    await connection.execute(_ADD_DECISION, as_rows([row]))
    return number
