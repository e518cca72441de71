"""Quarantined statements on the line: what came, and everything that is wrong with it."""

from typing import Annotated

from pydantic import Field

from switch.api.shapes import Moment, ParticipantText, Shape
from switch.domain.quarantine import QuarantinedStatement
from switch.domain.statement_faults import FaultCode


class FaultView(Shape):
    row: Annotated[int, Field(ge=0)]
    """As a person counts in the file, from 1; 0 where it is of the whole file."""
    field: str
    code: FaultCode
    found: str
    """What stands there, shortened."""
    en: str
    ar: str


class QuarantinedStatementView(Shape):
    """A statement that was wrong; nothing of it was taken in."""

    quarantine_id: str
    participant_code: ParticipantText
    layout: str
    """As which it was read."""
    size: Annotated[int, Field(ge=0)]
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    received_at: Moment
    faults: list[FaultView]
    complete: bool
    """All faults are listed; else the file was read no further."""
    taken_in_as: str | None
    """The statement that the same bytes became later."""


class QuarantinePage(Shape):
    """Newest first."""

    items: list[QuarantinedStatementView]
    next_cursor: str | None


def quarantined_view(its: QuarantinedStatement) -> QuarantinedStatementView:
    return QuarantinedStatementView.model_construct(
        quarantine_id=its.quarantine_id,
        participant_code=its.participant,
        layout=its.layout,
        size=its.size,
        sha256=its.sha256,
        received_at=its.received_at,
        faults=[
            FaultView.model_construct(
                row=each.row, field=each.field, code=each.code, found=each.found, en=each.words("en"), ar=each.words("ar")
            )
            for each in its.faults
        ],
        complete=its.complete,
        taken_in_as=its.taken_in_as,
    )
