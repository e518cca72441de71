"""A proposal: what takes two people (I16). One proposes it and sees what it would do, another approves or refuses; nobody their own."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType
from uuid import UUID

from switch.domain.errors import Refusal

ProposalId = NewType("ProposalId", UUID)

LASTS_SECONDS = 24 * 3600
REASON_CHARACTERS = 500


class ProposalKind(StrEnum):
    FORCE_PAYMENT = "payment.force"
    """A payment in doubt past its deadline counts as completed: its biller has confirmed it by hand."""
    GIVE_BACK_PAYMENT = "payment.give_back"
    """A payment in doubt past its deadline counts as rejected: its biller has confirmed by hand that it has not booked it."""
    PUBLISH_TARIFF = "tariff.publish"
    """Lines of the tariff, from a day on."""
    OVERRIDE_WINDOW = "window.override"
    """A closed window is sent to the RTGS whatever its debtors have said or not said."""
    WITHHOLD_WINDOW = "window.abort"
    """A closed window is not sent, until two people decide otherwise."""
    RECOMPUTE_WINDOW = "window.recompute"
    """A closed window is settled without participants that do not pay; others cover what they owe."""
    CLOSE_WINDOW_NOW = "window.close_now"
    PUT_OFF_WINDOW = "window.put_off"
    """The cut-off of the open window is moved, this once."""
    SET_SETTLEMENT_RULE = "settlement.rule"
    """How long approval is awaited, what silence counts for, how losses are shared."""
    CHANGE_CAP = "cap.change"
    """The net debit cap of a bank."""
    REGISTER_KEY = "key.register"
    """A public key of a participant, which then verifies its messages."""
    CHANGE_LIMIT = "limit.change"
    """How much of something a participant may ask."""
    CHANGE_PARTICIPANT = "participant.change"
    """Who takes part: admitted, moved on in its life, named otherwise."""


class ProposalState(StrEnum):
    PROPOSED = "proposed"
    APPROVED = "approved"
    REFUSED = "refused"
    EXPIRED = "expired"


class ProposalUnknown(Refusal):
    code = "proposal_unknown"
    en = "There is no such proposal."
    ar = "لا يوجد اقتراح بهذا المعرّف."


class ProposalDecided(Refusal):
    code = "proposal_decided"
    en = "The proposal is {state} already."
    ar = "بُتّ في هذا الاقتراح من قبل ({state})."


class OwnProposal(Refusal):
    code = "own_proposal"
    en = "Nobody approves what they have proposed themselves ({by}); another person must."
    ar = "لا يوافق أحد على ما اقترحه بنفسه ({by})؛ يلزم شخص آخر."


class ContentWrong(Refusal):
    code = "proposal_content_wrong"
    en = "The content of such a proposal has the field “{field}”, and this is not what belongs in it."
    ar = "في محتوى هذا الاقتراح الحقل «{field}»، وما فيه ليس ما يلزم."


class PaymentNotOverdue(Refusal):
    code = "payment_not_overdue"
    en = "Only a payment that is in doubt past its deadline is decided by hand; this one is {state}, its deadline {certain_by}."
    ar = "لا يُبتّ يدوياً إلا في دفعة غير مؤكدة تجاوزت مهلتها؛ وهذه حالتها {state} ومهلتها {certain_by}."


class ReasonMissing(Refusal):
    code = "reason_missing"
    en = "A reason of 1 to {most} characters belongs to it."
    ar = "يلزم ذكر السبب، من 1 إلى {most} محرفاً."


@dataclass(frozen=True, slots=True)
class Effect:
    """What it would do to one account, in minor units; a debit is positive."""

    account: str
    minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class Change:
    """What it would change besides accounts, as people read it: a cap, a key, a moment."""

    what: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Foreseen:
    """Everything that it would do, were it done now."""

    effects: tuple[Effect, ...] = ()
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Proposal:
    proposal_id: ProposalId
    kind: ProposalKind
    subject: str
    """What it is about, such as a payment id."""
    content: Mapping[str, str]
    foreseen: Foreseen
    """As it was shown to whoever decides."""
    reason: str
    proposed_by: str
    proposed_at: datetime
    expires_at: datetime
    state: ProposalState = ProposalState.PROPOSED
    decided_by: str | None = None
    decided_at: datetime | None = None
    decision_reason: str | None = None
    carried_out_at: datetime | None = None

    @property
    def people(self) -> str:
        """Who is to be named in the history of what was done."""
        return f"{self.proposed_by} and {self.decided_by}"

    def approved(self, by: str, at: datetime) -> "Proposal":
        """Raises ProposalDecided, OwnProposal."""
        self._require_open(at)
        if by == self.proposed_by:
            raise OwnProposal(by=by)
        return replace(self, state=ProposalState.APPROVED, decided_by=by, decided_at=at)

    def refused(self, by: str, reason: str, at: datetime) -> "Proposal":
        """Also by whoever proposed it. Raises ProposalDecided."""
        self._require_open(at)
        return replace(self, state=ProposalState.REFUSED, decided_by=by, decided_at=at, decision_reason=given_reason(reason))

    def _require_open(self, at: datetime) -> None:
        if self.state is not ProposalState.PROPOSED:
            raise ProposalDecided(state=self.state)
        if at >= self.expires_at:
            raise ProposalDecided(state=ProposalState.EXPIRED)


def given(content: Mapping[str, str], field: str) -> str:
    """Raises ContentWrong where it is missing."""
    if not (text := content.get(field, "")):
        raise ContentWrong(field=field)
    return text


def given_reason(text: str) -> str:
    if not 0 < len(text.strip()) <= REASON_CHARACTERS:
        raise ReasonMissing(most=REASON_CHARACTERS)
    return text.strip()


def expiry(proposed_at: datetime) -> datetime:
    return proposed_at + timedelta(seconds=LASTS_SECONDS)
