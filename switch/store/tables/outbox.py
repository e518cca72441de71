"""The outbox: advices written in the transaction of the change they tell of, kept until acknowledged."""

from sqlalchemy import Column, Index, Integer, Table, Text, text
from sqlalchemy.dialects.postgresql import UUID

from switch.store.tables.schema import bucket_column, id_column, json_column, metadata, moment

outbox = Table(
    "outbox",
    metadata,
    bucket_column(),
    id_column("event_id"),
    Column("biller_code", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("payment_id", UUID(as_uuid=True), nullable=False),
    json_column("content", nullable=False),
    moment("created_at"),
    Column("attempts", Integer, nullable=False),
    moment("next_attempt_at"),
    moment("acknowledged_at", nullable=True),
    moment("parked_at", nullable=True),
    Index(
        "ix_outbox_due",
        "biller_code",
        "next_attempt_at",
        postgresql_where=text("acknowledged_at IS NULL AND parked_at IS NULL"),
    ),
    Index(
        "ix_outbox_parked",
        "biller_code",
        "event_id",
        postgresql_where=text("acknowledged_at IS NULL AND parked_at IS NOT NULL"),
    ),
    Index("ix_outbox_payment", "bucket", "payment_id"),
)
