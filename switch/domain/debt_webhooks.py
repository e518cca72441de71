"""What banks that listen are told of the payment of a debt: the defaulter, and those who have covered it."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from switch.domain.debts import DebtPayment, DebtState, DebtWay
from switch.domain.identifiers import EventId, ParticipantCode, bucketed_id
from switch.domain.webhooks import Listening, WebhookEvent, WebhookKind

_TOLD: Mapping[tuple[DebtState, bool], WebhookKind] = MappingProxyType(
    {
        (DebtState.DONE, False): WebhookKind.DEBT_PAID,
        (DebtState.DONE, True): WebhookKind.DEBT_WRITTEN_OFF,
        (DebtState.REFUSED, False): WebhookKind.DEBT_PAYMENT_REFUSED,
    }
)
DEBT_KINDS = frozenset(_TOLD.values())


def concerned(made: DebtPayment) -> list[ParticipantCode]:
    return sorted({made.defaulter, *(part.creditor for part in made.parts)})


def debt_kind_told(state: DebtState, way: DebtWay) -> WebhookKind | None:
    """None of what is not concluded."""
    return _TOLD.get((state, way is DebtWay.WRITTEN_OFF))


def debt_told(made: DebtPayment, listening: Listening, at: datetime) -> list[WebhookEvent]:
    """Each reads its own part: the defaulter all of it."""
    kind = _TOLD[made.state, made.way is DebtWay.WRITTEN_OFF]
    return [
        WebhookEvent(event_id, endpoint_id, bank, kind, None, made.number, debt_part_of(made, bank), at)
        for bank in concerned(made)
        if (endpoints := listening.get(bank))
        for event_id in (EventId(bucketed_id(0, at)),)
        for endpoint_id in endpoints
    ]


def debt_part_of(made: DebtPayment, bank: ParticipantCode) -> dict[str, str | None]:
    own = made.minor if bank == made.defaulter else sum(part.minor for part in made.parts if part.creditor == bank)
    return {
        "debt_payment_id": made.debt_payment_id,
        "defaulter_code": made.defaulter,
        "currency": made.currency,
        "minor": str(own),
        "way": made.way,
        "rtgs_reference": made.rtgs_reference,
        "window_id": made.window_id,
    }
