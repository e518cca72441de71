"""Proposals on the line."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import ConfigDict, Field

from switch.api.shapes import Amount, Moment, Shape
from switch.domain.proposals import REASON_CHARACTERS, Proposal, ProposalKind, ProposalState

_EXAMPLE: dict[str, Any] = {
    "kind": "cap.change",
    "subject": "100010",
    "content": {"cap": "5000000.00", "currency": "SYP"},
    "reason": "Deposit of 2026-11-24, letter 17",
}

Reason = Annotated[str, Field(min_length=1, max_length=REASON_CHARACTERS)]
Fact = Annotated[str, Field(max_length=60_000)]
FactName = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[a-z_]+$")]


class ProposalIn(Shape):
    """What is to be done, for another person to approve."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    kind: Annotated[ProposalKind, Field(strict=False)]
    subject: Annotated[str, Field(min_length=1, max_length=200)]
    """What it is about, such as a payment id or a national code."""
    content: Annotated[dict[FactName, Fact], Field(max_length=20)]
    """What belongs to its kind (docs/staff.md)."""
    reason: Reason


class RefusalIn(Shape):
    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "The letter names another payment"}]})

    reason: Reason


class EffectView(Shape):
    """On one account; a debit is positive."""

    account: str
    amount: Amount


class ChangeView(Shape):
    what: str
    before: str
    after: str


class ProposalView(Shape):
    """With what it would do, as it was foreseen when it was proposed."""

    proposal_id: UUID
    kind: ProposalKind
    subject: str
    content: dict[str, str]
    effects: list[EffectView]
    changes: list[ChangeView]
    reason: str
    state: ProposalState
    proposed_by: str
    proposed_at: Moment
    expires_at: Moment
    decided_by: str | None
    decided_at: Moment | None
    decision_reason: str | None
    carried_out_at: Moment | None


class ProposalPage(Shape):
    items: list[ProposalView]
    next_cursor: str | None


def proposal_view(found: Proposal) -> ProposalView:
    return ProposalView.model_construct(
        proposal_id=found.proposal_id,
        kind=found.kind,
        subject=found.subject,
        content=dict(found.content),
        effects=[
            EffectView.model_construct(account=effect.account, amount=Amount.minor(effect.minor, effect.currency))
            for effect in found.foreseen.effects
        ],
        changes=[
            ChangeView.model_construct(what=change.what, before=change.before, after=change.after) for change in found.foreseen.changes
        ],
        reason=found.reason,
        state=found.state,
        proposed_by=found.proposed_by,
        proposed_at=found.proposed_at,
        expires_at=found.expires_at,
        decided_by=found.decided_by,
        decided_at=found.decided_at,
        decision_reason=found.decision_reason,
        carried_out_at=found.carried_out_at,
    )
