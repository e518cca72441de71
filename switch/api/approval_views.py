"""The approval of a closed window on the line, and what defaults change of it."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import ConfigDict, Field

from switch.api.shapes import Amount, Moment, ParticipantText, Shape, Text
from switch.domain.approvals import Answered, Approval, ApprovalState, Asked, Decision, DecisionKind, SettlementRule, Silence
from switch.domain.defaults import Burden, Defaulted, Sharing, Source, WindowClaim
from switch.reports.default_simulations import DefaultSimulation

_APPROVAL: dict[str, Any] = {"net": {"amount": "1250.00", "currency": "SYP"}}
_OBJECTION: dict[str, Any] = {"reason": "قيدنا يختلف في دفعتين · our books differ in two payments"}


class WindowApprovalIn(Shape):
    """Exactly the debit that the window shows: what is approved is this sum and no other."""

    model_config = ConfigDict(json_schema_extra={"examples": [_APPROVAL]})

    net: Amount


class WindowObjectionIn(Shape):
    """It stops the window, until it is approved after all or staff decide."""

    model_config = ConfigDict(json_schema_extra={"examples": [_OBJECTION]})

    reason: Annotated[Text, Field(min_length=1, max_length=300, examples=[_OBJECTION["reason"]])]


class OwnApprovalView(Shape):
    """Whether the caller's approval is asked for, and what it has said."""

    state: ApprovalState
    until: Moment | None
    silence: Silence | None
    """What it counts for that nothing was said by then: it `approves`, or `stops` the window."""
    answered_at: Moment | None
    reason: str | None
    """Of an objection."""


class DebtorApprovalView(Shape):
    participant_code: ParticipantText
    net: Amount
    approval: OwnApprovalView


class DecisionView(Shape):
    """What two people have decided about the window."""

    kind: DecisionKind
    round: Annotated[int, Field(ge=1)]
    decided_at: Moment
    by: str
    reason: str


class ClaimView(Shape):
    """What one has covered for another that did not pay: in this window, or, carried on, owed in it."""

    defaulter_code: ParticipantText
    creditor_code: ParticipantText
    source: Source
    amount: Amount
    carried: bool
    ended: bool
    """Paid or written off in this window, and so owed no more in it."""


class WindowApprovalView(Shape):
    """Each recomputation begins another round."""

    state: ApprovalState
    round: Annotated[int, Field(ge=1)]
    debtors: list[DebtorApprovalView]
    decisions: list[DecisionView]


class RuleView(Shape):
    """How the currency is settled."""

    approval_seconds: Annotated[int, Field(ge=0)]
    silence: Silence
    sharing: Sharing


class DefaultedView(Shape):
    """What one would not pay, and what would cover it."""

    participant_code: ParticipantText
    net: Amount
    waiting: Amount
    """Owed from an earlier default; whoever covered that would wait on."""
    guarantee: Amount
    shared: Amount
    uncovered: Amount


class BurdenView(Shape):
    """Whose net would be another one. `breaches`: what it owes and bears would together be more than its cap."""

    participant_code: ParticipantText
    net_before: Amount
    net_after: Amount
    cap: Amount
    owed: Amount
    breaches: bool


class DefaultSimulationView(Shape):
    """Nothing is changed by it. All nets after it sum to zero but for what nobody would cover."""

    as_of: Moment
    window_ids: list[str]
    without: list[ParticipantText]
    rule: RuleView
    defaulters: list[DefaultedView]
    burdens: list[BurdenView]


def own_approval_view(state: ApprovalState, asked: Asked | None, answer: Answered | None) -> OwnApprovalView:
    return OwnApprovalView.model_construct(
        state=state,
        until=None if asked is None else asked.until,
        silence=None if asked is None else asked.silence,
        answered_at=None if answer is None else answer.answered_at,
        reason=None if answer is None else answer.reason,
    )


def approval_view(state: ApprovalState, approval: Approval, currency: str, now: datetime) -> WindowApprovalView:
    debtors = [
        DebtorApprovalView.model_construct(
            participant_code=asked.participant,
            net=Amount.minor(asked.net, currency),
            approval=own_approval_view(approval.of(asked.participant, now), asked, approval.answer_of(asked.participant)),
        )
        for asked in approval.asked
    ]
    decisions = [_decision(decision) for decision in approval.decisions]
    return WindowApprovalView.model_construct(state=state, round=approval.round, debtors=debtors, decisions=decisions)


def claim_view(each: WindowClaim, currency: str) -> ClaimView:
    return ClaimView.model_construct(
        defaulter_code=each.claim.defaulter,
        creditor_code=each.claim.creditor,
        source=each.claim.source,
        amount=Amount.minor(each.claim.minor, currency),
        carried=each.carried,
        ended=each.ended,
    )


def simulation_view(found: DefaultSimulation, as_of: datetime) -> DefaultSimulationView:
    return DefaultSimulationView.model_construct(
        as_of=as_of,
        window_ids=list(found.windows),
        without=list(found.without),
        rule=_rule(found.rule),
        defaulters=[_defaulted(each, found.currency) for each in found.plan.defaulters],
        burdens=[_burden(each, found.currency) for each in found.plan.burdens],
    )


def _decision(decision: Decision) -> DecisionView:
    return DecisionView.model_construct(
        kind=decision.kind, round=decision.round, decided_at=decision.decided_at, by=decision.by, reason=decision.reason
    )


def _rule(rule: SettlementRule) -> RuleView:
    return RuleView.model_construct(approval_seconds=rule.approval_seconds, silence=rule.silence, sharing=rule.sharing)


def _defaulted(each: Defaulted, currency: str) -> DefaultedView:
    return DefaultedView.model_construct(
        participant_code=each.participant,
        net=Amount.minor(each.net, currency),
        waiting=Amount.minor(each.waiting, currency),
        guarantee=Amount.minor(each.guarantee, currency),
        shared=Amount.minor(each.shared, currency),
        uncovered=Amount.minor(each.uncovered, currency),
    )


def _burden(each: Burden, currency: str) -> BurdenView:
    return BurdenView.model_construct(
        participant_code=each.participant,
        net_before=Amount.minor(each.net_before, currency),
        net_after=Amount.minor(each.net_after, currency),
        cap=Amount.minor(each.cap, currency),
        owed=Amount.minor(each.owed, currency),
        breaches=each.breaches,
    )
