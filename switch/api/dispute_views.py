"""Disputes on the line."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints

from switch.api.shapes import Amount, BilingualName, Moment, ParticipantText, Shape, Uuid
from switch.domain.dispute_terms import RULES, DisputeReason, DisputeTerm, Party, Remedy, Silence
from switch.domain.dispute_words import REASON_WORDS
from switch.domain.disputes import (
    CONTACT_CHARACTERS,
    MOST_EXTENSION_HOURS,
    TEXT_CHARACTERS,
    Dispute,
    DisputeAttachment,
    DisputeEvent,
    DisputeEventKind,
    DisputeHistory,
    DisputeOrder,
    DisputeOutcome,
    DisputeState,
)
from switch.domain.identifiers import IdempotencyKey, ParticipantCode, PaymentId

SWITCH = "switch"
Words = Annotated[str, StringConstraints(min_length=1, max_length=TEXT_CHARACTERS)]
PartyIn = Annotated[Party, Field(strict=False)]
RemedyIn = Annotated[Remedy, Field(strict=False)]
_OPEN_EXAMPLE: dict[str, Any] = {
    "payment_id": "019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071",
    "reason": "not_posted",
    "text": "دفع الزبون فاتورة الكهرباء في 24 تشرين الثاني وما زالت تظهر غير مسددة.",
    "contact": "0933123456",
}


class DisputeIn(Shape):
    """What is complained of."""

    model_config = ConfigDict(json_schema_extra={"examples": [_OPEN_EXAMPLE]})

    payment_id: Uuid
    reason: Annotated[DisputeReason, Field(strict=False)]
    text: Words
    """What has happened; the other side and the switch read it."""
    contact: Annotated[str, StringConstraints(max_length=CONTACT_CHARACTERS)] = ""
    """Of whoever complains. The other side sees it; staff of the switch only for a reason that is kept."""
    amount: Amount | None = None
    """How much is claimed; left out, all that the reason can be about."""

    def order(self, opener: ParticipantCode, key: IdempotencyKey) -> DisputeOrder:
        claimed = None if self.amount is None else self.amount.money().minor
        return DisputeOrder(opener, key, PaymentId(self.payment_id), self.reason, self.text, self.contact, claimed)


class DisputeAnswerIn(Shape):
    """By whoever has it."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"accepted": True, "remedy": "put_right", "note": "قيدناها اليوم برقم 7781."}]}
    )

    accepted: bool
    remedy: RemedyIn | None = None
    """Where it is accepted: what puts it right; `GET /v1/disputes/reasons` says which are possible."""
    amount: Amount | None = None
    """Of a refund or adjustment: how much of what was claimed; left out, all of it."""
    note: Words
    """Why, with your own reference."""


class DisputeHandOverIn(Shape):
    model_config = ConfigDict(json_schema_extra={"examples": [{"to": "bank", "note": "Please send the customer's receipt."}]})

    to: PartyIn
    """`bank`, `biller` or `switch`."""
    note: Words


class DisputeNoteIn(Shape):
    """What is to be known."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"note": "The customer has shown us the stamped receipt."}]})

    note: Words


class DisputeExtensionIn(Shape):
    """Business hours; 24 are one business day."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"hours": 24, "note": "Its archive is in another governorate."}]})

    hours: Annotated[int, Field(ge=1, le=MOST_EXTENSION_HOURS)]
    note: Words


class DisputeView(Shape):
    """One complaint, and with whom it is."""

    dispute_id: UUID
    payment_id: UUID
    bank_code: ParticipantText
    biller_code: ParticipantText
    opened_by: Party
    reason: DisputeReason
    reason_name: BilingualName
    claimed: Amount
    state: DisputeState
    holder: Party | None
    """Who acts next; null where it is closed."""
    deadline: Moment | None
    """Until then: `GET /v1/disputes/reasons` says what silence means."""
    late: bool
    """A clock has run out in it."""
    remedy: Remedy | None
    agreed: Amount | None
    outcome: DisputeOutcome | None
    reversal_id: str | None
    """The reversal that was made for it, or has ended it."""
    opened_at: Moment
    ended_at: Moment | None


class DisputeEventView(Shape):
    """One line of its history."""

    number: Annotated[int, Field(ge=1)]
    at: Moment
    by: Annotated[str, Field(examples=["switch", "100010"])]
    """A participant's code, or `switch`."""
    kind: DisputeEventKind
    note: str | None
    contact: str | None
    facts: dict[str, str]


class DisputeAttachmentView(Shape):
    name: str
    media_type: str
    size: Annotated[int, Field(ge=1)]
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    at: Moment
    by: str


class DisputeHistoryView(Shape):
    """A dispute with all that was done about it."""

    dispute: DisputeView
    history: list[DisputeEventView]
    attachments: list[DisputeAttachmentView]


class DisputePage(Shape):
    """Newest first."""

    items: list[DisputeView]
    next_cursor: str | None


class DisputeReasonView(Shape):
    """A code, and the term that counts for disputes opened now. Hours are business hours: 24 are one business day."""

    reason: DisputeReason
    name: BilingualName
    opened_by: Party
    answered_by: Party
    remedies: list[Remedy]
    answer_hours: int
    answer_silence: Silence
    review_hours: int
    review_silence: Silence
    decide_hours: int
    open_days: int
    """Since the payment."""


class DisputeReasonList(Shape):
    items: list[DisputeReasonView]


def dispute_view(its: Dispute) -> DisputeView:
    return DisputeView.model_construct(
        dispute_id=its.dispute_id,
        payment_id=its.payment_id,
        bank_code=its.bank,
        biller_code=its.biller,
        opened_by=its.opener,
        reason=its.reason,
        reason_name=BilingualName.of(REASON_WORDS[its.reason]),
        claimed=Amount.minor(its.claimed_minor, its.currency),
        state=its.state,
        holder=its.holder,
        deadline=its.deadline,
        late=its.late,
        remedy=its.remedy,
        agreed=None if its.agreed_minor is None else Amount.minor(its.agreed_minor, its.currency),
        outcome=its.outcome,
        reversal_id=its.reversal_id,
        opened_at=its.opened_at,
        ended_at=its.ended_at,
    )


def history_view(history: DisputeHistory, *, to_staff: bool = False, contact: bool = True) -> DisputeHistoryView:
    """Whoever works at the switch is `switch` to participants; the contact is shown to staff only for a reason."""
    return DisputeHistoryView.model_construct(
        dispute=dispute_view(history.dispute),
        history=[_event(each, to_staff, contact) for each in history.events],
        attachments=[_attachment(each, to_staff) for each in history.attachments],
    )


def reasons_view(terms: dict[DisputeReason, DisputeTerm]) -> DisputeReasonList:
    return DisputeReasonList.model_construct(items=[_reason(terms[reason]) for reason in DisputeReason if reason in terms])


def attachment_view(its: DisputeAttachment) -> DisputeAttachmentView:
    return _attachment(its, to_staff=False)


def _attachment(its: DisputeAttachment, to_staff: bool) -> DisputeAttachmentView:
    return DisputeAttachmentView.model_construct(
        name=its.name, media_type=its.media_type, size=its.size, sha256=its.sha256, at=its.at, by=_by(its.by, to_staff)
    )


def _event(event: DisputeEvent, to_staff: bool, contact: bool) -> DisputeEventView:
    return DisputeEventView.model_construct(
        number=event.number,
        at=event.at,
        by=_by(event.by, to_staff),
        kind=event.kind,
        note=event.note,
        contact=event.contact if contact else None,
        facts=dict(event.facts or {}),
    )


def _by(name: str, to_staff: bool) -> str:
    return name if to_staff or name.isdigit() else SWITCH


def _reason(term: DisputeTerm) -> DisputeReasonView:
    rule = RULES[term.reason]
    return DisputeReasonView.model_construct(
        reason=term.reason,
        name=BilingualName.of(REASON_WORDS[term.reason]),
        opened_by=rule.opens,
        answered_by=term.first,
        remedies=list(rule.remedies),
        answer_hours=term.answer_hours,
        answer_silence=term.answer_silence,
        review_hours=term.review_hours,
        review_silence=term.review_silence,
        decide_hours=term.decide_hours,
        open_days=term.open_days,
    )
