"""What is told to webhook end points: queued with the change that it tells of, leased to be sent, delivered or parked."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.identifiers import EventId, ParticipantCode, PaymentId, WebhookEndpointId, bucket_of
from switch.domain.retries import waits_beyond
from switch.domain.webhooks import LONGEST_PAUSE_SECONDS, WebhookEvent, WebhookKind
from switch.store.database import Writing, as_rows, insert_rows
from switch.store.forwards import bring_forward, forward_of
from switch.store.tables.webhooks import webhook_delivery

_COLUMNS = (
    *("bucket", "event_id", "endpoint_id", "bank_code", "kind", "payment_id", "event_number", "moved"),
    *("created_at", "attempts", "next_attempt_at"),
)
_INSERT = insert_rows(webhook_delivery, _COLUMNS)
_WAITING = "delivered_at IS NULL AND parked_at IS NULL"
_DUE = text(f"""
    SELECT wanted.endpoint_id FROM unnest(CAST(:endpoints AS uuid[]), CAST(:beyond AS timestamptz[])) AS wanted (endpoint_id, beyond)
    WHERE EXISTS (SELECT FROM webhook_delivery AS waiting
                  WHERE waiting.endpoint_id = wanted.endpoint_id AND {_WAITING}
                    AND (next_attempt_at <= :now OR next_attempt_at > wanted.beyond))
""")  # noqa: S608 - our own words
_LEASE = text(f"""
    UPDATE webhook_delivery AS delivery SET next_attempt_at = CAST(:leased_until AS timestamptz)
    FROM (SELECT bucket, event_id, endpoint_id, next_attempt_at AS due_at FROM webhook_delivery AS waiting
          WHERE endpoint_id = :endpoint AND {_WAITING} AND (next_attempt_at <= :now OR next_attempt_at > :beyond)
            AND NOT EXISTS (SELECT FROM webhook_delivery AS earlier
                            WHERE earlier.bucket = waiting.bucket AND earlier.payment_id = waiting.payment_id
                              AND earlier.endpoint_id = waiting.endpoint_id AND earlier.event_number < waiting.event_number
                              AND earlier.delivered_at IS NULL AND earlier.parked_at IS NULL)
          ORDER BY next_attempt_at, event_id LIMIT :most FOR UPDATE SKIP LOCKED) AS due
    WHERE (delivery.bucket, delivery.event_id, delivery.endpoint_id) = (due.bucket, due.event_id, due.endpoint_id)
    RETURNING delivery.*, due.due_at
""")  # noqa: S608 - our own words
_OWN = "bucket = :bucket AND event_id = :event_id AND endpoint_id = :endpoint"
_TRIED = text(f"""
    UPDATE webhook_delivery SET attempts = attempts + 1, last_answer = CAST(:said AS text),
        delivered_at = CAST(:delivered_at AS timestamptz), parked_at = CAST(:parked_at AS timestamptz),
        next_attempt_at = CAST(:next_attempt_at AS timestamptz)
    WHERE {_OWN} AND {_WAITING}
""")  # noqa: S608 - our own words
_RELEASE = text(f"""
    UPDATE webhook_delivery SET next_attempt_at = untried.due_at
    FROM unnest(CAST(:buckets AS smallint[]), CAST(:ids AS uuid[]), CAST(:due_at AS timestamptz[])) AS untried (bucket, event_id, due_at)
    WHERE webhook_delivery.bucket = untried.bucket AND webhook_delivery.event_id = untried.event_id
      AND endpoint_id = :endpoint AND {_WAITING}
""")  # noqa: S608 - our own words
_PARK_ALL = text(f"UPDATE webhook_delivery SET parked_at = :now WHERE endpoint_id = :endpoint AND {_WAITING}")  # noqa: S608 - our own words
_ANEW = """
    UPDATE webhook_delivery SET delivered_at = NULL, parked_at = NULL, attempts = 0, next_attempt_at = CAST(:now AS timestamptz)
"""
_REPLAY = text(f"{_ANEW} WHERE {_OWN} RETURNING event_id")
_REPLAY_PARKED = text(f"{_ANEW} WHERE endpoint_id = :endpoint AND parked_at IS NOT NULL RETURNING event_id")


_FORWARD = forward_of("webhook_delivery", ("bucket", "event_id", "endpoint_id"), f"endpoint_id = :whose AND {_WAITING}")


class Leased(NamedTuple):
    """An event to send now, how often it was tried, and when it is due: later than now only where it was leased early."""

    event: WebhookEvent
    attempts: int
    due_at: datetime


class Tried(NamedTuple):
    """What an attempt has led to; where neither delivered nor parked, when the next one is."""

    event_id: EventId
    said: str
    next_attempt_at: datetime
    delivered_at: datetime | None = None
    parked_at: datetime | None = None


async def append(connection: Writing, events: Sequence[WebhookEvent]) -> None:
    rows = [
        {
            "bucket": bucket_of(event.event_id),
            "event_id": event.event_id,
            "endpoint_id": event.endpoint_id,
            "bank_code": event.bank,
            "kind": event.kind,
            "payment_id": event.payment_id,
            "event_number": event.number,
            "moved": orjson.dumps(event.moved).decode(),
            "created_at": event.created_at,
            "attempts": 0,
            "next_attempt_at": event.created_at,
        }
        for event in events
    ]
    await connection.execute(_INSERT, as_rows(rows))


async def endpoints_due(
    connection: AsyncConnection, endpoints: Mapping[WebhookEndpointId, datetime], now: datetime
) -> list[WebhookEndpointId]:
    """Those of them for which something is due, or waits beyond the moment that stands beside them."""
    parameters = {"endpoints": list(endpoints), "beyond": list(endpoints.values()), "now": now}
    return list((await connection.execute(_DUE, parameters)).scalars())


async def lease_due(
    connection: AsyncConnection, endpoint: WebhookEndpointId, now: datetime, lease_seconds: int, most: int, *, early: bool = False
) -> list[Leased]:
    """Events to send now, oldest first; of each payment the first that waits and no other. `early`: also before their time."""
    leased_until = now + timedelta(seconds=lease_seconds)
    beyond = waits_beyond(now, lease_seconds, LONGEST_PAUSE_SECONDS, early=early)
    parameters = {"endpoint": endpoint, "now": now, "beyond": beyond, "leased_until": leased_until, "most": most}
    rows = (await connection.execute(_LEASE, parameters)).all()
    leased = (Leased(from_row(row), row.attempts, row.due_at if early else min(row.due_at, now)) for row in rows)
    return sorted(leased, key=lambda one: one.event.event_id)


async def bring_forward_of(connection: AsyncConnection, endpoint: WebhookEndpointId, now: datetime, beyond: datetime) -> bool:
    """What waits for an end point that is back; whether there may be more."""
    return await bring_forward(connection, _FORWARD, endpoint, now, beyond)


async def record(connection: AsyncConnection, endpoint: WebhookEndpointId, attempts: Sequence[Tried]) -> None:
    rows = [{"bucket": bucket_of(tried.event_id), "endpoint": endpoint, **tried._asdict()} for tried in attempts]
    if rows:
        await connection.execute(_TRIED, rows)


async def release(connection: AsyncConnection, endpoint: WebhookEndpointId, untried: Mapping[EventId, datetime]) -> None:
    """Give back leased events, each to its former time, as if they had not been tried."""
    keys = {"buckets": [bucket_of(event) for event in untried], "ids": list(untried), "due_at": list(untried.values())}
    await connection.execute(_RELEASE, {**keys, "endpoint": endpoint})


async def park_all(connection: AsyncConnection, endpoint: WebhookEndpointId, now: datetime) -> None:
    await connection.execute(_PARK_ALL, {"endpoint": endpoint, "now": now})


async def replay(connection: AsyncConnection, endpoint: WebhookEndpointId, event: EventId, now: datetime) -> bool:
    """Whether there was such an event; it waits anew, delivered or not."""
    parameters = {"bucket": bucket_of(event), "event_id": event, "endpoint": endpoint, "now": now}
    return (await connection.execute(_REPLAY, parameters)).one_or_none() is not None


async def replay_parked(connection: AsyncConnection, endpoint: WebhookEndpointId, now: datetime) -> int:
    """How many were parked; all of them wait anew."""
    return len((await connection.execute(_REPLAY_PARKED, {"endpoint": endpoint, "now": now})).all())


def from_row(row: Row[Any]) -> WebhookEvent:
    return WebhookEvent(
        event_id=EventId(row.event_id),
        endpoint_id=WebhookEndpointId(row.endpoint_id),
        bank=ParticipantCode(row.bank_code),
        kind=WebhookKind(row.kind),
        payment_id=None if row.payment_id is None else PaymentId(row.payment_id),
        number=row.event_number,
        moved=row.moved,
        created_at=row.created_at,
    )
