"""Before a closed window is sent: what its debtors were asked and said, what two people have decided, what defaults have changed."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import UUID

from switch.store.tables.schema import metadata, moment, one_of, text_key


def _of_window() -> Column[str]:
    return Column("window_id", Text, ForeignKey("settlement_window.window_id"), primary_key=True)


def _number(name: str = "number") -> Column[int]:
    return Column(name, SmallInteger, primary_key=True, autoincrement=False)


settlement_rule = Table(
    "settlement_rule",
    metadata,
    text_key("currency"),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("approval_seconds", Integer, nullable=False),
    Column("silence", Text, nullable=False),
    Column("sharing", Text, nullable=False),
    moment("changed_at"),
    Column("by", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    CheckConstraint("approval_seconds >= 0", name="approval_seconds"),
    one_of("silence", "approves", "stops"),
    one_of("sharing", "by_cap", "by_payments", "equally"),
)
"""Every rule that was set; a currency's newest counts."""

window_approval = Table(
    "window_approval",
    metadata,
    _of_window(),
    _number("round"),
    Column("participant_code", Text, ForeignKey("participant.code"), primary_key=True),
    Column("net_minor", BigInteger, nullable=False),
    moment("asked_at"),
    moment("until"),
    Column("silence", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    CheckConstraint("net_minor > 0", name="net_minor"),
    one_of("silence", "approves", "stops"),
)

window_answer = Table(
    "window_answer",
    metadata,
    _of_window(),
    _number("round"),
    text_key("participant_code"),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("approves", Boolean, nullable=False),
    Column("reason", Text),
    moment("answered_at"),
    Column("by", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    CheckConstraint("approves = (reason IS NULL)", name="reason"),
)

window_decision = Table(
    "window_decision",
    metadata,
    _of_window(),
    _number(),
    Column("round", SmallInteger, nullable=False),
    Column("kind", Text, nullable=False),
    moment("decided_at"),
    Column("by", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("proposal_id", UUID(as_uuid=True), nullable=False),
    Column("digest", LargeBinary, nullable=False),
    one_of("kind", "overridden", "withheld", "recomputed", "moved", "lapsed"),
    Index("uq_window_decision_proposal", "proposal_id", unique=True),
)

window_claim = Table(
    "window_claim",
    metadata,
    _of_window(),
    Column("of_window_id", Text, nullable=False, primary_key=True),
    _number(),
    text_key("defaulter_code"),
    text_key("creditor_code"),
    text_key("source"),
    Column("minor", BigInteger, nullable=False),
    Column("carried", Boolean, nullable=False),
    Column("since_attempt", SmallInteger, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    CheckConstraint("minor > 0", name="minor"),
    CheckConstraint("defaulter_code <> creditor_code", name="another"),
    CheckConstraint("carried = (window_id <> of_window_id)", name="carried"),
    one_of("source", "guarantee", "share"),
    Index("ix_window_claim_defaulter", "defaulter_code", postgresql_where=text("carried")),
)
"""By which decision (`of_window_id`, `number`) who covers how much for whom in a window, and in another one is owed it."""
