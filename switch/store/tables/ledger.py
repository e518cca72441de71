"""The ledger's tables: accounts, positions with the history of their caps, journal entries and postings."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import UUID

from switch.store.tables.schema import bucket_column, id_column, metadata, moment, text_key, xact_column

account = Table(
    "account",
    metadata,
    text_key("code"),
    Column("kind", Text, nullable=False),
    Column("participant_code", Text, ForeignKey("participant.code")),
    Column("counterparty_code", Text, ForeignKey("participant.code")),
)

position = Table(
    "position",
    metadata,
    text_key("bank_code"),
    text_key("currency"),
    Column("slot", SmallInteger, primary_key=True, autoincrement=False),
    Column("cap_minor", BigInteger, nullable=False),
    Column("held_minor", BigInteger, nullable=False),
    Column("posted_minor", BigInteger, nullable=False),
    Column("deposited_minor", BigInteger, nullable=False, server_default="0"),
    ForeignKeyConstraint(["bank_code"], ["participant.code"]),
    CheckConstraint("deposited_minor BETWEEN 0 AND cap_minor", name="deposited_within_cap"),
)

cap_change = Table(
    "cap_change",
    metadata,
    id_column("change_id"),
    Column("bank_code", Text, ForeignKey("participant.code"), nullable=False),
    Column("currency", Text, nullable=False),
    Column("cap_minor", BigInteger, nullable=False),
    moment("changed_at"),
    Column("by", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    xact_column(),
    Column("deposited_minor", BigInteger, nullable=False, server_default="0"),
    Index("ix_cap_change_order", "xact"),
)

journal_entry = Table(
    "journal_entry",
    metadata,
    bucket_column(),
    id_column("entry_id"),
    Column("kind", Text, nullable=False),
    Column("window_id", Text, nullable=False),
    Column("business_date", Date, nullable=False),
    Column("payment_id", UUID(as_uuid=True)),
    moment("created_at"),
    Column("digest", LargeBinary, nullable=False),
    xact_column(),
    Index("ix_journal_entry_window", "window_id", "bucket", "entry_id"),
    Index("ix_journal_entry_order", "xact", "bucket", "entry_id"),
    Index("uq_journal_entry_payment", "bucket", "payment_id", unique=True, postgresql_where=text("kind = 'payment_completed'")),
    Index("ix_journal_entry_reversed", "bucket", "payment_id", postgresql_where=text("kind = 'payment_reversed'")),
)

posting = Table(
    "posting",
    metadata,
    bucket_column(),
    id_column("entry_id"),
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("account_code", Text, nullable=False),
    Column("minor", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("window_id", Text, nullable=False),
    Column("business_date", Date, nullable=False),
)
