"""Webhooks as their bank, or staff, ask for them: end points, and what became of each event."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from switch.domain.directory import Directory
from switch.domain.identifiers import EventId, ParticipantCode, WebhookEndpointId
from switch.domain.webhook_errors import WebhookEndpointUnknown, WebhookEventUnknown
from switch.domain.webhooks import WebhookEndpoint
from switch.store import webhook_endpoints, webhook_queries
from switch.store.database import Connection, Database
from switch.store.webhook_queries import DeliveryCounts, DeliveryState, WebhookDelivery

__all__ = ["DeliveryCounts", "DeliveryState", "ListedEndpoint", "WebhookDelivery", "Webhooks"]


@dataclass(frozen=True, slots=True)
class ListedEndpoint:
    endpoint: WebhookEndpoint
    counts: DeliveryCounts


@dataclass(frozen=True, slots=True)
class Webhooks:
    database: Database
    current: Callable[[], Directory]

    async def endpoints(self, bank: ParticipantCode | None) -> list[ListedEndpoint]:
        """Of a bank, or of all, oldest first; with what waits for each."""
        known = [endpoint for endpoint in self.current().webhooks.values() if bank in (None, endpoint.bank)]
        async with self.database.reading() as connection:
            counts = await webhook_queries.counts(connection, [endpoint.endpoint_id for endpoint in known])
        return [_listed(endpoint, counts) for endpoint in known]

    async def endpoint(self, bank: ParticipantCode | None, endpoint_id: UUID) -> ListedEndpoint:
        """A stranger's and a made-up one are the same: unknown."""
        async with self.database.snapshot() as connection:
            endpoint = await _require(connection, bank, endpoint_id)
            return _listed(endpoint, await webhook_queries.counts(connection, [endpoint.endpoint_id]))

    async def deliveries(
        self, bank: ParticipantCode | None, endpoint_id: UUID, state: DeliveryState | None, before: UUID | None, limit: int
    ) -> Sequence[WebhookDelivery]:
        """Newest first."""
        async with self.database.snapshot() as connection:
            endpoint = await _require(connection, bank, endpoint_id)
            return await webhook_queries.page(connection, endpoint.endpoint_id, state, before, limit)

    async def delivery(self, bank: ParticipantCode | None, endpoint_id: UUID, event_id: EventId) -> WebhookDelivery:
        async with self.database.snapshot() as connection:
            endpoint = await _require(connection, bank, endpoint_id)
            if (found := await webhook_queries.one(connection, endpoint.endpoint_id, event_id)) is None:
                raise WebhookEventUnknown()
            return found


async def _require(connection: Connection, bank: ParticipantCode | None, endpoint_id: UUID) -> WebhookEndpoint:
    endpoint = await webhook_endpoints.find(connection, WebhookEndpointId(endpoint_id))
    if endpoint is None or bank not in (None, endpoint.bank):
        raise WebhookEndpointUnknown()
    return endpoint


def _listed(endpoint: WebhookEndpoint, counts: dict[WebhookEndpointId, DeliveryCounts]) -> ListedEndpoint:
    return ListedEndpoint(endpoint, counts[endpoint.endpoint_id])
