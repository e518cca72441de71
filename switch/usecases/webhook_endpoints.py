"""Webhook end points: registered, given a new secret, tested and removed by their bank."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from switch.domain.directory_rules import require_bank
from switch.domain.identifiers import EventId, ParticipantCode, WebhookEndpointId, bucketed_id
from switch.domain.incidents import end_point_silent
from switch.domain.networks import AllowedNetworks
from switch.domain.webhook_errors import WebhookEndpointsTooMany, WebhookEndpointUnknown, WebhookUrlTaken
from switch.domain.webhook_rules import require_webhook_url
from switch.domain.webhooks import MOST_ENDPOINTS, WebhookEndpoint, WebhookStatus, new_secret, webhook_test
from switch.ports import Clock
from switch.store import incidents, webhook_endpoints, webhooks
from switch.store.database import Database
from switch.store.directory_rows import DirectoryRows, locked

FORMER_SECRET_HOURS = 24
"""How long deliveries are signed with the former secret, too, so that a bank can change over without losing one."""


@dataclass(frozen=True, slots=True)
class RegisterWebhook:
    clock: Clock
    database: Database
    refresh: Callable[[], Awaitable[None]]
    networks: AllowedNetworks

    async def __call__(self, bank: ParticipantCode, url: str, *, by: str) -> tuple[WebhookEndpoint, str]:
        """With its secret, which is shown this once. Events of moves from now on are queued for it, by every process within a second."""
        require_webhook_url(url, self.networks)
        async with self.database.transaction() as connection:
            rows = await locked(connection, self.clock, by)
            require_bank(await rows.participant(bank))
            known = await rows.webhooks_of(bank)
            for other in known:
                if other.url == url:
                    raise WebhookUrlTaken(endpoint_id=str(other.endpoint_id))
            if len(known) >= MOST_ENDPOINTS:
                raise WebhookEndpointsTooMany(most=MOST_ENDPOINTS)
            endpoint = WebhookEndpoint(WebhookEndpointId(bucketed_id(0, rows.at)), bank, url, WebhookStatus.ACTIVE, rows.at)
            await rows.put_webhook(endpoint)
            secret = new_secret()
            await webhook_endpoints.add_secret(connection, endpoint.endpoint_id, secret, rows.at)
        await self.refresh()
        return endpoint, secret


@dataclass(frozen=True, slots=True)
class RenewWebhookSecret:
    clock: Clock
    database: Database

    async def __call__(self, bank: ParticipantCode, endpoint_id: WebhookEndpointId, *, by: str) -> tuple[WebhookEndpoint, str, datetime]:
        """The end point, its new secret, and until when its former ones sign beside it."""
        async with self.database.transaction() as connection:
            rows = await locked(connection, self.clock, by)
            endpoint = await own_webhook(rows, bank, endpoint_id)
            secret, former_until = new_secret(), rows.at + timedelta(hours=FORMER_SECRET_HOURS)
            await webhook_endpoints.end_secrets(connection, endpoint_id, former_until, rows.at)
            await webhook_endpoints.add_secret(connection, endpoint_id, secret, rows.at)
        return endpoint, secret, former_until


@dataclass(frozen=True, slots=True)
class TryWebhook:
    clock: Clock
    database: Database
    refresh: Callable[[], Awaitable[None]]

    async def __call__(self, bank: ParticipantCode, endpoint_id: WebhookEndpointId, *, by: str) -> EventId:
        """Queues an event of its own kind; an end point that was disabled is active again with it."""
        async with self.database.transaction() as connection:
            rows = await locked(connection, self.clock, by)
            endpoint = replace(await own_webhook(rows, bank, endpoint_id), status=WebhookStatus.ACTIVE)
            changed = await rows.put_webhook(endpoint)
            event = webhook_test(endpoint, rows.at)
            await webhooks.append(connection, [event])
        if changed:
            await self.refresh()
        return event.event_id


@dataclass(frozen=True, slots=True)
class RemoveWebhook:
    clock: Clock
    database: Database
    refresh: Callable[[], Awaitable[None]]

    async def __call__(self, bank: ParticipantCode, endpoint_id: WebhookEndpointId, *, by: str) -> WebhookEndpoint:
        """Nothing is sent to it any more; what still waited for it is parked, for whoever looks back."""
        async with self.database.transaction() as connection:
            rows = await locked(connection, self.clock, by)
            endpoint = replace(await own_webhook(rows, bank, endpoint_id), status=WebhookStatus.REMOVED)
            await rows.put_webhook(endpoint)
            await webhooks.park_all(connection, endpoint_id, rows.at)
            await webhook_endpoints.end_secrets(connection, endpoint_id, rows.at, rows.at)
            await incidents.turn(connection, [end_point_silent(bank, endpoint_id, rows.at, begins=False)])
        await self.refresh()
        return endpoint


async def own_webhook(rows: DirectoryRows, bank: ParticipantCode, endpoint_id: WebhookEndpointId) -> WebhookEndpoint:
    """A stranger's, a removed and a made-up one are the same: unknown."""
    for endpoint in await rows.webhooks_of(bank):
        if endpoint.endpoint_id == endpoint_id:
            return endpoint
    raise WebhookEndpointUnknown()
