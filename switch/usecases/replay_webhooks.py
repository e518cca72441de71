"""Replay: events are sent to a webhook end point once more, because its bank, or staff for it, has asked."""

from dataclasses import dataclass

from switch.domain.identifiers import EventId, ParticipantCode, WebhookEndpointId
from switch.domain.webhook_errors import WebhookEndpointDisabled, WebhookEndpointUnknown, WebhookEventUnknown
from switch.ports import Clock
from switch.store import webhook_endpoints, webhooks
from switch.store.database import Connection, Database


@dataclass(frozen=True, slots=True)
class ReplayWebhooks:
    clock: Clock
    database: Database

    async def one(self, bank: ParticipantCode | None, endpoint_id: WebhookEndpointId, event_id: EventId) -> None:
        """Delivered or not. `bank` is whose the end point must be; None for staff."""
        async with self.database.transaction() as connection:
            await self._require(connection, bank, endpoint_id)
            if not await webhooks.replay(connection, endpoint_id, event_id, self.clock.now()):
                raise WebhookEventUnknown()

    async def parked(self, bank: ParticipantCode | None, endpoint_id: WebhookEndpointId) -> int:
        """All that were given up; says how many."""
        async with self.database.transaction() as connection:
            await self._require(connection, bank, endpoint_id)
            return await webhooks.replay_parked(connection, endpoint_id, self.clock.now())

    @staticmethod
    async def _require(connection: Connection, bank: ParticipantCode | None, endpoint_id: WebhookEndpointId) -> None:
        endpoint = await webhook_endpoints.find(connection, endpoint_id)
        if endpoint is None or bank not in (None, endpoint.bank):
            raise WebhookEndpointUnknown()
        if not endpoint.active:
            raise WebhookEndpointDisabled()
