"""Privacy: how long data is kept, how far erasing and re-encrypting have come, and who has looked at a payer's data."""

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, Integer, LargeBinary, SmallInteger, Table, Text
from sqlalchemy.dialects.postgresql import UUID

from switch.store.tables.schema import id_column, metadata, moment, text_key, xact_column

retention_rule = Table(
    "retention_rule",
    metadata,
    id_column("change_id"),
    Column("kind", Text, nullable=False),
    Column("days", Integer, nullable=False),
    moment("changed_at"),
    Column("by", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    CheckConstraint("days > 0", name="days"),
    Index("ix_retention_rule_kind", "kind", "changed_at", "change_id"),
)
"""The newest of a kind counts, and none is ever edited."""

privacy_progress = Table(
    "privacy_progress",
    metadata,
    text_key("task"),
    text_key("part"),
    Column("after_bucket", SmallInteger, nullable=False),
    Column("after_id", UUID(as_uuid=True), nullable=False),
    Column("done", BigInteger, nullable=False),
    moment("begun_at"),
    moment("finished_at", nullable=True),
)
"""How far a task has gone: `erase` through a bank's payments, or `key-2`, for the second master key, through a table."""

personal_data_look = Table(
    "personal_data_look",
    metadata,
    id_column("look_id"),
    Column("payment_id", UUID(as_uuid=True), nullable=False, index=True),
    Column("by", Text, nullable=False),
    Column("reason", Text, nullable=False),
    moment("looked_at"),
    xact_column(),
    Index("ix_personal_data_look_order", "xact"),
)
