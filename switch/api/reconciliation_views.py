"""Reconciliation on the line: statements as they were taken in, and the breaks that were found."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from switch.api.shapes import Amount, Currency, Day, Moment, ParticipantText, Shape
from switch.domain.booked_statements import ImportedStatement, Side
from switch.domain.reconciliation import Break, BreakKind, BreakState


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
    side: Side
    participant_code: ParticipantText
    """Whose statement differs, and who owns the break first."""
    business_date: Day
    payment_id: UUID | None
    amount: Amount
    """What is at stake."""
    differences: list[DifferenceView]
    ours: str | None
    """What the switch has of the fields that differ, in words."""
    theirs: str | None
    state: BreakState
    opened_at: Moment
    ended_at: Moment | None


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
        opened_at=found.opened_at,
        ended_at=found.ended_at,
    )
