"""What banks that listen are told of disputes about their payments."""

from collections.abc import Mapping
from types import MappingProxyType

from switch.domain.disputes import Dispute, DisputeEvent, DisputeEventKind
from switch.domain.identifiers import EventId, bucketed_id
from switch.domain.webhooks import Listening, WebhookEvent, WebhookKind

_TOLD: Mapping[DisputeEventKind, WebhookKind] = MappingProxyType(
    {
        DisputeEventKind.OPENED: WebhookKind.DISPUTE_OPENED,
        DisputeEventKind.HANDED_OVER: WebhookKind.DISPUTE_HANDED_OVER,
        DisputeEventKind.ACCEPTED: WebhookKind.DISPUTE_ANSWERED,
        DisputeEventKind.REJECTED: WebhookKind.DISPUTE_ANSWERED,
        DisputeEventKind.UPHELD: WebhookKind.DISPUTE_ANSWERED,
        DisputeEventKind.ESCALATED: WebhookKind.DISPUTE_ESCALATED,
        DisputeEventKind.DUE_SOON: WebhookKind.DISPUTE_DUE_SOON,
        DisputeEventKind.WITHDRAWN: WebhookKind.DISPUTE_CLOSED,
        DisputeEventKind.DISMISSED: WebhookKind.DISPUTE_CLOSED,
        DisputeEventKind.CLOSED: WebhookKind.DISPUTE_CLOSED,
    }
)
DISPUTE_KINDS = frozenset(_TOLD.values())


def kind_told(line: DisputeEventKind) -> WebhookKind | None:
    """Of a line of the history; none where nobody is told of it."""
    return _TOLD.get(line)


def dispute_told(dispute: Dispute, event: DisputeEvent, listening: Listening) -> list[WebhookEvent]:
    """Without what people wrote: that is asked for."""
    endpoints, kind = listening.get(dispute.bank), kind_told(event.kind)
    if not endpoints or kind is None:
        return []
    event_id = EventId(bucketed_id(0, event.at))
    return [
        WebhookEvent(event_id, endpoint_id, dispute.bank, kind, None, event.number, _part(dispute), event.at) for endpoint_id in endpoints
    ]


def _part(dispute: Dispute) -> dict[str, str | None]:
    return {
        "dispute_id": str(dispute.dispute_id),
        "payment_id": str(dispute.payment_id),
        "reason": dispute.reason,
        "state": dispute.state,
        "holder": dispute.holder,
        "deadline": None if dispute.deadline is None else dispute.deadline.isoformat(),
        "remedy": dispute.remedy,
        "outcome": dispute.outcome,
    }
