"""Reconciliation on the line: statements as they were taken in, and the breaks that were found."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints

from switch.api.shapes import Amount, Currency, Day, Moment, ParticipantText, Shape
from switch.domain.booked_statements import ImportedStatement, Side
from switch.domain.breaks import SWITCH, Attachment, BreakEvent, BreakEventKind, BreakHistory
from switch.domain.identifiers import ParticipantCode
from switch.domain.payments import PaymentState
from switch.domain.reconciliation import Break, BreakKind, BreakSide, BreakStage, BreakState
from switch.domain.suspense import Held


class StatementView(Shape):
    """What was taken in. For one participant, currency and business date the highest revision counts."""

    statement_id: Annotated[str, Field(examples=["100010-SYP-20261124-r0"])]
    participant_code: ParticipantText
    side: Side
    business_date: Day
    currency: Currency
    lines: Annotated[int, Field(ge=0)]
    total: Amount
    revision: Annotated[int, Field(ge=0)]
    layout: str
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    received_at: Moment


class DifferenceView(Shape):
    """One field, side by side; null where a side does not have it."""

    field: str
    ours: str | None
    theirs: str | None


class BreakView(Shape):
    """One disagreement between a participant's books and the switch's."""

    break_id: str
    kind: BreakKind
    side: BreakSide
    participant_code: ParticipantText
    """Whose statement differs."""
    business_date: Day
    payment_id: UUID | None
    amount: Amount
    """What is at stake."""
    differences: list[DifferenceView]
    ours: str | None
    """What the switch has of the fields that differ, in words."""
    theirs: str | None
    state: BreakState
    stage: BreakStage
    owner: Annotated[str, Field(examples=["100010", "switch"])]
    """Who acts next: a participant's code, or `switch`."""
    deadline: Moment | None
    """By when it is to be ended."""
    opened_at: Moment
    ended_at: Moment | None


class BreakEventView(Shape):
    """One line of a break's history."""

    number: Annotated[int, Field(ge=1)]
    at: Moment
    by: Annotated[str, Field(examples=["switch", "100010"])]
    """A participant's code, or `switch`."""
    kind: BreakEventKind
    note: str | None


class AttachmentView(Shape):
    """Something that was attached, by its digest."""

    name: str
    media_type: str
    size: Annotated[int, Field(ge=1)]
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    at: Moment


class BreakMemberView(Shape):
    """One of the payments that a sum stands for."""

    payment_id: UUID
    amount: Amount
    state: PaymentState


class BreakHistoryView(Shape):
    """A break with all that was done about it."""

    found: BreakView
    history: list[BreakEventView]
    attachments: list[AttachmentView]
    members: list[BreakMemberView]
    """Of a sum; a thousand at most."""


class BreakCommentIn(Shape):
    """What the other side is to know."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"text": "قيدنا الدفعة في 25 تشرين الثاني؛ والكشف المصحح في الطريق."}]})

    text: Annotated[str, StringConstraints(min_length=1, max_length=2000)]


class BreakHandBackIn(Shape):
    """With what the switch is to do now."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"note": "We have posted it; please compare again."}]})

    note: Annotated[str, StringConstraints(min_length=1, max_length=2000)]


class BreakHandOverIn(Shape):
    """Who acts next."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"to": "200019", "note": "Please post it; the order is attached."}]})

    to: Annotated[str, StringConstraints(pattern="^(switch|[0-9]{6})$")]
    """`switch`, or the code of the bank or biller of its payment."""
    note: Annotated[str, StringConstraints(min_length=1, max_length=2000)]


class SuspenseView(Shape):
    """What one break has left in suspense. Positive: the RTGS has paid it in; negative: it has taken it."""

    break_id: str
    participant_code: ParticipantText
    """Whom the RTGS has named."""
    business_date: Day
    booked: Amount
    left: Amount
    since: Moment
    days: int


class SuspenseList(Shape):
    """Oldest first."""

    items: list[SuspenseView]


class BreakPage(Shape):
    """Newest business date first."""

    items: list[BreakView]
    next_cursor: str | None


def statement_view(imported: ImportedStatement) -> StatementView:
    return StatementView.model_construct(
        statement_id=imported.statement_id,
        participant_code=imported.participant,
        side=imported.side,
        business_date=imported.business_date,
        currency=imported.currency,
        lines=imported.lines,
        total=Amount.of(imported.total),
        revision=imported.revision,
        layout=imported.layout,
        sha256=imported.sha256,
        received_at=imported.received_at,
    )


def break_view(found: Break) -> BreakView:
    return BreakView.model_construct(
        break_id=found.break_id,
        kind=found.kind,
        side=found.side,
        participant_code=found.participant,
        business_date=found.business_date,
        payment_id=found.payment_id,
        amount=Amount.minor(found.minor, found.currency),
        differences=[DifferenceView.model_construct(field=each.field, ours=each.ours, theirs=each.theirs) for each in found.differences],
        ours=found.ours,
        theirs=found.theirs,
        state=found.state,
        stage=found.stage,
        owner=found.owner or SWITCH,
        deadline=found.deadline,
        opened_at=found.opened_at,
        ended_at=found.ended_at,
    )


def history_view(history: BreakHistory, reader: ParticipantCode | None) -> BreakHistoryView:
    """Whoever works at the switch is `switch` to participants, and a participant's own people are its own matter."""
    attachments = [attachment_view(each) for each in history.attachments]
    events = [event_view(each, reader) for each in history.events]
    members = [
        BreakMemberView.model_construct(payment_id=each.payment_id, amount=Amount.of(each.amount), state=each.state)
        for each in history.members
    ]
    return BreakHistoryView.model_construct(found=break_view(history.found), history=events, attachments=attachments, members=members)


def attachment_view(its: Attachment) -> AttachmentView:
    return AttachmentView.model_construct(name=its.name, media_type=its.media_type, size=its.size, sha256=its.sha256, at=its.at)


def suspense_view(its: Held, now: datetime) -> SuspenseView:
    return SuspenseView.model_construct(
        break_id=its.break_id,
        participant_code=its.participant,
        business_date=its.business_date,
        booked=Amount.of(its.booked),
        left=Amount.of(its.left),
        since=its.since,
        days=its.days(now),
    )


def event_view(event: BreakEvent, reader: ParticipantCode | None) -> BreakEventView:
    by = event.by if reader is None or event.by.isdigit() else SWITCH
    return BreakEventView.model_construct(number=event.number, at=event.at, by=by, kind=event.kind, note=event.note or None)
