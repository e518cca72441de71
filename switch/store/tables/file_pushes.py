"""Pushed files: the servers of participants, every choice of them kept, and how far each file has come. Small."""

from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text, text

from switch.store.tables.schema import metadata, moment

push_place = Table(
    "push_place",
    metadata,
    Column("participant_code", Text, ForeignKey("participant.code"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("active", Boolean, nullable=False),
    Column("host", Text, nullable=False),
    Column("port", Integer, nullable=False),
    Column("user", Text, nullable=False),
    Column("folder", Text, nullable=False),
    Column("host_key", Text, nullable=False),
    moment("chosen_at"),
    Column("by", Text, nullable=False),
)
"""A participant's newest counts, for files issued from then on."""

file_push = Table(
    "file_push",
    metadata,
    Column("file_id", Text, ForeignKey("issued_file.file_id"), primary_key=True),
    Column("participant_code", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    moment("next_attempt_at"),
    moment("delivered_at", nullable=True),
    moment("parked_at", nullable=True),
    Column("last_answer", Text),
    CheckConstraint("delivered_at IS NULL OR parked_at IS NULL", name="delivered_or_parked"),
    Index(
        "ix_file_push_due",
        "participant_code",
        "next_attempt_at",
        postgresql_where=text("delivered_at IS NULL AND parked_at IS NULL"),
    ),
)
