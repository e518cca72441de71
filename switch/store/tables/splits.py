"""Splits of services over settlement accounts, and what each account received for a closed window."""

from sqlalchemy import BigInteger, Column, Date, ForeignKey, Index, LargeBinary, Table, Text

from switch.store.tables.schema import json_column, metadata, text_key

settlement_split = Table(
    "settlement_split",
    metadata,
    text_key("split_id"),
    Column("service_code", Text, ForeignKey("service.code"), nullable=False),
    Column("currency", Text, nullable=False),
    Column("effective_from", Date, nullable=False),
    json_column("parts", nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Index("uq_settlement_split_day", "service_code", "effective_from", unique=True),
)

window_account = Table(
    "window_account",
    metadata,
    Column("window_id", Text, ForeignKey("settlement_window.window_id"), primary_key=True),
    text_key("bank_code"),
    text_key("biller_code"),
    text_key("account_bank"),
    text_key("account_number"),
    Column("minor", BigInteger, nullable=False),
)
"""Empty bank and number: the biller's own account. Only of billers some of whose payments were split."""
