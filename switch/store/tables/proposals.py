"""Proposals: what two people must agree on, and what became of it."""

from sqlalchemy import CheckConstraint, Column, Index, Table, Text, text

from switch.store.tables.schema import id_column, json_column, metadata, moment, one_of

proposal = Table(
    "proposal",
    metadata,
    id_column("proposal_id"),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    json_column("content", nullable=False),
    json_column("effects", nullable=False),
    json_column("changes", nullable=False),
    Column("reason", Text, nullable=False),
    Column("proposed_by", Text, nullable=False),
    moment("proposed_at"),
    moment("expires_at"),
    Column("state", Text, nullable=False),
    Column("decided_by", Text),
    moment("decided_at", nullable=True),
    Column("decision_reason", Text),
    moment("carried_out_at", nullable=True),
    moment("effective_at", nullable=True),
    json_column("effects_again"),
    json_column("changes_again"),
    json_column("ending"),
    moment("due_at", nullable=True),
    one_of("state", "proposed", "approved", "refused", "expired", "failed", "withdrawn"),
    CheckConstraint(
        "state NOT IN ('approved', 'failed', 'withdrawn') OR (decided_by IS NOT NULL AND decided_by <> proposed_by)", name="two_people"
    ),
    CheckConstraint("carried_out_at IS NULL OR state = 'approved'", name="carried_out"),
    Index("ix_proposal_open", "kind", "subject", postgresql_where=text("state = 'proposed'")),
    CheckConstraint("(ending IS NOT NULL) = (state IN ('failed', 'withdrawn'))", name="ended"),
    CheckConstraint("due_at IS NULL OR (state = 'approved' AND carried_out_at IS NULL)", name="due"),
    Index("ix_proposal_due", "due_at", postgresql_where=text("due_at IS NOT NULL")),
)
