"""Statements handed in by participants, how each side of a day was reconciled, and the breaks that were found."""

from sqlalchemy import BigInteger, Boolean, Column, Date, ForeignKey, ForeignKeyConstraint, Index, Integer, SmallInteger, Table, Text, text
from sqlalchemy.dialects.postgresql import UUID

from switch.store.tables.schema import metadata, moment, one_of, text_key, xact_column

statement = Table(
    "statement",
    metadata,
    text_key("statement_id"),
    Column("participant_code", Text, ForeignKey("participant.code"), nullable=False),
    Column("side", Text, nullable=False),
    Column("business_date", Date, nullable=False),
    Column("currency", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("lines", Integer, nullable=False),
    Column("total_minor", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False),
    moment("received_at"),
    xact_column(),
    one_of("side", "bank", "biller"),
    Index("uq_statement_day", "participant_code", "business_date", "currency", "revision", unique=True),
    Index("ix_statement_order", "xact"),
    Index("uq_statement_content", "participant_code", "sha256", unique=True),
)

statement_line = Table(
    "statement_line",
    metadata,
    text_key("statement_id"),
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("bucket", SmallInteger, nullable=False),
    Column("payment_id", UUID(as_uuid=True), nullable=False),
    Column("own_reference", Text, nullable=False),
    Column("counterparty_code", Text, nullable=False),
    Column("customer_reference", Text, nullable=False),
    Column("minor", BigInteger, nullable=False),
    Column("business_date", Date, nullable=False),
    Column("reversed", Boolean, nullable=False),
    ForeignKeyConstraint(["statement_id"], ["statement.statement_id"]),
    Index("ix_statement_line_payment", "statement_id", "payment_id"),
)

reconciled_side = Table(
    "reconciled_side",
    metadata,
    Column("business_date", Date, primary_key=True),
    text_key("currency"),
    Column("participant_code", Text, ForeignKey("participant.code"), primary_key=True),
    text_key("side"),
    Column("statement_id", Text, ForeignKey("statement.statement_id")),
    Column("matched", Integer, nullable=False),
    moment("reconciled_at"),
    one_of("side", "bank", "biller"),
)

break_table = Table(
    "break",
    metadata,
    text_key("break_id"),
    Column("kind", Text, nullable=False),
    Column("side", Text, nullable=False),
    Column("participant_code", Text, ForeignKey("participant.code"), nullable=False),
    Column("business_date", Date, nullable=False),
    Column("currency", Text, nullable=False),
    Column("payment_id", UUID(as_uuid=True)),
    Column("minor", BigInteger, nullable=False),
    Column("ours", Text),
    Column("theirs", Text),
    Column("state", Text, nullable=False),
    moment("opened_at"),
    moment("ended_at", nullable=True),
    one_of("side", "bank", "biller"),
    one_of("state", "open", "matched_later"),
    Index("ix_break_day", "business_date", "break_id"),
    Index("ix_break_participant", "participant_code", "business_date", "break_id"),
    Index("ix_break_payment", "payment_id", postgresql_where=text("payment_id IS NOT NULL")),
)
