"""Webhooks: what became of a bank's payments, told to the end points that the bank has registered."""

import base64
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from switch.domain.approvals import Asked
from switch.domain.books import Declined, Move
from switch.domain.identifiers import EventId, ParticipantCode, PaymentId, WebhookEndpointId, WindowId, bucketed_id
from switch.domain.liquidity import CapWarning
from switch.domain.outages import Outage
from switch.domain.outcomes import Reason
from switch.domain.payments import Payment, PaymentState
from switch.domain.settlement import Window

MOST_ENDPOINTS = 5
"""Of one bank: each event is kept once for each of them."""
LONGEST_PAUSE_SECONDS = 600
"""Between two attempts, before it is spread."""
SECRET_BYTES = 32
SECRET_PREFIX = "whsec_"  # noqa: S105 - the prefix of every secret of Standard Webhooks  # pragma: allowlist secret


class WebhookKind(StrEnum):
    PAYMENT_COMPLETED = "payment.completed"
    PAYMENT_REJECTED = "payment.rejected"
    PAYMENT_IN_DOUBT = "payment.in_doubt"
    PAYMENT_REFUNDED = "payment.refunded"
    """A part of it was taken back: it stays completed."""
    PAYMENT_REVERSED = "payment.reversed"
    REVERSAL_REFUSED = "payment.reversal_refused"
    """The payment stands as it was."""
    STAND_IN_REFUSED = "payment.stand_in_refused"
    """Its biller will not have what was accepted in its place: the bank takes it back, without asking."""
    BILLER_OUTAGE = "biller.outage"
    """Declared, or withdrawn."""
    LOG_HEAD = "proof_log.head"
    WINDOW_APPROVAL_ASKED = "window.approval_asked"
    POSITION_WARNING = "position.warning"
    DEBT_PAID = "debt.paid"
    DEBT_WRITTEN_OFF = "debt.written_off"
    DEBT_PAYMENT_REFUSED = "debt.payment_refused"
    DISPUTE_OPENED = "dispute.opened"
    DISPUTE_HANDED_OVER = "dispute.handed_over"
    DISPUTE_ANSWERED = "dispute.answered"
    """Accepted or rejected; or decided for whoever opened it."""
    DISPUTE_ESCALATED = "dispute.escalated"
    DISPUTE_DUE_SOON = "dispute.due_soon"
    DISPUTE_CLOSED = "dispute.closed"
    TEST = "webhook.test"


KIND_OF: Mapping[PaymentState, WebhookKind] = MappingProxyType(
    {
        PaymentState.COMPLETED: WebhookKind.PAYMENT_COMPLETED,
        PaymentState.REJECTED: WebhookKind.PAYMENT_REJECTED,
        PaymentState.IN_DOUBT: WebhookKind.PAYMENT_IN_DOUBT,
        PaymentState.REVERSED: WebhookKind.PAYMENT_REVERSED,
    }
)
"""What is told when a payment comes into a state; RESERVED is told by nobody but the answer to the order."""


class WebhookStatus(StrEnum):
    ACTIVE = "active"
    DISABLED = "disabled"
    """It has answered 410 Gone: nothing is queued for it or sent to it, until it is tested anew."""
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class WebhookEndpoint:
    endpoint_id: WebhookEndpointId
    bank: ParticipantCode
    url: str
    status: WebhookStatus
    created_at: datetime

    @property
    def active(self) -> bool:
        return self.status is WebhookStatus.ACTIVE


Listening = Mapping[ParticipantCode, Sequence[WebhookEndpointId]]
"""The active end points of each bank that has any."""
NOBODY: Listening = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class WebhookEvent:
    """One fact for one end point; the same `event_id` at another end point, or again, is the same fact.

    `number` is that of the line of the payment's history that it tells, and so its place among those of the payment.
    """

    event_id: EventId
    endpoint_id: WebhookEndpointId
    bank: ParticipantCode
    kind: WebhookKind
    payment_id: PaymentId | None
    number: int
    moved: Mapping[str, str | None]
    """What a payment's moves change of it, as it was then; of a warning, all that it says; of a head its size, note and moment."""
    created_at: datetime


@dataclass(frozen=True, slots=True)
class WebhookMessage:
    """What goes over the line. The signature is made with each of the secrets."""

    event_id: EventId
    sent_at: datetime
    body: bytes
    secrets: Sequence[str]


@dataclass(frozen=True, slots=True)
class WebhookAnswer:
    """`status` is None where there was none; `said` is for people and names nothing that the end point sent."""

    status: int | None
    said: str

    @property
    def taken(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def gone(self) -> bool:
        return self.status == 410


def told(moves: Iterable[Move], listening: Listening) -> list[WebhookEvent]:
    """What banks that listen are told of these moves."""
    return [
        WebhookEvent(event_id, endpoint_id, payment.request.bank, kind, payment.payment_id, payment.events, moved_part(payment), at)
        for payment, at in moves
        if (endpoints := listening.get(payment.request.bank)) and (kind := kind_of(payment)) is not None
        for event_id in (EventId(bucketed_id(payment.bucket, at)),)
        for endpoint_id in endpoints
    ]


def declined_told(declined: Iterable[Declined], listening: Listening) -> list[WebhookEvent]:
    """What banks that listen are told of a biller's no that moves no payment."""
    return [
        WebhookEvent(
            EventId(bucketed_id(one.payment.bucket, one.at)), endpoint_id, one.payment.request.bank,
            WebhookKind.STAND_IN_REFUSED if one.reversal_id is None else WebhookKind.REVERSAL_REFUSED,
            one.payment.payment_id, one.payment.events, moved_part(one.payment) | _declined_part(one), one.at,
        )
        for one in declined
        for endpoint_id in listening.get(one.payment.request.bank, ())
    ]  # fmt: skip


def _declined_part(declined: Declined) -> dict[str, str | None]:
    reversal_id = None if declined.reversal_id is None else str(declined.reversal_id)
    return {"reversal_id": reversal_id, "refused_because": declined.reason, "refused_with": declined.response_code or None}


def outage_told(outage: Outage, listening: Listening, at: datetime) -> list[WebhookEvent]:
    """Every bank that listens: any of them may pay this biller."""
    event_id, said = EventId(bucketed_id(0, at)), outage_part(outage)
    return [
        WebhookEvent(event_id, endpoint_id, bank, WebhookKind.BILLER_OUTAGE, None, 0, said, at)
        for bank, endpoints in listening.items()
        for endpoint_id in endpoints
    ]


def outage_part(outage: Outage) -> dict[str, str | None]:
    return {
        "outage_id": str(outage.outage_id),
        "biller_code": outage.biller,
        "begins_at": outage.begins_at.isoformat(),
        "ends_at": outage.ends_at.isoformat(),
        "reason_ar": outage.reason.ar,
        "reason_en": outage.reason.en,
        "withdrawn_at": None if outage.withdrawn_at is None else outage.withdrawn_at.isoformat(),
    }


def log_head_told(size: int, note: str, listening: Listening, at: datetime) -> list[WebhookEvent]:
    """A signed head of the proof log, for everybody who listens to keep: then the log cannot be made anew behind their backs."""
    event_id, head = EventId(bucketed_id(0, at)), {"size": str(size), "note": note, "signed_at": at.isoformat()}
    return [
        WebhookEvent(event_id, endpoint_id, bank, WebhookKind.LOG_HEAD, None, 0, head, at)
        for bank, endpoints in listening.items()
        for endpoint_id in endpoints
    ]


def kind_of(payment: Payment) -> WebhookKind | None:
    """What is told of the move that has made it what it is."""
    if payment.state is PaymentState.COMPLETED and payment.refunded:
        return WebhookKind.PAYMENT_REFUNDED
    return KIND_OF.get(payment.state)


def approval_asked(window: Window, round_: int, asked: Iterable[Asked], listening: Listening, at: datetime) -> list[WebhookEvent]:
    """What the debtors of a closed window are told that listen."""
    return [
        WebhookEvent(event_id, endpoint_id, one.participant, WebhookKind.WINDOW_APPROVAL_ASKED, None, round_, asked_part(window, one), at)
        for one in asked
        if (endpoints := listening.get(one.participant))
        for event_id in (EventId(bucketed_id(0, at)),)
        for endpoint_id in endpoints
    ]


def asked_part(window: Window, asked: Asked) -> dict[str, str | None]:
    return {
        "window_id": window.window_id,
        "currency": window.currency,
        "net_minor": str(asked.net),
        "until": asked.until.isoformat(),
    }


def webhook_test(endpoint: WebhookEndpoint, at: datetime) -> WebhookEvent:
    return WebhookEvent(EventId(bucketed_id(0, at)), endpoint.endpoint_id, endpoint.bank, WebhookKind.TEST, None, 0, {}, at)


def position_warned(warning: CapWarning, listening: Listening) -> list[WebhookEvent]:
    event_id = EventId(bucketed_id(0, warning.at))
    figures = {name: str(getattr(warning, name)) for name in ("level", "held", "posted", "cap")}
    content = {"currency": warning.currency, "window_id": warning.window_id, **figures}
    return [
        WebhookEvent(event_id, endpoint_id, warning.bank, WebhookKind.POSITION_WARNING, None, 0, content, warning.at)
        for endpoint_id in listening.get(warning.bank, ())
    ]


def moved_part(payment: Payment) -> dict[str, str | None]:
    return {
        "state": payment.state,
        "reason": payment.reason,
        "response_code": payment.response_code,
        "biller_reference": payment.biller_reference,
        "window_id": payment.window_id,
        "business_date": None if payment.business_date is None else payment.business_date.isoformat(),
        "concluded_at": None if payment.concluded_at is None else payment.concluded_at.isoformat(),
        "refunded_minor": str(payment.refunded),
    }


def payment_then(payment: Payment, moved: Mapping[str, Any]) -> Payment:
    """The payment as it was when `moved` was kept of it."""
    return replace(
        payment,
        state=PaymentState(moved["state"]),
        reason=None if moved["reason"] is None else Reason(moved["reason"]),
        response_code=moved["response_code"],
        biller_reference=moved["biller_reference"],
        window_id=None if moved["window_id"] is None else WindowId(moved["window_id"]),
        business_date=None if moved["business_date"] is None else date.fromisoformat(moved["business_date"]),
        concluded_at=None if moved["concluded_at"] is None else datetime.fromisoformat(moved["concluded_at"]),
        refunded=int(moved["refunded_minor"]),
    )


def new_secret() -> str:
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()
