"""Deliver: events go to the end points of banks, in order per payment, until each is taken; one dead end point delays no other."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import NamedTuple

import structlog

from switch.domain.breakers import BreakerState
from switch.domain.directory import Directory
from switch.domain.identifiers import EventId, PaymentId, WebhookEndpointId
from switch.domain.payments import Payment, PaymentEvent
from switch.domain.retries import pause_milliseconds, waits_beyond
from switch.domain.webhooks import (
    LONGEST_PAUSE_SECONDS,
    WebhookAnswer,
    WebhookEndpoint,
    WebhookEvent,
    WebhookMessage,
    WebhookStatus,
    payment_then,
)
from switch.ports import Clock, WebhookSender
from switch.store import payments, webhook_endpoints, webhook_queries, webhooks
from switch.store.database import Connection, Database
from switch.store.directory_rows import locked
from switch.store.webhooks import Tried
from switch.usecases.breakers import Breakers
from switch.usecases.bring_forward import BringForward
from switch.usecases.own_queues import OwnQueues

ANSWER_SECONDS = 10
AT_ONCE = 8
"""To one end point."""
MOST_LEASED = 64
BEGINNING_SECONDS = 20
LEASE_SECONDS = BEGINNING_SECONDS + 2 * ANSWER_SECONDS
"""The last attempt begins early enough to end within it; a dead worker's events are taken over after it."""
PARKED_AFTER_ATTEMPTS = 100
"""About half a day of refusals; a parked event is replayed by its bank, or by staff."""

Written = Callable[[WebhookEvent, Payment | None, Sequence[PaymentEvent]], bytes]
"""The body of an event, with the payment as its bank reads it."""

_log = structlog.get_logger("switch.webhooks")


class _Leased(NamedTuple):
    event: WebhookEvent
    attempts: int
    due_at: datetime
    body: bytes


@dataclass(frozen=True, slots=True)
class DeliverWebhooks:
    clock: Clock
    directory: Callable[[], Directory]
    refresh: Callable[[], Awaitable[None]]
    database: Database
    sender: WebhookSender
    written: Written
    chance: Callable[[], int]
    breakers: Breakers[WebhookEndpointId]
    forward: BringForward[WebhookEndpointId, WebhookEndpointId]
    queues: OwnQueues[WebhookEndpointId] = field(default_factory=lambda: OwnQueues("webhooks"))

    @classmethod
    def on(
        cls,
        clock: Clock,
        directory: Callable[[], Directory],
        refresh: Callable[[], Awaitable[None]],
        database: Database,
        sender: WebhookSender,
        written: Written,
        chance: Callable[[], int],
        breakers: Breakers[WebhookEndpointId],
    ) -> "DeliverWebhooks":
        forward = BringForward(clock, database, breakers, webhooks.bring_forward_of)
        return cls(clock, directory, refresh, database, sender, written, chance, breakers, forward)

    async def __call__(self) -> int:
        """How many events were taken, of those that were due."""
        await self.start()
        return await self.queues.settled()

    async def start(self) -> None:
        """On every end point for which something waits; they are told in the background until the queues are closed."""
        now = self.clock.now()
        told = {
            endpoint_id: waits_beyond(now, LEASE_SECONDS, LONGEST_PAUSE_SECONDS, early=self.breakers.wants_trial(endpoint_id))
            for endpoint_id in self.directory().webhooks
            if self._may_be_told(endpoint_id)
        }
        if not told:
            return
        async with self.database.reading() as connection:
            due = await webhooks.endpoints_due(connection, told, now)
        self.queues.start({*due, *(endpoint_id for endpoint_id in told if self.forward.waits(endpoint_id))}, self._tell)

    def _may_be_told(self, endpoint_id: WebhookEndpointId) -> bool:
        endpoint = self.directory().webhooks.get(endpoint_id)
        return endpoint is not None and endpoint.active and self.breakers.admits(endpoint_id)

    async def _tell(self, endpoint_id: WebhookEndpointId) -> int:
        """Everything that is due, as long as the end point takes it; how many it took."""
        delivered, early = 0, False
        while self._may_be_told(endpoint_id) and not self.queues.stopping.is_set() and not early:
            await self.forward(endpoint_id, endpoint_id, LEASE_SECONDS)
            endpoint, now = self.directory().webhooks[endpoint_id], self.clock.now()
            async with self.database.transaction() as connection:
                leased = await self._lease(connection, endpoint_id, now)
                secrets = await webhook_endpoints.secrets_of(connection, endpoint_id, self.clock.now())
            if not leased:
                break
            answers = await self._send(endpoint, leased, secrets)
            await self._keep(endpoint, leased, answers, now)
            delivered += sum(answer is not None and answer.taken for answer in answers)
            early = leased[0].due_at > now and self.breakers.wants_trial(endpoint_id)
        return delivered

    async def _lease(self, connection: Connection, endpoint_id: WebhookEndpointId, now: datetime) -> list[_Leased]:
        """What is due; of an end point of which nothing good is known at least one event: the trial."""
        most = MOST_LEASED if self.breakers.state(endpoint_id) is BreakerState.CLOSED else 1
        leased = await webhooks.lease_due(connection, endpoint_id, now, LEASE_SECONDS, most)
        if not leased and self.breakers.wants_trial(endpoint_id):
            leased = await webhooks.lease_due(connection, endpoint_id, now, LEASE_SECONDS, 1, early=True)
        wanted = {one.event.payment_id for one in leased if one.event.payment_id is not None}
        known = await payments.find(connection, wanted) if wanted else {}
        histories = await webhook_queries.histories(connection, wanted) if wanted else {}
        return [_Leased(*one, self._body(one.event, known, histories)) for one in leased]

    def _body(self, event: WebhookEvent, known: dict[PaymentId, Payment], histories: dict[PaymentId, list[PaymentEvent]]) -> bytes:
        """The same each time that the event is sent."""
        if event.payment_id is None:
            return self.written(event, None, ())
        history = [line for line in histories[event.payment_id] if line.number <= event.number]
        return self.written(event, payment_then(known[event.payment_id], event.moved), history)

    async def _send(self, endpoint: WebhookEndpoint, leased: Sequence[_Leased], secrets: Sequence[str]) -> list[WebhookAnswer | None]:
        """None for what was not tried."""
        room, began = asyncio.Semaphore(AT_ONCE), self.clock.monotonic()

        async def answer(one: _Leased) -> WebhookAnswer | None:
            async with room:
                if self.clock.monotonic() - began > BEGINNING_SECONDS or not self.breakers.ask(endpoint.endpoint_id):
                    return None
                message = WebhookMessage(one.event.event_id, self.clock.now(), one.body, secrets)
                heard = await self.sender.send(endpoint.url, message, answer_seconds=ANSWER_SECONDS)
                self.breakers.heard(endpoint.endpoint_id, well=heard.taken)
                return heard

        return await asyncio.gather(*(answer(one) for one in leased))

    async def _keep(
        self, endpoint: WebhookEndpoint, leased: Sequence[_Leased], answers: Sequence[WebhookAnswer | None], leased_at: datetime
    ) -> None:
        """An attempt before its time costs an event nothing where it fails: it was about the end point."""
        tried: list[Tried] = []
        untried: dict[EventId, datetime] = {}
        for one, answer in zip(leased, answers, strict=True):
            if answer is None or (one.due_at > leased_at and not answer.taken):
                untried[one.event.event_id] = one.due_at
            else:
                tried.append(self._tried(one, answer))
        gone = any(answer is not None and answer.gone for answer in answers)
        async with self.database.transaction() as connection:
            if gone:
                await self._disable(connection, endpoint)
            await webhooks.record(connection, endpoint.endpoint_id, tried)
            await webhooks.release(connection, endpoint.endpoint_id, untried)
        if gone:
            await self.refresh()

    def _tried(self, one: _Leased, answer: WebhookAnswer) -> Tried:
        now, event_id = self.clock.now(), one.event.event_id
        if answer.taken:
            return Tried(event_id, answer.said, now, delivered_at=now)
        pause = timedelta(milliseconds=pause_milliseconds(one.attempts, self.chance(), LONGEST_PAUSE_SECONDS))
        given_up = one.attempts + 1 >= PARKED_AFTER_ATTEMPTS and not answer.gone
        return Tried(event_id, answer.said, now + pause, parked_at=now if given_up else None)

    async def _disable(self, connection: Connection, endpoint: WebhookEndpoint) -> None:
        """It has said that it is gone: what waits for it waits on, until its bank tests it anew."""
        rows = await locked(connection, self.clock, "switch")
        for known in await rows.webhooks_of(endpoint.bank):
            if known.endpoint_id == endpoint.endpoint_id and known.active:
                await rows.put_webhook(replace(known, status=WebhookStatus.DISABLED))
                _log.warning("webhook.disabled", endpoint_id=str(endpoint.endpoint_id), bank=endpoint.bank)
