"""What was told to a webhook end point, as its bank and staff ask for it. Reads only."""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.identifiers import EventId, PaymentId, WebhookEndpointId, bucket_of
from switch.domain.payments import PaymentEvent
from switch.domain.webhooks import WebhookKind
from switch.store.payment_queries import event_of

_COLUMNS = """event_id, endpoint_id, kind, payment_id, created_at, attempts, next_attempt_at, delivered_at, parked_at, last_answer"""
_PAGE = f"SELECT {_COLUMNS} FROM webhook_delivery WHERE endpoint_id = :endpoint AND event_id < CAST(:before AS uuid)"  # noqa: S608 - our own words
_NEWEST_FIRST = "ORDER BY event_id DESC LIMIT :limit"
_ONE = text(f"SELECT {_COLUMNS} FROM webhook_delivery WHERE bucket = :bucket AND event_id = :event_id AND endpoint_id = :endpoint")  # noqa: S608 - our own words
_OF_PAYMENT = text(f"""
    SELECT {_COLUMNS} FROM webhook_delivery WHERE bucket = :bucket AND payment_id = :payment_id ORDER BY event_number, endpoint_id
""")  # noqa: S608 - our own words
_COUNTS = text("""
    SELECT wanted.endpoint_id,
        (SELECT count(*) FROM webhook_delivery AS told
         WHERE told.endpoint_id = wanted.endpoint_id AND delivered_at IS NULL AND parked_at IS NULL) AS waiting,
        (SELECT count(*) FROM webhook_delivery AS told WHERE told.endpoint_id = wanted.endpoint_id AND parked_at IS NOT NULL) AS parked,
        (SELECT delivered_at FROM webhook_delivery AS told WHERE told.endpoint_id = wanted.endpoint_id AND delivered_at IS NOT NULL
         ORDER BY event_id DESC LIMIT 1) AS last_delivered_at
    FROM unnest(CAST(:endpoints AS uuid[])) AS wanted (endpoint_id)
""")
_HISTORIES = text("""
    SELECT payment_event.* FROM payment_event
    JOIN unnest(CAST(:buckets AS smallint[]), CAST(:ids AS uuid[])) AS wanted (bucket, payment_id) USING (bucket, payment_id)
    ORDER BY payment_id, number
""")
_LAST = UUID(int=2**128 - 1)


class DeliveryState(StrEnum):
    WAITING = "waiting"
    DELIVERED = "delivered"
    PARKED = "parked"


_PAGES = {
    None: text(f"{_PAGE} {_NEWEST_FIRST}"),
    DeliveryState.WAITING: text(f"{_PAGE} AND delivered_at IS NULL AND parked_at IS NULL {_NEWEST_FIRST}"),
    DeliveryState.DELIVERED: text(f"{_PAGE} AND delivered_at IS NOT NULL {_NEWEST_FIRST}"),
    DeliveryState.PARKED: text(f"{_PAGE} AND parked_at IS NOT NULL {_NEWEST_FIRST}"),
}
"""Each has its index, but for delivered ones, which are nearly all."""


class WebhookDelivery(NamedTuple):
    """How far an event has come on its way to one end point."""

    event_id: EventId
    endpoint_id: WebhookEndpointId
    kind: WebhookKind
    payment_id: PaymentId | None
    created_at: datetime
    attempts: int
    next_attempt_at: datetime
    delivered_at: datetime | None
    parked_at: datetime | None
    last_answer: str | None

    @property
    def state(self) -> DeliveryState:
        if self.delivered_at is not None:
            return DeliveryState.DELIVERED
        return DeliveryState.WAITING if self.parked_at is None else DeliveryState.PARKED


class DeliveryCounts(NamedTuple):
    endpoint_id: WebhookEndpointId
    waiting: int
    parked: int
    last_delivered_at: datetime | None


async def page(
    connection: AsyncConnection, endpoint: WebhookEndpointId, state: DeliveryState | None, before: UUID | None, limit: int
) -> list[WebhookDelivery]:
    """Newest first."""
    parameters = {"endpoint": endpoint, "before": before or _LAST, "limit": limit}
    return [_delivery(row) for row in (await connection.execute(_PAGES[state], parameters)).all()]


async def one(connection: AsyncConnection, endpoint: WebhookEndpointId, event: EventId) -> WebhookDelivery | None:
    parameters = {"bucket": bucket_of(event), "event_id": event, "endpoint": endpoint}
    row = (await connection.execute(_ONE, parameters)).one_or_none()
    return None if row is None else _delivery(row)


async def of_payment(connection: AsyncConnection, payment_id: PaymentId) -> list[WebhookDelivery]:
    rows = (await connection.execute(_OF_PAYMENT, {"bucket": bucket_of(payment_id), "payment_id": payment_id})).all()
    return [_delivery(row) for row in rows]


async def counts(connection: AsyncConnection, endpoints: Collection[WebhookEndpointId]) -> dict[WebhookEndpointId, DeliveryCounts]:
    """`last_delivered_at` is that of the newest event that was delivered."""
    rows = (await connection.execute(_COUNTS, {"endpoints": list(endpoints)})).all()
    return {row.endpoint_id: DeliveryCounts(*row) for row in rows}


async def histories(connection: AsyncConnection, payments: Collection[PaymentId]) -> dict[PaymentId, list[PaymentEvent]]:
    keys = {"buckets": [bucket_of(payment_id) for payment_id in payments], "ids": list(payments)}
    found: dict[PaymentId, list[PaymentEvent]] = {payment_id: [] for payment_id in payments}
    for row in (await connection.execute(_HISTORIES, keys)).all():
        found[row.payment_id].append(event_of(row))
    return found


def _delivery(row: Any) -> WebhookDelivery:
    return WebhookDelivery(*row)._replace(kind=WebhookKind(row.kind))
