"""The story of a payment on the line, as staff and overseers read it; who the payer is, is not in it."""

from dataclasses import asdict
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from switch.api.dispute_views import DisputeView, dispute_view
from switch.api.file_views import FileView, file_view
from switch.api.operator_views import EntryView, entry_view
from switch.api.payment_views import PaymentView, view
from switch.api.reconciliation_views import BreakView, break_view
from switch.api.reversal_views import ReversalView, reversal_view
from switch.api.shapes import Amount, BilingualName, Day, Moment, ParticipantText, Shape
from switch.api.webhook_views import WebhookDeliveryView, delivery_view
from switch.api.window_views import WindowText, WindowView, window_view
from switch.domain.adjustments import Adjustment
from switch.domain.advices import AdviceKind
from switch.domain.booked_statements import Side
from switch.domain.ledger import EntryKind
from switch.domain.payments import PaymentEvent, PaymentState
from switch.reports.payment_stories import Delivery, PaymentStory, StatedLine


class StepView(Shape):
    """One line of the append-only history; an answer that came after finality is a line from a state to the same."""

    number: Annotated[int, Field(ge=1)]
    at: Moment
    from_state: PaymentState | None
    to_state: PaymentState
    by: Annotated[str, Field(examples=["biller"])]
    note: str


class DeliveryView(Shape):
    """An advice to the biller, and how far it has come."""

    event_id: UUID
    kind: AdviceKind
    created_at: Moment
    attempts: Annotated[int, Field(ge=0)]
    acknowledged_at: Moment | None
    next_attempt_at: Moment | None
    parked_at: Moment | None
    """Since when it is not tried any more; the biller can still fetch it."""


class StatedLineView(Shape):
    """How a bank or biller has the payment in a statement of its own."""

    participant_code: ParticipantText
    side: Side
    statement_id: str
    line: Annotated[int, Field(ge=1)]
    own_reference: str | None
    amount: Amount
    business_date: Day
    reversed: bool


class MessageView(Shape):
    """A message about the payment, as it went over the line. Its content is in the packet of evidence."""

    at: Moment
    sender: Annotated[str, Field(examples=["100010"])]
    receiver: Annotated[str, Field(examples=["switch"])]
    what: Annotated[str, Field(examples=["order"])]
    """`order`, `order in a batch`, `reversal`; to a biller `pay`, `enquire`, `reverse`, `advise`, and its `answer to …`."""
    size: Annotated[int, Field(ge=0)]
    sha256: Annotated[str | None, Field(pattern="^[0-9a-f]{64}$")]
    """Null where no answer came."""
    note: str


class WindowStepView(Shape):
    """What became of the money of its window: closed, refused or settled by the RTGS, or decided about by two people."""

    at: Moment
    window_id: WindowText
    what: Literal["closed", "rejected", "settled", "overridden", "withheld", "recomputed", "moved", "lapsed"]
    """`recomputed`: the window is settled without a participant that does not pay. `moved`: with the payments of another window."""
    by: Annotated[str, Field(examples=["rtgs"])]
    note: str
    """The reason, or the RTGS reference; of what was moved, into which window."""


class AdjustmentView(Shape):
    """What was charged besides it afterwards, as an entry of its own in a window of its own; below zero it was given back."""

    adjustment_id: UUID
    kind: EntryKind
    rerating: str | None
    """By which re-rating of a tariff."""
    break_id: str | None
    """Which break it has ended."""
    undoes: bool
    """With a reversal: it gives back what re-ratings had changed."""
    payer_fee: Amount
    biller_fee: Amount
    written_off: Amount
    window_id: WindowText
    made_at: Moment
    by: str


class PaymentStoryView(Shape):
    """All of one moment, oldest first."""

    payment: PaymentView
    in_words: list[BilingualName]
    """What became of it, and what is to be done, in sentences."""
    attempts: Annotated[int, Field(ge=0)]
    """How often the biller was asked after it without an answer."""
    next_attempt_at: Moment | None
    steps: list[StepView]
    reversals: list[ReversalView]
    entries: list[EntryView]
    adjustments: list[AdjustmentView]
    advices: list[DeliveryView]
    webhooks: list[WebhookDeliveryView]
    """How its bank was told."""
    window: WindowView | None
    """In which it was completed, and counts."""
    settlement: list[WindowStepView]
    """What became of that window, and of the one into which its money was moved."""
    files: list[FileView]
    stated: list[StatedLineView]
    breaks: list[BreakView]
    disputes: list[DisputeView]
    """Complaints about it; what people wrote is not in here."""
    messages: list[MessageView]


def story_view(story: PaymentStory) -> PaymentStoryView:
    payment = story.payment
    return PaymentStoryView.model_construct(
        payment=view(payment),
        in_words=[BilingualName.of(said) for said in story.in_words],
        attempts=payment.attempts,
        next_attempt_at=payment.next_attempt_at if payment.live else None,
        steps=[_step(event) for event in story.history],
        reversals=[reversal_view(reversal, payment) for reversal in story.reversals],
        entries=[entry_view(entry) for entry in story.entries],
        adjustments=[_adjustment(made) for made in story.adjustments],
        advices=[_delivery(advice) for advice in story.advices],
        webhooks=[delivery_view(told) for told in story.webhooks],
        window=None if story.window is None else window_view(story.window),
        settlement=[WindowStepView.model_construct(**step._asdict()) for step in story.settlement],
        files=[file_view(file) for file in story.files],
        stated=[_stated(line) for line in story.stated],
        breaks=[break_view(found) for found in story.breaks],
        disputes=[dispute_view(its) for its in story.disputes],
        messages=[MessageView.model_construct(**asdict(said)) for said in story.messages],
    )


def _step(event: PaymentEvent) -> StepView:
    return StepView.model_construct(
        number=event.number, at=event.at, from_state=event.from_state, to_state=event.to_state, by=event.by, note=event.note
    )


def _adjustment(made: Adjustment) -> AdjustmentView:
    return AdjustmentView.model_construct(
        adjustment_id=made.adjustment_id,
        kind=made.kind,
        rerating=made.rerating or None,
        break_id=made.break_id or None,
        undoes=made.undoes,
        payer_fee=Amount.minor(made.payer_fee, made.currency),
        biller_fee=Amount.minor(made.biller_fee, made.currency),
        written_off=Amount.minor(made.written_off, made.currency),
        window_id=made.window_id,
        made_at=made.made_at,
        by=made.by,
    )


def _delivery(advice: Delivery) -> DeliveryView:
    waiting = advice.acknowledged_at is None and advice.parked_at is None
    return DeliveryView.model_construct(**{**advice._asdict(), "next_attempt_at": advice.next_attempt_at if waiting else None})


def _stated(line: StatedLine) -> StatedLineView:
    return StatedLineView.model_construct(
        participant_code=line.participant,
        side=line.side,
        statement_id=line.statement_id,
        line=line.line,
        own_reference=line.own_reference,
        amount=Amount.minor(line.minor, line.currency),
        business_date=line.business_date,
        reversed=line.reversed,
    )
