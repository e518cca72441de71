"""An issued file on the line: what it is, its control totals, its digest."""

from typing import Annotated

from pydantic import Field

from switch.api.shapes import Amount, Currency, Day, Moment, ParticipantText, Shape
from switch.api.window_views import WindowText
from switch.domain.statements import FileKind, IssuedFile


class FileView(Shape):
    """A settlement file of a biller or the statement of a bank, for one settled window. Its content never changes."""

    file_id: Annotated[str, Field(examples=["200019-settlement-SYP-20261124-01-r0"])]
    name: str
    kind: FileKind
    participant_code: ParticipantText
    window_id: WindowText
    business_date: Day
    currency: Currency
    sequence: Annotated[int, Field(ge=1)]
    """Counts a participant's files of one kind without a gap."""
    revision: Annotated[int, Field(ge=0)]
    lines: Annotated[int, Field(ge=0)]
    amount: Amount
    fee: Amount
    net: Amount
    rtgs_reference: str | None
    settled_at: Moment
    layout: str
    size: Annotated[int, Field(ge=0)]
    """Bytes."""
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    previous_sha256: str | None
    """Of the file with the sequence number before."""


class FilePage(Shape):
    """Newest first."""

    items: list[FileView]
    next_cursor: str | None


def file_view(file: IssuedFile) -> FileView:
    header, totals = file.header, file.totals
    return FileView.model_construct(
        file_id=file.file_id,
        name=file.name,
        kind=header.kind,
        participant_code=header.participant,
        window_id=header.window_id,
        business_date=header.business_date,
        currency=header.currency,
        sequence=header.sequence,
        revision=header.revision,
        lines=totals.lines,
        amount=Amount.minor(totals.amount, header.currency),
        fee=Amount.minor(totals.fee, header.currency),
        net=Amount.minor(totals.net, header.currency),
        rtgs_reference=header.rtgs_reference,
        settled_at=header.settled_at,
        layout=file.layout,
        size=file.size,
        sha256=file.sha256,
        previous_sha256=header.previous_sha256,
    )
