"""Proposals on the line."""

from collections.abc import Iterable
from typing import Annotated, Any
from uuid import UUID

from pydantic import ConfigDict, Field

from switch.api.shapes import Amount, BilingualName, Moment, Shape
from switch.domain.proposals import REASON_CHARACTERS, Change, Effect, Ending, Foreseen, Proposal, ProposalKind, ProposalState

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
    effective_at: Moment | None = None
    """Where it is to take effect later than it is approved: when. For some kinds (docs/staff.md)."""


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


class ForeseenView(Shape):
    """What it would do now."""

    effects: list[EffectView]
    changes: list[ChangeView]
    changed: bool
    """Whether that is something else than what was shown when it was proposed."""


class EndingView(Shape):
    """Why what was approved was not done."""

    at: Moment
    by: str | None
    """Who has taken it back before it took effect; nobody where it was refused when it was to be done."""
    code: str
    detail: BilingualName


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
    effective_at: Moment | None
    """When what is approved takes effect; else at once."""
    foreseen_again: ForeseenView | None
    """When it was approved."""
    ending: EndingView | None


class ProposalPage(Shape):
    items: list[ProposalView]
    next_cursor: str | None


def proposal_view(found: Proposal) -> ProposalView:
    return ProposalView.model_construct(
        proposal_id=found.proposal_id,
        kind=found.kind,
        subject=found.subject,
        content=dict(found.content),
        effects=_effects(found.foreseen.effects),
        changes=_changes(found.foreseen.changes),
        reason=found.reason,
        state=found.state,
        proposed_by=found.proposed_by,
        proposed_at=found.proposed_at,
        expires_at=found.expires_at,
        decided_by=found.decided_by,
        decided_at=found.decided_at,
        decision_reason=found.decision_reason,
        carried_out_at=found.carried_out_at,
        effective_at=found.effective_at,
        foreseen_again=None if found.foreseen_again is None else foreseen_view(found, found.foreseen_again),
        ending=None if found.ending is None else _ending(found.ending),
    )


def foreseen_view(proposal: Proposal, now: Foreseen) -> ForeseenView:
    changed = now != proposal.foreseen
    return ForeseenView.model_construct(effects=_effects(now.effects), changes=_changes(now.changes), changed=changed)


def _effects(effects: Iterable[Effect]) -> list[EffectView]:
    return [EffectView.model_construct(account=one.account, amount=Amount.minor(one.minor, one.currency)) for one in effects]


def _changes(changes: Iterable[Change]) -> list[ChangeView]:
    return [ChangeView.model_construct(what=one.what, before=one.before, after=one.after) for one in changes]


def _ending(ending: Ending) -> EndingView:
    detail = BilingualName.model_construct(ar=ending.ar, en=ending.en)
    return EndingView.model_construct(at=ending.at, by=ending.by, code=ending.code, detail=detail)
