"""What is kept of positions as time goes by: warnings, snapshots, and what was paid in each quarter of an hour. Small.

Append-only, but for what retention thins out and takes away.
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
)

from switch.store.tables.schema import metadata, moment, text_key

_BANK = ["bank_code"], ["participant.code"]

cap_warning = Table(
    "cap_warning",
    metadata,
    text_key("bank_code"),
    text_key("currency"),
    text_key("window_id"),
    Column("level", SmallInteger, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("held_minor", BigInteger, nullable=False),
    Column("posted_minor", BigInteger, nullable=False),
    Column("cap_minor", BigInteger, nullable=False),
    moment("at"),
    Column("digest", LargeBinary, nullable=False),
    ForeignKeyConstraint(*_BANK),
    ForeignKeyConstraint(["window_id"], ["settlement_window.window_id"]),
    CheckConstraint("number > 0", name="number"),
    Index("ix_cap_warning_at", "at"),
)
"""Odd numbers: the level was passed; even ones: the position has come down again, far enough for another warning."""

position_snapshot = Table(
    "position_snapshot",
    metadata,
    text_key("bank_code"),
    text_key("currency"),
    Column("taken_at", DateTime(timezone=True), primary_key=True),
    Column("cap_minor", BigInteger, nullable=False),
    Column("deposited_minor", BigInteger, nullable=False),
    Column("held_minor", BigInteger, nullable=False),
    Column("posted_minor", BigInteger, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    ForeignKeyConstraint(*_BANK),
    Index("ix_position_snapshot_taken_at", "taken_at"),
)

turnover = Table(
    "turnover",
    metadata,
    text_key("bank_code"),
    text_key("currency"),
    Column("begins_at", DateTime(timezone=True), primary_key=True),
    Column("paid_minor", BigInteger, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    ForeignKeyConstraint(*_BANK),
    Index("ix_turnover_begins_at", "begins_at"),
)
