"""Payment batches: what was handed in, and whether all of it was answered. What became of a line stands under its key."""

from sqlalchemy import CheckConstraint, Column, Index, Integer, LargeBinary, Table, Text, text

from switch.store.tables.schema import bucket_column, id_column, json_column, metadata, moment, xact_column

payment_batch = Table(
    "payment_batch",
    metadata,
    bucket_column(),
    id_column("batch_id"),
    Column("bank_code", Text, nullable=False),
    Column("batch_reference", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("lines", Integer, nullable=False),
    moment("received_at"),
    moment("leased_until"),
    moment("done_at", nullable=True),
    moment("erased_at", nullable=True),
    xact_column(),
    CheckConstraint("lines > 0", name="lines"),
    Index("uq_payment_batch_reference", "bucket", "bank_code", "batch_reference", unique=True),
    Index("ix_payment_batch_order", "xact"),
    Index("ix_payment_batch_bank", "bank_code", "batch_id"),
    Index("ix_payment_batch_waiting", "leased_until", postgresql_where=text("done_at IS NULL")),
    Index("ix_payment_batch_not_erased", "received_at", postgresql_where=text("erased_at IS NULL")),
)

payment_batch_line = Table(
    "payment_batch_line",
    metadata,
    bucket_column(),
    id_column("batch_id"),
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("idempotency_key", Text),
    Column("request_digest", LargeBinary),
    Column("service_code", Text),
    json_column("content"),
    Column("personal", LargeBinary),
    json_column("refusal"),
    CheckConstraint("(refusal IS NULL) = (content IS NOT NULL)", name="an_order_or_a_refusal"),
    CheckConstraint("num_nulls(request_digest, service_code, content) IN (0, 3)", name="a_whole_order"),
)
