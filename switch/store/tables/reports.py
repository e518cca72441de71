"""Reports that were made, the moments of knowledge they were made for, and how breaks and sides stood at each moment."""

from sqlalchemy import BigInteger, Column, Date, ForeignKey, Index, Integer, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY

from switch.store.tables.schema import metadata, moment, text_key, xact_column

report_moment = Table(
    "report_moment",
    metadata,
    Column("known_at", moment("known_at").type, primary_key=True),
    Column("known_below", BigInteger, nullable=False),
    Column("known_without", ARRAY(BigInteger), nullable=False),
    moment("pinned_at"),
)
"""Which database transactions count as known at a moment: all below the one, without those that were still under way. Said once."""

report_issued = Table(
    "report_issued",
    metadata,
    text_key("report_id"),
    text_key("layout"),
    text_key("sha256"),
    Column("content_sha256", Text, nullable=False),
    Column("queries_sha256", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("participant_code", Text, ForeignKey("participant.code")),
    moment("known_at"),
    Column("size", BigInteger, nullable=False),
    moment("issued_at"),
    Column("by", Text, nullable=False),
    Index("ix_report_issued_at", "issued_at"),
)
"""A report made again is the row that is there; what a newer program asks or draws otherwise is a second row beside it."""

break_standing = Table(
    "break_standing",
    metadata,
    Column("break_id", Text, ForeignKey("break.break_id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("state", Text, nullable=False),
    moment("ended_at", nullable=True),
    moment("at"),
    xact_column(),
)
"""How a break stood from a moment on; a trigger of `break` adds a row with each change of its state."""

side_standing = Table(
    "side_standing",
    metadata,
    Column("business_date", Date, primary_key=True),
    text_key("currency"),
    Column("participant_code", Text, ForeignKey("participant.code"), primary_key=True),
    text_key("side"),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("statement_id", Text, ForeignKey("statement.statement_id")),
    Column("matched", Integer, nullable=False),
    moment("at"),
    xact_column(),
)
"""How a side of a day compared from a moment on; a trigger of `reconciled_side` adds a row with each run that looked at it."""
