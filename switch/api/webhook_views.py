"""Webhooks on the line: end points and deliveries as their bank sees them, and the body of an event."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import ConfigDict, Field

from switch.api.payment_views import PaymentView, ReasonView, reason_view, view
from switch.api.proof_views import HeadView
from switch.api.shapes import Amount, Currency, Moment, Shape, Text
from switch.api.told_views import DisputeToldView, ToldDebtView, ToldOutageView, told_debt, told_dispute, told_outage
from switch.api.window_views import WindowText
from switch.domain.debt_webhooks import DEBT_KINDS
from switch.domain.dispute_webhooks import DISPUTE_KINDS
from switch.domain.outcomes import Reason
from switch.domain.payments import Payment, PaymentEvent
from switch.domain.webhooks import WebhookEvent, WebhookKind, WebhookStatus
from switch.reports.webhooks import DeliveryState, ListedEndpoint, WebhookDelivery

_EXAMPLE: dict[str, Any] = {"url": "https://payments.bank.example/switch/events"}


class WebhookEndpointIn(Shape):
    """Where events are sent."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    url: Annotated[Text, Field(max_length=300, examples=[_EXAMPLE["url"]])]
    """https, to a host on a network that the switch calls; no query. Redirects are not followed."""


class WebhookEndpointView(Shape):
    """One end point of the bank's own."""

    endpoint_id: UUID
    url: str
    status: WebhookStatus
    """`disabled`: it answered 410 Gone; a test makes it active again."""
    created_at: Moment
    waiting: Annotated[int, Field(ge=0)]
    """Events that are not delivered yet."""
    parked: Annotated[int, Field(ge=0)]
    """Events that are not tried any more, until they are replayed."""
    last_delivered_at: Moment | None


class WebhookSecretView(Shape):
    """Shown this once: keep it like a key."""

    endpoint: WebhookEndpointView
    secret: Annotated[str, Field(examples=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwdGpkQ2xTbMo="])]
    former_valid_until: Moment | None
    """Until then deliveries are signed with the former secret, too."""


class WebhookEndpointList(Shape):
    """Oldest first; there are few."""

    items: list[WebhookEndpointView]


class WebhookDeliveryView(Shape):
    """How far an event has come on its way to an end point."""

    event_id: UUID
    """The same at every attempt, and at each of the bank's end points."""
    endpoint_id: UUID
    kind: WebhookKind
    payment_id: UUID | None
    created_at: Moment
    state: DeliveryState
    attempts: Annotated[int, Field(ge=0)]
    next_attempt_at: Moment | None
    delivered_at: Moment | None
    parked_at: Moment | None
    last_answer: Annotated[str | None, Field(examples=["status 500"])]


class WebhookDeliveryPage(Shape):
    """Newest first."""

    items: list[WebhookDeliveryView]
    next_cursor: str | None


class ReplayedView(Shape):
    """How many events wait anew."""

    replayed: Annotated[int, Field(ge=0)]


class AskedWindowView(Shape):
    """A closed window of which the bank is a net debtor."""

    window_id: str
    net: Amount
    until: Moment
    """Until then approve it, or object."""
    round: Annotated[int, Field(ge=1)]
    """Another one where the window was recomputed."""


class PositionWarningView(Shape):
    """The position has passed a level of the cap. Once for each level and window, and again only after it was well below it."""

    level_percent: Annotated[int, Field(examples=[75])]
    window_id: WindowText
    """The window that was open."""
    currency: Currency
    cap: Amount
    held: Amount
    posted: Amount
    headroom: Amount


class BillerRefusalView(Shape):
    """What a biller has refused of a payment that stands."""

    reversal_id: UUID | None
    """The reversal; null where it is the payment itself, accepted in the biller's place."""
    reason: ReasonView
    response_code: str | None
    """The biller's own."""


class WebhookEventView(Shape):
    """The body of an event, signed after Standard Webhooks (docs/webhooks.md)."""

    event_id: UUID
    """Also in `webhook-id`. The same id again is the same event: take it once."""
    type: WebhookKind
    created_at: Moment
    payment: PaymentView | None
    """As `GET /v1/payments/{payment_id}` showed it then; null in what is not about a payment."""
    position_warning: PositionWarningView | None = None
    """Only in `position.warning`."""
    window: AskedWindowView | None = None
    """Only in `window.approval_asked`."""
    refusal: BillerRefusalView | None = None
    """Only in `payment.reversal_refused` and `payment.stand_in_refused`."""
    outage: ToldOutageView | None = None
    """Only in `biller.outage`."""
    dispute: DisputeToldView | None = None
    """Only in `dispute.…`."""
    debt: ToldDebtView | None = None
    """Only in `debt.…`."""
    log_head: HeadView | None = None
    """Only in `proof_log.head`: keep its note. As `GET /v1/log/heads` shows it."""


def endpoint_view(listed: ListedEndpoint) -> WebhookEndpointView:
    endpoint, counts = listed.endpoint, listed.counts
    return WebhookEndpointView.model_construct(
        endpoint_id=endpoint.endpoint_id,
        url=endpoint.url,
        status=endpoint.status,
        created_at=endpoint.created_at,
        waiting=counts.waiting,
        parked=counts.parked,
        last_delivered_at=counts.last_delivered_at,
    )


def delivery_view(delivery: WebhookDelivery) -> WebhookDeliveryView:
    state = delivery.state
    return WebhookDeliveryView.model_construct(
        event_id=delivery.event_id,
        endpoint_id=delivery.endpoint_id,
        kind=delivery.kind,
        payment_id=delivery.payment_id,
        created_at=delivery.created_at,
        state=state,
        attempts=delivery.attempts,
        next_attempt_at=delivery.next_attempt_at if state is DeliveryState.WAITING else None,
        delivered_at=delivery.delivered_at,
        parked_at=delivery.parked_at,
        last_answer=delivery.last_answer,
    )


def written(event: WebhookEvent, payment: Payment | None, history: Sequence[PaymentEvent]) -> bytes:
    """What belongs to one kind is there only in that: all others are, byte for byte, what banks have always read."""
    head = event.moved if event.kind is WebhookKind.LOG_HEAD else None
    shown = WebhookEventView.model_construct(
        event_id=event.event_id,
        type=event.kind,
        created_at=event.created_at,
        payment=None if payment is None else view(payment, history),
        log_head=None if head is None else HeadView(size=int(head["size"] or 0), signed_at=event.created_at, note=head["note"] or ""),
        position_warning=_warning_view(event.moved) if event.kind is WebhookKind.POSITION_WARNING else None,
        dispute=told_dispute(event.moved) if event.kind in DISPUTE_KINDS else None,
        debt=told_debt(event.moved) if event.kind in DEBT_KINDS else None,
        window=_asked(event) if event.kind is WebhookKind.WINDOW_APPROVAL_ASKED else None,
        refusal=_refusal(event.moved) if event.kind in _ONLY_IN["refusal"] else None,
        outage=told_outage(event.moved) if event.kind is WebhookKind.BILLER_OUTAGE else None,
    )
    absent = {name for name, kinds in _ONLY_IN.items() if event.kind not in kinds}
    return shown.__pydantic_serializer__.to_json(shown, exclude=absent)


_ONLY_IN = {
    "position_warning": {WebhookKind.POSITION_WARNING},
    "window": {WebhookKind.WINDOW_APPROVAL_ASKED},
    "refusal": {WebhookKind.REVERSAL_REFUSED, WebhookKind.STAND_IN_REFUSED},
    "outage": {WebhookKind.BILLER_OUTAGE},
    "log_head": {WebhookKind.LOG_HEAD},
    "dispute": DISPUTE_KINDS,
    "debt": DEBT_KINDS,
}


def _refusal(said: Mapping[str, Any]) -> BillerRefusalView:
    return BillerRefusalView.model_construct(
        reversal_id=None if said["reversal_id"] is None else UUID(said["reversal_id"]),
        reason=reason_view(Reason(said["refused_because"])),
        response_code=said["refused_with"],
    )


def _asked(event: WebhookEvent) -> AskedWindowView:
    asked = {name: value or "" for name, value in event.moved.items()}
    return AskedWindowView.model_construct(
        window_id=asked["window_id"],
        net=Amount.minor(int(asked["net_minor"]), asked["currency"]),
        until=datetime.fromisoformat(asked["until"]),
        round=event.number,
    )


def _warning_view(said: Mapping[str, Any]) -> PositionWarningView:
    currency = said["currency"]
    cap, held, posted = (int(said[name]) for name in ("cap", "held", "posted"))
    return PositionWarningView.model_construct(
        level_percent=int(said["level"]),
        window_id=said["window_id"],
        currency=currency,
        cap=Amount.minor(cap, currency),
        held=Amount.minor(held, currency),
        posted=Amount.minor(posted, currency),
        headroom=Amount.minor(cap - held - posted, currency),
    )
