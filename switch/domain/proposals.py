"""A proposal: what takes two people (I16). One proposes it and sees what it would do, another approves or refuses; nobody their own."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType, TypeVar
from uuid import UUID

from switch.domain.errors import BillerUnavailable, NoOpenWindow, Overloaded, Refusal, SwitchUnavailable
from switch.domain.proposal_errors import ContentWrong, OwnProposal, ProposalChanged, ProposalDecided, ReasonMissing

ProposalId = NewType("ProposalId", UUID)

LASTS_SECONDS = 24 * 3600
REASON_CHARACTERS = 500
_MOST_DIGITS = 18

Choice = TypeVar("Choice", bound=StrEnum)


class ProposalKind(StrEnum):
    FORCE_PAYMENT = "payment.force"
    """A payment in doubt past its deadline counts as completed, a reversal of it as refused: its biller has confirmed by hand that it has
    it booked."""
    GIVE_BACK_PAYMENT = "payment.give_back"
    """A payment in doubt past its deadline counts as rejected, a reversal of it as agreed: its biller has confirmed by hand that it has it
    not booked, or not any more."""
    REPAIR_BREAK = "break.repair"
    """One or many breaks are repaired, written off or accepted."""
    RELEASE_SUSPENSE = "suspense.release"
    """Money that no payment explains goes to whom it belongs, or is written off."""
    SET_CLOSING_RULE = "break.closing_rule"
    """Breaks of a class are closed as they are found."""
    DECIDE_DISPUTE = "dispute.decide"
    """The central bank decides an escalated dispute; a refund is made with it."""
    REFUND_DISPUTE = "dispute.refund"
    """A payment, or the part that was agreed on, is taken back for a dispute that was accepted or upheld."""
    SET_DISPUTE_TERM = "dispute.terms"
    """Who answers a complaint first, how long clocks run, what silence means."""
    PUBLISH_TARIFF = "tariff.publish"
    """Lines of the tariff, from a day on."""
    OVERRIDE_WINDOW = "window.override"
    """A closed window is sent to the RTGS whatever its debtors have said or not said."""
    WITHHOLD_WINDOW = "window.abort"
    """A closed window is not sent, until two people decide otherwise."""
    RECOMPUTE_WINDOW = "window.recompute"
    """A closed window is settled without participants that do not pay; others cover what they owe."""
    MOVE_WINDOW = "window.move"
    """What is owed for a window that is not sent is settled with the open one."""
    CLOSE_WINDOW_NOW = "window.close_now"
    PUT_OFF_WINDOW = "window.put_off"
    """The cut-off of the open window is moved, this once."""
    SET_SETTLEMENT_RULE = "settlement.rule"
    """How long approval is awaited, what silence counts for, how losses are shared."""
    PAY_DEBT = "debt.pay"
    """What a defaulter owes from before, or a part of it, is paid through the RTGS."""
    NOTE_DEBT_PAYMENT = "debt.note"
    """It was paid over the RTGS already."""
    WRITE_OFF_DEBT = "debt.write_off"
    """What is never paid is borne by those who have covered it."""
    CHANGE_CAP = "cap.change"
    """The net debit cap of a bank."""
    REGISTER_KEY = "key.register"
    """A public key of a participant, which then verifies its messages."""
    CHANGE_LIMIT = "limit.change"
    """How much of something a participant may ask."""
    CHANGE_PARTICIPANT = "participant.change"
    """Who takes part: admitted, moved on in its life, named otherwise."""
    RERATE_TARIFF = "tariff.rerate"
    """What payments of days that are over have paid too much or too little is adjusted."""
    SPLIT_SERVICE = "service.split"
    """What a service brings its biller goes to several settlement accounts, from a day on."""
    LOAD_CATALOGUE = "catalogue.load"
    """Participants, services and tariff lines all together, into a directory that is in use."""
    CHANGE_CONNECTION = "connection.change"
    """Where a biller is reached, and in which protocol."""
    CHANGE_SERVICE = "service.change"
    """The rules by which the payments of a service go."""
    SET_CALENDAR = "calendar.set"
    """The cut-offs of a currency and the holidays of the banks."""
    SET_RETENTION = "retention.set"
    """How long a kind of data is kept."""
    CHOOSE_PUSH_PLACE = "push.place"
    """Where the files of a participant are pushed."""
    SET_TERM = "break.term"
    """How long a kind of break may take, and who acts first."""
    SET_STATEMENT_RULE = "statement.rule"
    """How the statements of a participant are read and compared."""
    ADMIT_STAFF = "staff.admit"
    """Whom of the staff to let in, and with which roles."""


_MOVES_BY_ITSELF = frozenset({ProposalKind.CLOSE_WINDOW_NOW, ProposalKind.RERATE_TARIFF})
"""What it comes to changes with each payment, or each that is taken back: it is shown, and no reason to propose it anew."""
_PASSES = (Overloaded, NoOpenWindow, SwitchUnavailable, BillerUnavailable)


class ProposalState(StrEnum):
    PROPOSED = "proposed"
    APPROVED = "approved"
    REFUSED = "refused"
    EXPIRED = "expired"
    FAILED = "failed"
    """Approved, and refused when it was to be done: nothing was done."""
    WITHDRAWN = "withdrawn"
    """Approved, and taken back before it took effect."""


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
class Ending:
    """Why what was approved is not done: the refusal that stopped it, or the words of whoever took it back."""

    at: datetime
    by: str | None
    """None where nobody has: it was refused."""
    code: str
    ar: str
    en: str


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
    effective_at: datetime | None = None
    """Not carried out before."""
    foreseen_again: Foreseen | None = None
    """When it was approved."""
    ending: Ending | None = None

    @property
    def changed(self) -> bool:
        """Whether it was approved to do something else than what was foreseen when it was proposed."""
        return self.foreseen_again is not None and self.foreseen_again != self.foreseen

    @property
    def people(self) -> str:
        """Who is to be named in the history of what was done."""
        return f"{self.proposed_by} and {self.decided_by}"

    def waits(self, at: datetime) -> bool:
        """Approved, and not in effect before its moment."""
        return self.state is ProposalState.APPROVED and self.effective_at is not None and at < self.effective_at

    def require_approvable(self, by: str, at: datetime) -> None:
        """Raises ProposalDecided, OwnProposal."""
        self._require_open(at)
        about = f"staff:{self.subject}" if self.kind is ProposalKind.ADMIT_STAFF else None
        if by in (self.proposed_by, about):
            raise OwnProposal(by=by)

    def approved(self, by: str, at: datetime, foreseen: Foreseen | None = None) -> "Proposal":
        """`foreseen`: what it would do now. Raises ProposalDecided, OwnProposal; ProposalChanged where accounts are touched otherwise."""
        self.require_approvable(by, at)
        if foreseen is not None and foreseen.effects != self.foreseen.effects and self.kind not in _MOVES_BY_ITSELF:
            raise ProposalChanged()
        return replace(self, state=ProposalState.APPROVED, decided_by=by, decided_at=at, foreseen_again=foreseen)

    def refused(self, by: str, reason: str, at: datetime) -> "Proposal":
        """Also by whoever proposed it; what was approved may be taken back until it takes effect. Raises ProposalDecided."""
        why = given_reason(reason)
        if self.waits(at):
            return replace(self, state=ProposalState.WITHDRAWN, ending=Ending(at, by, "withdrawn", why, why))
        self._require_open(at)
        return replace(self, state=ProposalState.REFUSED, decided_by=by, decided_at=at, decision_reason=why)

    def failed(self, refusal: Refusal, at: datetime) -> "Proposal":
        ending = Ending(at, None, refusal.code, refusal.detail("ar"), refusal.detail("en"))
        return replace(self, state=ProposalState.FAILED, ending=ending)

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


def chosen(options: type[Choice], content: Mapping[str, str], field: str) -> Choice:
    """Raises ContentWrong."""
    try:
        return options(given(content, field))
    except ValueError:
        raise ContentWrong(field=field) from None


def given_number(content: Mapping[str, str], field: str) -> int:
    """Decimal digits. Raises ContentWrong."""
    text = content.get(field, "")
    if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS):
        raise ContentWrong(field=field)
    return int(text)


def passes(refusal: Refusal) -> bool:
    """Whether the same may be done later, without anybody changing anything: it is tried again. Others end a proposal."""
    return isinstance(refusal, _PASSES)


def given_reason(text: str) -> str:
    if not 0 < len(text.strip()) <= REASON_CHARACTERS:
        raise ReasonMissing(most=REASON_CHARACTERS)
    return text.strip()


def expiry(proposed_at: datetime, effective_at: datetime | None = None) -> datetime:
    """A day, and not after the moment at which it is to take effect."""
    day = proposed_at + timedelta(seconds=LASTS_SECONDS)
    return day if effective_at is None else min(day, effective_at)
