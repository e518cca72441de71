"""Breaks at work: who has one and until when, and the history of what was done about it, which only grows."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from switch.domain.attached_files import ATTACHMENT_BYTES, media_type_of
from switch.domain.break_errors import (
    AttachmentRefused,
    BreakEnded,
    BreakOwnerRefused,
    BreakStillOpen,
    BreakTextMissing,
    ClosingRuleRefused,
)
from switch.domain.identifiers import ParticipantCode, PaymentId
from switch.domain.money import Money
from switch.domain.payments import PaymentState
from switch.domain.reconciliation import Break, BreakKind, BreakStage, BreakState
from switch.domain.texts import require_file_name, require_plain

NOTE_CHARACTERS = 2_000
NAME_CHARACTERS = 100
MOST_ATTACHMENTS = 20
MOST_BULK = 500
"""Of one command or proposal."""
MOST_RULE_DAYS = 31
SWITCH = "switch"


class BreakEventKind(StrEnum):
    TAKEN = "taken"
    COMMENTED = "commented"
    ATTACHED = "attached"
    HANDED_OVER = "handed_over"
    REPAIR_CARRIED_OUT = "repair_carried_out"
    REPAIR_FAILED = "repair_failed"
    RELEASED = "released"
    """What it had left in suspense went to somebody, or a part of it."""
    FOUND_AGAIN = "found_again"
    """It had ended, and the books differ again in the same way."""
    REOPENED = "reopened"
    MATCHED_LATER = "matched_later"
    REPAIRED = "repaired"
    ACCEPTED = "accepted"
    WRITTEN_OFF = "written_off"
    REJECTED = "rejected"
    CLOSED_BY_RULE = "closed_by_rule"


@dataclass(frozen=True, slots=True)
class BreakEvent:
    """One line of a break's history, numbered from 1."""

    break_id: str
    number: int
    at: datetime
    by: str
    """`staff:…`, a participant's code, or what of the switch did it."""
    kind: BreakEventKind
    note: str = ""
    facts: Mapping[str, str] | None = None
    proposal_id: str | None = None


@dataclass(frozen=True, slots=True)
class Attachment:
    """Its content is kept beside it and found by its digest."""

    break_id: str
    sha256: str
    name: str
    media_type: str
    size: int
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Member:
    """One of the payments that a sum stands for."""

    payment_id: PaymentId
    amount: Money
    state: PaymentState


@dataclass(frozen=True, slots=True)
class BreakHistory:
    found: Break
    events: tuple[BreakEvent, ...]
    attachments: tuple[Attachment, ...]
    members: tuple[Member, ...] = ()
    """Of a sum; not more than a thousand."""


@dataclass(frozen=True, slots=True)
class ClosingRule:
    """A class that the central bank trusts: what is found of it is closed at once, and each can be opened again."""

    kind: BreakKind
    participant: ParticipantCode | None
    """None: of everybody who has no rule of their own."""
    most_minor: int
    most_days: int
    """How far the dates may be apart; for `date_differs`."""
    active: bool = True

    def __post_init__(self) -> None:
        if self.kind not in CLOSABLE or self.most_minor < 0 or not 0 <= self.most_days <= MOST_RULE_DAYS:
            raise ClosingRuleRefused(kinds=", ".join(sorted(CLOSABLE)), most_days=MOST_RULE_DAYS)

    def words(self) -> str:
        if not self.active:
            return "none"
        return f"up to {self.most_minor} minor units" + (f", {self.most_days} days" if self.kind is BreakKind.DATE_DIFFERS else "")


CLOSABLE = frozenset(
    {BreakKind.AMOUNT_DIFFERS, BreakKind.SUM_DIFFERS, BreakKind.FEE_DIFFERS, BreakKind.DATE_DIFFERS, BreakKind.REFERENCE_DIFFERS}
)
Done = tuple[Break, BreakEvent]
"""The break as it stands after it, and the line of its history that says so."""


def taken(found: Break, person: str, by: str, at: datetime) -> Done:
    """Somebody of the owner's works on it. Raises BreakEnded."""
    require_open(found)
    stage = BreakStage.IN_WORK if found.stage is BreakStage.NEW else found.stage
    return _with(replace(found, person=person, stage=stage), BreakEventKind.TAKEN, by, at, facts={"person": person})


def commented(found: Break, text: str, by: str, at: datetime) -> Done:
    """At any time, also when it has ended. Raises BreakTextMissing, TextForbidden."""
    return _with(found, BreakEventKind.COMMENTED, by, at, given_text(text))


def attached(found: Break, attachment: Attachment) -> Done:
    facts = {"name": attachment.name, "sha256": attachment.sha256}
    return _with(found, BreakEventKind.ATTACHED, attachment.by, attachment.at, facts=facts)


def handed_over(
    found: Break, owner: ParticipantCode | None, possible: frozenset[ParticipantCode], note: str, by: str, at: datetime
) -> Done:
    """To the switch (None) or to one of the payment's two; nobody there has taken it yet. Raises BreakEnded, BreakOwnerRefused."""
    require_open(found)
    if owner is not None and owner not in possible:
        raise BreakOwnerRefused(owner=owner, possible=", ".join([SWITCH, *sorted(possible)]))
    stage = BreakStage.IN_WORK if found.stage is BreakStage.NEW else found.stage
    moved = replace(found, owner=owner, person=None, stage=stage)
    facts = {"from": found.owner or SWITCH, "to": owner or SWITCH}
    return _with(moved, BreakEventKind.HANDED_OVER, by, at, given_text(note), facts)


def repairing(found: Break, repair: str, facts: Mapping[str, str], by: str, at: datetime, proposal_id: str) -> Done:
    """What can be done was done: the next reconciliation finds it, or ends it."""
    moved = replace(found, stage=BreakStage.REPAIRING)
    return _with(moved, BreakEventKind.REPAIR_CARRIED_OUT, by, at, facts={"repair": repair, **facts}, proposal_id=proposal_id)


def repair_failed(found: Break, repair: str, why: str, by: str, at: datetime, proposal_id: str) -> Done:
    stage = found.stage if found.state is not BreakState.OPEN else BreakStage.IN_WORK
    moved = replace(found, stage=stage)
    return _with(moved, BreakEventKind.REPAIR_FAILED, by, at, why[:NOTE_CHARACTERS], {"repair": repair}, proposal_id)


def released(found: Break, facts: Mapping[str, str], note: str, by: str, at: datetime, proposal_id: str) -> Done:
    """Whatever has become of the break: the money was booked, and goes on."""
    return _with(found, BreakEventKind.RELEASED, by, at, given_text(note), facts, proposal_id)


def decided(
    found: Break,
    state: BreakState,
    note: str,
    by: str,
    at: datetime,
    facts: Mapping[str, str] | None = None,
    proposal_id: str | None = None,
) -> Done:
    """Ended for good, unless it is reopened: found again, it stays so. Raises BreakEnded."""
    require_open(found)
    ended = replace(found, state=state, ended_at=at, decided=True)
    return _with(ended, BreakEventKind(state), by, at, given_text(note), facts, proposal_id)


def reopened(found: Break, note: str, by: str, at: datetime) -> Done:
    """What people or a rule have ended; no rule closes it again. Raises BreakStillOpen."""
    if found.state is BreakState.OPEN or not found.decided:
        raise BreakStillOpen()
    opened = replace(found, state=BreakState.OPEN, ended_at=None, decided=False, stage=BreakStage.IN_WORK)
    return _with(opened, BreakEventKind.REOPENED, by, at, given_text(note))


def attachment(found: Break, name: str, content: bytes, kept: int, by: str, at: datetime) -> Attachment:
    """Raises AttachmentRefused, FileNameForbidden, TextForbidden."""
    name = require_file_name(name, NAME_CHARACTERS)
    media_type = media_type_of(content)
    if not 0 < len(content) <= ATTACHMENT_BYTES or kept >= MOST_ATTACHMENTS or media_type is None:
        raise AttachmentRefused(most_bytes=ATTACHMENT_BYTES, most=MOST_ATTACHMENTS)
    return Attachment(found.break_id, hashlib.sha256(content).hexdigest(), name, media_type, len(content), at, by)


def require_open(found: Break) -> None:
    if found.state is not BreakState.OPEN:
        raise BreakEnded(state=found.state)


def given_text(text: str) -> str:
    """Raises BreakTextMissing, TextForbidden."""
    if not 0 < len(text.strip()) <= NOTE_CHARACTERS:
        raise BreakTextMissing(most=NOTE_CHARACTERS)
    for line in text.splitlines():
        require_plain(line, "text", NOTE_CHARACTERS)
    return text.strip()


def _with(
    found: Break,
    kind: BreakEventKind,
    by: str,
    at: datetime,
    note: str = "",
    facts: Mapping[str, str] | None = None,
    proposal_id: str | None = None,
) -> Done:
    numbered = replace(found, events=found.events + 1)
    return numbered, BreakEvent(found.break_id, numbered.events, at, by, kind, note, facts, proposal_id)
