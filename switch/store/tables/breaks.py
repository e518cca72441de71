"""Work on breaks: history, attachments, terms, rules that close classes, and the adjustments that end some of them."""

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, Date, ForeignKey, Index, Integer, LargeBinary, Table, Text, text
from sqlalchemy.dialects.postgresql import UUID

from switch.store.tables.schema import bucket_column, id_column, json_column, metadata, moment, one_of, text_key

break_event = Table(
    "break_event",
    metadata,
    Column("break_id", Text, ForeignKey("break.break_id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    moment("at"),
    Column("by", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("note", Text, nullable=False),
    json_column("facts"),
    Column("proposal_id", UUID(as_uuid=True)),
    Column("digest", LargeBinary, nullable=False),
    Index("uq_break_event_proposal", "break_id", "proposal_id", unique=True, postgresql_where=text("proposal_id IS NOT NULL")),
)
"""A proposal is carried out once for each of its breaks."""

break_attachment = Table(
    "break_attachment",
    metadata,
    Column("break_id", Text, ForeignKey("break.break_id"), primary_key=True),
    text_key("sha256"),
    Column("name", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("size", Integer, nullable=False),
    moment("at"),
    Column("by", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
    CheckConstraint("size BETWEEN 1 AND 1000000 AND octet_length(content) = size", name="size"),
)

break_term = Table(
    "break_term",
    metadata,
    text_key("kind"),
    Column("changed_at", moment("changed_at").type, primary_key=True),
    Column("by", Text, nullable=False),
    Column("hours", Integer, nullable=False),
    Column("participant_acts", Boolean, nullable=False),
    CheckConstraint("hours BETWEEN 1 AND 8760", name="hours"),
)

closing_rule = Table(
    "closing_rule",
    metadata,
    id_column("rule_id"),
    Column("kind", Text, nullable=False),
    Column("participant_code", Text, ForeignKey("participant.code")),
    Column("most_minor", BigInteger, nullable=False),
    Column("most_days", Integer, nullable=False),
    Column("active", Boolean, nullable=False),
    moment("changed_at"),
    Column("by", Text, nullable=False),
    Column("proposal_id", UUID(as_uuid=True), nullable=False, unique=True),
    Column("digest", LargeBinary, nullable=False),
    CheckConstraint("most_minor >= 0 AND most_days BETWEEN 0 AND 31", name="limits"),
    Index("ix_closing_rule_kind", "kind", "participant_code", "changed_at"),
)

adjustment = Table(
    "adjustment",
    metadata,
    bucket_column(),
    id_column("adjustment_id"),
    Column("break_id", Text, nullable=False),
    Column("payment_id", UUID(as_uuid=True), nullable=False),
    Column("kind", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("bank_code", Text, nullable=False),
    Column("biller_code", Text, nullable=False),
    Column("payer_fee", BigInteger, nullable=False),
    Column("biller_fee", BigInteger, nullable=False),
    Column("switch_fee", BigInteger, nullable=False),
    Column("bank_fee", BigInteger, nullable=False),
    Column("central_bank_fee", BigInteger, nullable=False),
    Column("tax", BigInteger, nullable=False),
    Column("written_off_minor", BigInteger, nullable=False),
    Column("window_id", Text, nullable=False),
    Column("business_date", Date, nullable=False),
    moment("made_at"),
    Column("by", Text, nullable=False),
    Column("rerating", Text, nullable=False),
    Column("undoes", Boolean, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    one_of("kind", "fee_adjusted", "break_written_off", "fee_rerated"),
    CheckConstraint("payer_fee + biller_fee = switch_fee + bank_fee + central_bank_fee + tax - written_off_minor", name="adds_up"),
    CheckConstraint("(kind = 'fee_rerated') = (rerating <> '') AND (break_id = '') = (rerating <> '')", name="has_its_cause"),
    Index("ix_adjustment_window", "window_id"),
    Index("ix_adjustment_payment", "bucket", "payment_id"),
    Index(
        "uq_adjustment_rerating",
        *("bucket", "payment_id", "rerating"),
        unique=True,
        postgresql_where=text("rerating <> '' AND NOT undoes"),
    ),
)
"""Its id is that of its journal entry."""
