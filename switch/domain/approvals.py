"""Approvals: before a closed window is sent, each net debtor sees its debit and approves it or objects; staff may decide otherwise.

Each recomputation begins another round, because the debits are other ones then.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from switch.domain.defaults import Sharing
from switch.domain.errors import Refusal
from switch.domain.identifiers import ParticipantCode
from switch.domain.proposals import given_reason
from switch.domain.settlement import SettlementLeg
from switch.domain.texts import require_plain

MOST_APPROVAL_SECONDS = 24 * 3600
REASON_CHARACTERS = 300


class Silence(StrEnum):
    """What it counts for that a debtor has said nothing when the time is over."""

    APPROVES = "approves"
    """A line that is down must not stop the country's settlement: what is owed is owed, and an objection has to be said."""
    STOPS = "stops"


@dataclass(frozen=True, slots=True)
class SettlementRule:
    """One currency's rule: how long approval is awaited (0: it is not asked for), what silence counts for, how losses are shared."""

    approval_seconds: int = 0
    silence: Silence = Silence.APPROVES
    sharing: Sharing = Sharing.BY_CAP


class ApprovalState(StrEnum):
    NOT_ASKED = "not_asked"
    AWAITED = "awaited"
    APPROVED = "approved"
    OBJECTED = "objected"
    TIME_OVER = "time_over"
    """Somebody has said nothing in time, and by the rule that stops it."""
    OVERRIDDEN = "overridden"
    """Two people send it all the same."""
    WITHHELD = "withheld"
    """Two people have decided that it is not sent."""


MAY_BE_SENT = frozenset({ApprovalState.NOT_ASKED, ApprovalState.APPROVED, ApprovalState.OVERRIDDEN})


class DecisionKind(StrEnum):
    OVERRIDDEN = "overridden"
    WITHHELD = "withheld"
    RECOMPUTED = "recomputed"
    MOVED = "moved"
    LAPSED = "lapsed"
    """Approved when it could not be done any more: nothing was done."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What one debtor is asked to approve. Minor units."""

    participant: ParticipantCode
    net: int
    asked_at: datetime
    until: datetime
    silence: Silence


@dataclass(frozen=True, slots=True)
class Answered:
    """A debtor's word; the last one before the window is sent counts."""

    participant: ParticipantCode
    approves: bool
    reason: str | None
    answered_at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Decision:
    kind: DecisionKind
    round: int
    """The round that it was about."""
    decided_at: datetime
    by: str
    reason: str


_DECIDED: Mapping[DecisionKind, ApprovalState] = MappingProxyType(
    {DecisionKind.OVERRIDDEN: ApprovalState.OVERRIDDEN, DecisionKind.WITHHELD: ApprovalState.WITHHELD}
)


@dataclass(frozen=True, slots=True)
class Approval:
    """How far the approval of a window has come, in its present round."""

    round: int
    asked: tuple[Asked, ...] = ()
    answers: tuple[Answered, ...] = ()
    decisions: tuple[Decision, ...] = ()
    """Of all rounds."""

    def state(self, now: datetime) -> ApprovalState:
        for decision in reversed(self.decisions):
            if decision.round == self.round and decision.kind in _DECIDED:
                return _DECIDED[decision.kind]
        states = {self.of(asked.participant, now) for asked in self.asked}
        for worst in (ApprovalState.OBJECTED, ApprovalState.TIME_OVER, ApprovalState.AWAITED, ApprovalState.APPROVED):
            if worst in states:
                return worst
        return ApprovalState.NOT_ASKED

    def may_be_sent(self, now: datetime) -> bool:
        return self.state(now) in MAY_BE_SENT

    def of(self, participant: ParticipantCode, now: datetime) -> ApprovalState:
        """One debtor's own."""
        asked = self.asked_of(participant)
        if asked is None:
            return ApprovalState.NOT_ASKED
        if (said := self.answer_of(participant)) is not None:
            return ApprovalState.APPROVED if said.approves else ApprovalState.OBJECTED
        if now < asked.until:
            return ApprovalState.AWAITED
        return ApprovalState.APPROVED if asked.silence is Silence.APPROVES else ApprovalState.TIME_OVER

    def asked_of(self, participant: ParticipantCode) -> Asked | None:
        return next((asked for asked in self.asked if asked.participant == participant), None)

    def answer_of(self, participant: ParticipantCode) -> Answered | None:
        return next((said for said in reversed(self.answers) if said.participant == participant), None)


def asked_of(
    legs: Iterable[SettlementLeg], may_answer: Collection[ParticipantCode], rule: SettlementRule, now: datetime
) -> Sequence[Asked]:
    """Who is asked: net debtors that are banks, wallets or billers; nobody where the rule gives no time."""
    if not rule.approval_seconds:
        return ()
    until = now + timedelta(seconds=rule.approval_seconds)
    return [Asked(leg.participant, leg.minor, now, until, rule.silence) for leg in legs if leg.minor > 0 and leg.participant in may_answer]


def read_rule(content: Mapping[str, str], present: SettlementRule) -> SettlementRule:
    """What is not named stays as it is. Raises SettlementRuleRefused."""
    try:
        rule = SettlementRule(
            int(content.get("approval_seconds", present.approval_seconds)),
            Silence(content.get("silence", present.silence)),
            Sharing(content.get("sharing", present.sharing)),
        )
    except ValueError:
        raise SettlementRuleRefused(most=MOST_APPROVAL_SECONDS) from None
    if not 0 <= rule.approval_seconds <= MOST_APPROVAL_SECONDS:
        raise SettlementRuleRefused(most=MOST_APPROVAL_SECONDS)
    return rule


def given_objection(reason: str) -> str:
    """Raises ReasonMissing, TextForbidden."""
    require_plain(reason, "reason", REASON_CHARACTERS)
    return given_reason(reason)


class SettlementRuleRefused(Refusal):
    code = "settlement_rule_refused"
    en = "Approval is awaited for 0 to {most} seconds; 0 asks for none."
    ar = "مهلة الموافقة من 0 إلى {most} ثانية؛ والصفر يعني ألا تُطلب موافقة."


class ApprovalNotAsked(Refusal):
    code = "approval_not_asked"
    en = "Your approval of the window {window} is not asked for: it is {state}, or you owe nothing for it."
    ar = "لا تُطلب موافقتكم على النافذة {window}: حالتها {state}، أو لا شيء عليكم فيها."


class ApprovalNetDiffers(Refusal):
    code = "approval_net_differs"
    en = "For the window {window} you owe {net} {currency}, not what you have approved. Read the window again."
    ar = "المستحق عليكم عن النافذة {window} هو {net} {currency}، لا ما وافقتم عليه. اقرؤوا النافذة من جديد."


class WindowNotApproved(Refusal):
    code = "window_not_approved"
    en = "The window {window} is not sent to the RTGS: its approval is {state}."
    ar = "لا تُرسل النافذة {window} إلى RTGS: حالة الموافقة عليها {state}."


class WindowNotDecidable(Refusal):
    code = "window_not_decidable"
    en = "Only a window that is closed or aborted is decided about; {window} is {state}."
    ar = "لا يُبتّ إلا في نافذة مقفلة أو مجهضة؛ والنافذة {window} حالتها {state}."


class NoDefault(Refusal):
    code = "no_default"
    en = "A window is recomputed without banks or wallets that owe in it; {participant} does not."
    ar = "يُعاد حساب النافذة من دون مصارف أو محافظ عليها مستحقات فيها؛ وليس {participant} منها."


class DefaultNotCovered(Refusal):
    code = "default_not_covered"
    en = "{minor} minor units would be covered by nobody: no bank is left to share them."
    ar = "تبقى {minor} وحدة صغرى بلا من يغطيها: لم يبقَ مصرف يتقاسمها."


class DefaultChanged(Refusal):
    code = "default_changed"
    en = "What the window {window} comes to has changed since this was shown; propose it anew."
    ar = "تغيّر ما تؤول إليه النافذة {window} منذ عُرض هذا؛ اقترحه من جديد."
