"""Outages of billers, as they were declared: a small reference table of the directory."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Table, Text

from switch.store.tables.schema import id_column, metadata, moment

outage = Table(
    "outage",
    metadata,
    id_column("outage_id"),
    Column("biller_code", Text, ForeignKey("participant.code"), nullable=False),
    moment("begins_at"),
    moment("ends_at"),
    Column("reason_ar", Text, nullable=False),
    Column("reason_en", Text, nullable=False),
    moment("withdrawn_at", nullable=True),
    moment("changed_at"),
    CheckConstraint("begins_at < ends_at", name="times"),
    Index("ix_outage_biller", "biller_code", "ends_at"),
)
