"""Webhooks: the end points of banks with their secrets (small reference tables), and what is told to them (a hot table)."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text, text
from sqlalchemy.dialects.postgresql import UUID

from switch.store.tables.schema import bucket_column, id_column, json_column, metadata, moment, one_of

webhook_endpoint = Table(
    "webhook_endpoint",
    metadata,
    id_column("endpoint_id"),
    Column("bank_code", Text, ForeignKey("participant.code"), nullable=False),
    Column("url", Text, nullable=False),
    Column("status", Text, nullable=False),
    moment("created_at"),
    moment("changed_at"),
    one_of("status", "active", "disabled", "removed"),
    Index("uq_webhook_endpoint_url", "bank_code", "url", unique=True, postgresql_where=text("status <> 'removed'")),
)

webhook_secret = Table(
    "webhook_secret",
    metadata,
    id_column("secret_id"),
    Column("endpoint_id", UUID(as_uuid=True), ForeignKey("webhook_endpoint.endpoint_id"), nullable=False, index=True),
    Column("secret", LargeBinary, nullable=False),
    moment("created_at"),
    moment("valid_until", nullable=True),
)
"""Apart from its end point, so that neither the directory nor its history ever holds one."""

webhook_delivery = Table(
    "webhook_delivery",
    metadata,
    bucket_column(),
    id_column("event_id"),
    id_column("endpoint_id"),
    Column("bank_code", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("payment_id", UUID(as_uuid=True)),
    Column("event_number", Integer, nullable=False),
    json_column("moved", nullable=False),
    moment("created_at"),
    Column("attempts", Integer, nullable=False),
    moment("next_attempt_at"),
    moment("delivered_at", nullable=True),
    moment("parked_at", nullable=True),
    Column("last_answer", Text),
    CheckConstraint("delivered_at IS NULL OR parked_at IS NULL", name="delivered_or_parked"),
    Index(
        "ix_webhook_delivery_due",
        "endpoint_id",
        "next_attempt_at",
        postgresql_where=text("delivered_at IS NULL AND parked_at IS NULL"),
    ),
    Index("ix_webhook_delivery_parked", "endpoint_id", "event_id", postgresql_where=text("parked_at IS NOT NULL")),
    Index("ix_webhook_delivery_endpoint", "endpoint_id", "event_id"),
    Index("ix_webhook_delivery_payment", "bucket", "payment_id"),
)
