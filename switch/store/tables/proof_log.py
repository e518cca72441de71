"""The proof log: a leaf for each sealed row, some subtrees, the signed heads, the one row where the log ends, and balances up to there."""

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, Index, LargeBinary, SmallInteger, Table, Text

from switch.store.tables.schema import metadata, moment, text_key

proof_leaf = Table(
    "proof_leaf",
    metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)

proof_node = Table(
    "proof_node",
    metadata,
    Column("level", SmallInteger, primary_key=True, autoincrement=False),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary, nullable=False),
)
"""Whole subtrees of every eighth level only: the others are computed from at most 256 of these, or of leaves."""

proof_head = Table(
    "proof_head",
    metadata,
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("sealed_below", BigInteger, nullable=False),
    Column("note", Text, nullable=False),
    moment("signed_at"),
    Index("ix_proof_head_sealed", "sealed_below"),
)
"""A signed head, and up to which database transaction, itself left out, everything is in its tree."""

proof_end = Table(
    "proof_end",
    metadata,
    Column("only_row", Boolean, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("sealed_below", BigInteger, nullable=False),
    Column("peaks", LargeBinary, nullable=False),
    Column("heads", BigInteger, nullable=False, server_default="0"),
    CheckConstraint("only_row", name="only_row"),
)
"""One row: whoever seals has it locked, so that nothing is sealed twice."""

sealed_balance = Table(
    "sealed_balance",
    metadata,
    text_key("account_code"),
    text_key("currency"),
    Column("debit_minor", BigInteger, nullable=False),
    Column("credit_minor", BigInteger, nullable=False),
    CheckConstraint("debit_minor >= 0 AND credit_minor >= 0", name="of_each_side"),
)
"""What the entries that are sealed, archived ones too, have debited and credited each account: rolled up with each head."""
