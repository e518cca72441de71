"""Webhook end points: rows and what they mean; and their secrets, which stay here but for whoever signs."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.identifiers import ParticipantCode, WebhookEndpointId, bucketed_id
from switch.domain.webhooks import Listening, WebhookEndpoint, WebhookStatus
from switch.store.vault import row_name, vault

_FIND = text("SELECT * FROM webhook_endpoint WHERE endpoint_id = :endpoint_id AND status <> 'removed'")
_LISTENING = text("""
    SELECT bank_code, endpoint_id FROM webhook_endpoint WHERE bank_code = ANY(CAST(:banks AS text[])) AND status = 'active'
    ORDER BY bank_code, endpoint_id
""")
_ADD_SECRET = text("""
    INSERT INTO webhook_secret (secret_id, endpoint_id, secret, created_at)
    VALUES (:secret_id, :endpoint_id, :secret, :now)
""")
_END_FORMER = text("""
    UPDATE webhook_secret SET valid_until = CAST(:valid_until AS timestamptz)
    WHERE endpoint_id = :endpoint_id AND (valid_until IS NULL OR valid_until > :valid_until)
""")
_FORGET = text("DELETE FROM webhook_secret WHERE endpoint_id = :endpoint_id AND valid_until <= :now")
_SECRETS = text("""
    SELECT secret_id, secret FROM webhook_secret WHERE endpoint_id = :endpoint_id AND (valid_until IS NULL OR valid_until > :now)
    ORDER BY created_at DESC, secret_id DESC
""")
SECRETS = "secrets"  # pragma: allowlist secret
"""In the vault: in the place of the participant."""


def webhook_of(row: Row[Any]) -> WebhookEndpoint:
    return WebhookEndpoint(
        endpoint_id=WebhookEndpointId(row.endpoint_id),
        bank=ParticipantCode(row.bank_code),
        url=row.url,
        status=WebhookStatus(row.status),
        created_at=row.created_at,
    )


def webhook_row(endpoint: WebhookEndpoint) -> dict[str, Any]:
    return {
        "endpoint_id": endpoint.endpoint_id,
        "bank_code": endpoint.bank,
        "url": endpoint.url,
        "status": endpoint.status,
        "created_at": endpoint.created_at,
    }


async def find(connection: AsyncConnection, endpoint_id: WebhookEndpointId) -> WebhookEndpoint | None:
    row = (await connection.execute(_FIND, {"endpoint_id": endpoint_id})).one_or_none()
    return None if row is None else webhook_of(row)


async def listening(connection: AsyncConnection, banks: Collection[ParticipantCode]) -> Listening:
    """Those of them that are active."""
    found: dict[ParticipantCode, list[WebhookEndpointId]] = {}
    for row in (await connection.execute(_LISTENING, {"banks": list(banks)})).all():
        found.setdefault(ParticipantCode(row.bank_code), []).append(WebhookEndpointId(row.endpoint_id))
    return found


async def add_secret(connection: AsyncConnection, endpoint_id: WebhookEndpointId, secret: str, now: datetime) -> None:
    secret_id = bucketed_id(0, now)
    kept = vault().put(SECRETS, row_name("webhook_secret", secret_id), [secret])
    parameters = {"secret_id": secret_id, "endpoint_id": endpoint_id, "secret": kept, "now": now}
    await connection.execute(_ADD_SECRET, parameters)


async def end_secrets(connection: AsyncConnection, endpoint_id: WebhookEndpointId, valid_until: datetime, now: datetime) -> None:
    """All that there are, by then at the latest; those whose time is over are forgotten."""
    await connection.execute(_END_FORMER, {"endpoint_id": endpoint_id, "valid_until": valid_until})
    await connection.execute(_FORGET, {"endpoint_id": endpoint_id, "now": now})


async def secrets_of(connection: AsyncConnection, endpoint_id: WebhookEndpointId, now: datetime) -> list[str]:
    """The newest first."""
    rows = (await connection.execute(_SECRETS, {"endpoint_id": endpoint_id, "now": now})).all()
    return [str((vault().take(SECRETS, row_name("webhook_secret", row.secret_id), row.secret) or [""])[0]) for row in rows]
