"""Statements handed in by participants, how each side of a day was reconciled, and the breaks that were found."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import UUID

from switch.store.tables.schema import id_column, json_column, metadata, moment, one_of, text_key, xact_column

statement = Table(
    "statement",
    metadata,
    text_key("statement_id"),
    Column("statement_key", BigInteger, nullable=False, unique=True),
    Column("participant_code", Text, ForeignKey("participant.code"), nullable=False),
    Column("side", Text, nullable=False),
    Column("business_date", Date, nullable=False),
    Column("currency", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("lines", Integer, nullable=False),
    Column("total_minor", BigInteger, nullable=False),
    Column("fee_minor", BigInteger, nullable=False, server_default="0"),
    Column("layout", Text, nullable=False),
    Column("grouping", Text),
    Column("sha256", Text, nullable=False),
    moment("received_at"),
    xact_column(),
    one_of("side", "bank", "biller"),
    one_of("grouping", "day", "counterparty", "service", "own_reference"),
    Index("uq_statement_day", "participant_code", "business_date", "currency", "revision", unique=True),
    Index("ix_statement_order", "xact"),
    Index("uq_statement_content", "participant_code", "sha256", unique=True),
)

statement_line = Table(
    "statement_line",
    metadata,
    Column(
        "statement_key",
        BigInteger,
        primary_key=True,
        autoincrement=False,
        server_default=text("current_setting('switch.statement_key')::bigint"),
    ),
    Column("payment_id", UUID(as_uuid=True), primary_key=True),
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("own_reference", Text),
    Column("counterparty_code", Text),
    Column("customer_pseudonym", Text),
    Column("amount", Text, nullable=False),
    Column("minor", BigInteger, Computed("replace(amount, '.', '')::bigint", persisted=True), nullable=False),
    Column("business_date", Date, nullable=False),
    Column("reversed", Boolean, nullable=False),
    Column("fee_minor", BigInteger),
    Column("currency", Text),
    Column("service_code", Text),
)
"""Millions a day, so nothing is done for a single row: no foreign key, and one index that serves both questions (which lines has a
statement, and which of them is for this payment). The key comes from the transaction's own setting, so that a file can be poured in.
`payment_id` of a line that names no payment is made up (`domain/statements.py`)."""

received_file = Table(
    "received_file",
    metadata,
    id_column("received_id"),
    Column("participant_code", Text, ForeignKey("participant.code"), nullable=False),
    Column("name", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("signature", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("code", Text),
    Column("statement_id", Text, ForeignKey("statement.statement_id")),
    moment("received_at"),
    Column("digest", LargeBinary, nullable=False),
    one_of("outcome", "taken", "refused"),
    CheckConstraint("(outcome = 'taken') = (statement_id IS NOT NULL) AND (outcome = 'refused') = (code IS NOT NULL)", name="answer"),
    Index("ix_received_file_moment", "received_at", "received_id"),
    Index("ix_received_file_statement", "statement_id"),
    Index("uq_received_file_answer", "participant_code", "name", "sha256", "outcome", unique=True),
)
"""What came over SFTP, each with the signature that lay beside it."""

reconciled_side = Table(
    "reconciled_side",
    metadata,
    Column("business_date", Date, primary_key=True),
    text_key("currency"),
    Column("participant_code", Text, ForeignKey("participant.code"), primary_key=True),
    text_key("side"),
    Column("statement_id", Text, ForeignKey("statement.statement_id")),
    Column("matched", Integer, nullable=False),
    Column("compared_with", Text, nullable=False, server_default=""),
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
    json_column("differences", nullable=False),
    Column("state", Text, nullable=False),
    moment("opened_at"),
    moment("ended_at", nullable=True),
    Column("stage", Text, nullable=False, server_default="new"),
    Column("owner_code", Text, ForeignKey("participant.code")),
    Column("person", Text),
    moment("deadline"),
    Column("decided", Boolean, nullable=False, server_default=text("false")),
    Column("events", Integer, nullable=False, server_default="0"),
    one_of("side", "bank", "biller", "rtgs"),
    one_of("state", "open", "matched_later", "repaired", "accepted", "written_off", "rejected", "closed_by_rule"),
    one_of("stage", "new", "in_work", "repairing"),
    CheckConstraint("NOT decided OR state <> 'open'", name="decided"),
    CheckConstraint("jsonb_typeof(differences) = 'array'", name="differences"),
    Index("ix_break_day", "business_date", "break_id"),
    Index("ix_break_participant", "participant_code", "business_date", "break_id"),
    Index("ix_break_owner", "owner_code", "business_date", "break_id"),
    Index("ix_break_payment", "payment_id", postgresql_where=text("payment_id IS NOT NULL")),
)

statement_rule = Table(
    "statement_rule",
    metadata,
    id_column("change_id"),
    Column("participant_code", Text, ForeignKey("participant.code"), nullable=False),
    Column("carry_forward_days", Integer, nullable=False),
    Column("tolerance_minor", BigInteger, nullable=False),
    json_column("mapping"),
    Column("grouping", Text),
    moment("changed_at"),
    Column("by", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    one_of("grouping", "day", "counterparty", "service", "own_reference"),
    CheckConstraint("carry_forward_days BETWEEN 0 AND 31 AND tolerance_minor >= 0", name="limits"),
    Index("ix_statement_rule_participant", "participant_code", "changed_at", "change_id"),
)
"""How one participant's statements are read and compared; the newest counts, and none is ever edited."""

quarantined_statement = Table(
    "quarantined_statement",
    metadata,
    text_key("quarantine_id"),
    Column("participant_code", Text, ForeignKey("participant.code"), nullable=False),
    Column("layout", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False),
    moment("received_at"),
    json_column("faults", nullable=False),
    Index("ix_quarantined_statement_participant", "participant_code", "received_at", "quarantine_id"),
)
