"""Incidents: when something that the switch lives on began to fail and when that ended; only added to. And when it was last alive."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Table, Text

from switch.store.tables.schema import id_column, metadata, moment, one_of, xact_column

incident = Table(
    "incident",
    metadata,
    id_column("incident_id"),
    Column("kind", Text, nullable=False),
    Column("participant_code", Text, ForeignKey("participant.code")),
    Column("purpose", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("begins", Boolean, nullable=False),
    moment("at"),
    xact_column(),
    one_of("kind", "breaker", "parked", "down"),
    Index("ix_incident_of", "kind", "participant_code", "purpose", "subject", "at"),
)
"""`begins` or ends. `purpose`: of a biller's line; `subject`: the advice that was parked."""

switch_seen = Table(
    "switch_seen",
    metadata,
    Column("only_row", Boolean, primary_key=True),
    moment("seen_at"),
)
"""One row: by any of its processes."""
