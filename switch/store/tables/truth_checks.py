"""Truth checks: which payments were looked at again after their completion, and what their biller showed."""

from sqlalchemy import Column, Index, Integer, Table, Text, text

from switch.store.tables.schema import bucket_column, id_column, metadata, moment, one_of

truth_check = Table(
    "truth_check",
    metadata,
    bucket_column(),
    id_column("payment_id"),
    Column("looks", Integer, nullable=False),
    Column("finding", Text, nullable=False),
    moment("looked_at"),
    moment("next_look_at", nullable=True),
    one_of("finding", "settled", "still_due", "unknown"),
    Index("ix_truth_check_due", "next_look_at", postgresql_where=text("next_look_at IS NOT NULL")),
)
