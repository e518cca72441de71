"""An issued file on the line: what it is, its control totals, its digest."""

from datetime import datetime
from typing import Annotated

from pydantic import ConfigDict, Field

from switch.api.shapes import Amount, Currency, Day, Moment, ParticipantText, Shape
from switch.api.window_views import WindowText
from switch.domain.file_receipts import MOST_REASONS, NOTE_CHARACTERS, FileCare, FileReceipt, ReceiptOutcome, ReceiptReason
from switch.domain.statements import FileKind, IssuedFile


class RefusedForView(Shape):
    """One reason why a file is refused, where it can be said with the number of its line."""

    reason: Annotated[ReceiptReason, Field(strict=False)]
    line: Annotated[int, Field(ge=1)] | None = None
    note: Annotated[str, Field(max_length=NOTE_CHARACTERS)] | None = None


class ReceiptIn(Shape):
    """What the receiver says of a file."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"outcome": "taken", "sha256": "0" * 64}]})

    outcome: Annotated[ReceiptOutcome, Field(strict=False)]
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    """Of the file as it was received."""
    reasons: Annotated[list[RefusedForView], Field(max_length=MOST_REASONS, default_factory=list)]
    """At least one where it is refused."""


class ReceiptView(Shape):
    file_id: str
    outcome: ReceiptOutcome
    reasons: list[RefusedForView]
    received_at: Moment


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
    changes: list[str]
    """Of a revision: its reason, and what is different from the one before."""


class FileStandingView(FileView):
    """A file, and what has become of it since it was issued."""

    acknowledge_by: Moment
    """Until when its receiver is to take or refuse it."""
    overdue: bool
    """It was neither taken nor refused in time, and is chased."""
    chased: Annotated[int, Field(ge=0)]
    """How often its receiver was reminded."""
    receipt: ReceiptView | None
    """What its receiver said last."""


class FilePage(Shape):
    """Newest first."""

    items: list[FileStandingView]
    next_cursor: str | None


def receipt_view(receipt: FileReceipt) -> ReceiptView:
    return ReceiptView.model_construct(
        file_id=receipt.file_id,
        outcome=receipt.outcome,
        reasons=[RefusedForView.model_construct(reason=each.reason, line=each.line, note=each.note) for each in receipt.reasons],
        received_at=receipt.received_at,
    )


def standing_view(care: FileCare, now: datetime) -> FileStandingView:
    return FileStandingView.model_construct(
        **dict(file_view(care.file)),
        acknowledge_by=care.acknowledge_by,
        overdue=care.is_overdue(now),
        chased=care.chased,
        receipt=None if care.receipt is None else receipt_view(care.receipt),
    )


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
        changes=list(header.changes),
    )
