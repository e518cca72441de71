"""The story of a payment on the line, as staff and overseers read it; who the payer is, is not in it."""

from dataclasses import asdict
from typing import Annotated
from uuid import UUID

from pydantic import Field

from switch.api.dispute_views import DisputeView, dispute_view
from switch.api.file_views import FileView, file_view
from switch.api.operator_views import EntryView, entry_view
from switch.api.payment_views import PaymentView, view
from switch.api.reconciliation_views import BreakView, break_view
from switch.api.reversal_views import ReversalView, reversal_view
from switch.api.shapes import Amount, Day, Moment, ParticipantText, Shape
from switch.api.webhook_views import WebhookDeliveryView, delivery_view
from switch.api.window_views import WindowView, window_view
from switch.domain.advices import AdviceKind
from switch.domain.booked_statements import Side
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


class PaymentStoryView(Shape):
    """All of one moment, oldest first."""

    payment: PaymentView
    attempts: Annotated[int, Field(ge=0)]
    """How often the biller was asked after it without an answer."""
    next_attempt_at: Moment | None
    steps: list[StepView]
    reversals: list[ReversalView]
    entries: list[EntryView]
    advices: list[DeliveryView]
    webhooks: list[WebhookDeliveryView]
    """How its bank was told."""
    window: WindowView | None
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
        attempts=payment.attempts,
        next_attempt_at=payment.next_attempt_at if payment.live else None,
        steps=[_step(event) for event in story.history],
        reversals=[reversal_view(reversal, payment) for reversal in story.reversals],
        entries=[entry_view(entry) for entry in story.entries],
        advices=[_delivery(advice) for advice in story.advices],
        webhooks=[delivery_view(told) for told in story.webhooks],
        window=None if story.window is None else window_view(story.window),
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
