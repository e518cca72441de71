"""Settlement windows, the pointer to the open one, the bilateral matrix, instructions to the RTGS, holidays and files issued."""

from sqlalchemy import BigInteger, CheckConstraint, Column, Date, ForeignKey, Index, Integer, LargeBinary, SmallInteger, Table, Text, text

from switch.store.tables.schema import id_column, json_column, metadata, moment, one_of, text_key, xact_column

settlement_window = Table(
    "settlement_window",
    metadata,
    text_key("window_id"),
    Column("currency", Text, nullable=False),
    Column("business_date", Date, nullable=False),
    Column("number", SmallInteger, nullable=False),
    Column("state", Text, nullable=False),
    moment("opened_at"),
    moment("closes_at"),
    moment("closed_at", nullable=True),
    moment("settled_at", nullable=True),
    Column("rtgs_reference", Text),
    Column("attempt", SmallInteger, nullable=False),
    Column("reason", Text),
    Column("closed_by", Text),
    moment("files_issued_at", nullable=True),
    Column("moved_to", Text, ForeignKey("settlement_window.window_id")),
    Column("closed_xact", BigInteger),
    Column("settled_xact", BigInteger),
    xact_column(),
    one_of("state", "open", "closed", "settling", "settled", "aborted"),
    CheckConstraint("(state = 'open') = (closed_at IS NULL)", name="closed"),
    CheckConstraint("moved_to IS NULL OR (state = 'aborted' AND moved_to <> window_id)", name="moved"),
    Index("ix_settlement_window_moved_to", "moved_to", postgresql_where=text("moved_to IS NOT NULL")),
    CheckConstraint("(state = 'settled') = (settled_at IS NOT NULL)", name="settled"),
    Index("ix_settlement_window_closed", "closed_xact"),
    Index("ix_settlement_window_settled", "settled_xact"),
    Index("uq_settlement_window_day", "currency", "business_date", "number", unique=True),
    Index("uq_settlement_window_open", "currency", unique=True, postgresql_where=text("state = 'open'")),
)

open_window = Table(
    "open_window",
    metadata,
    text_key("currency"),
    Column("window_id", Text, ForeignKey("settlement_window.window_id"), nullable=False),
    Column("business_date", Date, nullable=False),
)

window_cell = Table(
    "window_cell",
    metadata,
    Column("window_id", Text, ForeignKey("settlement_window.window_id"), primary_key=True),
    text_key("debtor_code"),
    text_key("creditor_code"),
    Column("minor", BigInteger, nullable=False),
    CheckConstraint("minor > 0", name="minor"),
)

settlement_instruction = Table(
    "settlement_instruction",
    metadata,
    text_key("instruction_id"),
    Column("window_id", Text, ForeignKey("settlement_window.window_id"), nullable=False, index=True),
    json_column("legs", nullable=False),
    moment("created_at"),
    Column("status", Text),
    Column("rtgs_reference", Text),
    Column("reason", Text),
    moment("answered_at", nullable=True),
    Column("asked", Integer, nullable=False, server_default="0"),
    moment("next_attempt_at", nullable=True),
    one_of("status", "settled", "rejected"),
)

holiday = Table(
    "holiday",
    metadata,
    Column("day", Date, primary_key=True),
    Column("name_ar", Text, nullable=False),
    Column("name_en", Text, nullable=False),
)

cut_off = Table(
    "cut_off",
    metadata,
    text_key("currency"),
    Column("number", SmallInteger, primary_key=True, autoincrement=False),
    Column("minute_of_day", SmallInteger, nullable=False),
    CheckConstraint("minute_of_day BETWEEN 1 AND 1440", name="minute_of_day"),
)

calendar_change = Table(
    "calendar_change",
    metadata,
    id_column("change_id"),
    Column("currency", Text, nullable=False),
    json_column("content", nullable=False),
    moment("changed_at"),
    Column("by", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    xact_column(),
    Index("ix_calendar_change_order", "xact"),
)

file_layout = Table(
    "file_layout",
    metadata,
    Column("participant_code", Text, ForeignKey("participant.code"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("layout", Text, nullable=False),
    moment("chosen_at"),
    Column("by", Text, nullable=False),
)
"""Every choice that was made; a participant's newest counts for its next files."""

issued_file = Table(
    "issued_file",
    metadata,
    text_key("file_id"),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("participant_code", Text, ForeignKey("participant.code"), nullable=False),
    Column("window_id", Text, ForeignKey("settlement_window.window_id"), nullable=False),
    Column("business_date", Date, nullable=False),
    Column("currency", Text, nullable=False),
    Column("layout", Text, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("revision", SmallInteger, nullable=False),
    Column("previous_sha256", Text),
    Column("rtgs_reference", Text),
    moment("settled_at"),
    json_column("changes"),
    Column("lines", Integer, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("fee_minor", BigInteger, nullable=False),
    Column("net_minor", BigInteger, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False),
    moment("issued_at"),
    xact_column(),
    one_of("kind", "settlement", "statement"),
    Index("ix_issued_file_order", "xact"),
    Index("uq_issued_file_sequence", "participant_code", "kind", "currency", "sequence", "revision", unique=True),
    Index("uq_issued_file_window", "participant_code", "kind", "window_id", "revision", unique=True),
    Index("ix_issued_file_issued_at", "issued_at"),
)

file_receipt = Table(
    "file_receipt",
    metadata,
    Column("file_id", Text, ForeignKey("issued_file.file_id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("outcome", Text, nullable=False),
    json_column("reasons", nullable=False),
    moment("received_at"),
    Column("by", Text, nullable=False),
    one_of("outcome", "taken", "refused"),
)

file_chase = Table(
    "file_chase",
    metadata,
    Column("file_id", Text, ForeignKey("issued_file.file_id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    moment("chased_at"),
)
"""One row for each reminder: its number is how many times the time to acknowledge had gone by."""
