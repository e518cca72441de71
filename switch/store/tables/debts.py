"""Payments of defaulters' debts: agreed on by two people, asked of the RTGS or noted, and which claims each ends by how much."""

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text, text
from sqlalchemy.dialects.postgresql import UUID

from switch.store.tables.schema import metadata, moment, one_of, text_key

debt_payment = Table(
    "debt_payment",
    metadata,
    text_key("debt_payment_id"),
    Column("currency", Text, nullable=False),
    Column("defaulter_code", Text, ForeignKey("participant.code"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("way", Text, nullable=False),
    Column("minor", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("proposal_id", UUID(as_uuid=True), nullable=False, unique=True),
    moment("ordered_at"),
    Column("by", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("ordered_in", Text, ForeignKey("settlement_window.window_id"), nullable=False),
    Column("rtgs_reference", Text),
    moment("settled_at", nullable=True),
    Column("refused_because", Text),
    Column("window_id", Text, ForeignKey("settlement_window.window_id"), index=True),
    moment("concluded_at", nullable=True),
    Column("asked", Integer, nullable=False, server_default="0"),
    moment("next_attempt_at", nullable=True),
    one_of("way", "rtgs", "noted", "written_off"),
    one_of("state", "asked", "done", "refused"),
    CheckConstraint("minor > 0", name="minor"),
    CheckConstraint("(state = 'done') = (window_id IS NOT NULL)", name="window"),
    CheckConstraint("(state = 'asked') = (concluded_at IS NULL)", name="concluded"),
    CheckConstraint("(state = 'done' AND way <> 'written_off') = (rtgs_reference IS NOT NULL AND settled_at IS NOT NULL)", name="settled"),
    Index("uq_debt_payment_number", "currency", "defaulter_code", "number", unique=True),
    Index("uq_debt_payment_asked", "currency", "defaulter_code", unique=True, postgresql_where=text("state = 'asked'")),
    Index("uq_debt_payment_reference", "currency", "rtgs_reference", unique=True),
)

debt_part = Table(
    "debt_part",
    metadata,
    Column("debt_payment_id", Text, ForeignKey("debt_payment.debt_payment_id"), primary_key=True),
    Column("creditor_code", Text, ForeignKey("participant.code"), primary_key=True),
    text_key("source"),
    Column("minor", BigInteger, nullable=False),
    CheckConstraint("minor > 0", name="minor"),
    one_of("source", "guarantee", "share"),
)
