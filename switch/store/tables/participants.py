"""The directory: participants, keys, end points, services, tariff; its version and history. Small reference tables."""

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, Date, ForeignKey, Index, Integer, LargeBinary, Table, Text, text

from switch.store.tables.schema import id_column, json_column, metadata, moment, one_of, text_key, xact_column

directory_version = Table(
    "directory_version",
    metadata,
    Column("only_row", Boolean, primary_key=True),
    Column("version", BigInteger, nullable=False),
    CheckConstraint("only_row", name="only_row"),
)
"""One row: raised by a trigger with every change of the tables below, so that a process can ask cheaply whether to read them again."""

directory_change = Table(
    "directory_change",
    metadata,
    id_column("change_id"),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    json_column("content", nullable=False),
    moment("changed_at"),
    Column("by", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    xact_column(),
    Index("ix_directory_change_subject", "kind", "subject", "change_id"),
    Index("ix_directory_change_order", "xact"),
    one_of("kind", "participant", "key", "endpoint", "service", "tariff", "webhook", "outage", "limit", "staff", "staff_token", "split"),
)

participant = Table(
    "participant",
    metadata,
    text_key("code"),
    Column("kind", Text, nullable=False),
    Column("name_ar", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("category", Text),
    Column("governorate", Text),
    moment("changed_at"),
    one_of("kind", "bank", "wallet", "biller", "operator", "overseer"),
    one_of("status", "draft", "testing", "pilot", "live", "suspended", "closed"),
    Index(
        "uq_participant_authority",
        "kind",
        unique=True,
        postgresql_where=text("kind IN ('operator', 'overseer') AND status <> 'closed'"),
    ),
)

participant_key = Table(
    "participant_key",
    metadata,
    text_key("keyid"),
    Column("participant_code", Text, ForeignKey("participant.code"), nullable=False, index=True),
    Column("algorithm", Text, nullable=False),
    Column("public_pem", Text, nullable=False),
    Column("status", Text, nullable=False),
    moment("changed_at"),
    one_of("algorithm", "ecdsa-p256-sha256", "ed25519", "rsa-pss-sha512"),
    one_of("status", "proposed", "active", "retired", "revoked"),
)

biller_endpoint = Table(
    "biller_endpoint",
    metadata,
    Column("biller_code", Text, ForeignKey("participant.code"), primary_key=True),
    Column("protocol", Text, nullable=False),
    Column("url", Text, nullable=False),
    moment("changed_at"),
)

participant_limit = Table(
    "participant_limit",
    metadata,
    text_key("limit_id"),
    Column("participant_code", Text, ForeignKey("participant.code"), nullable=False, index=True),
    Column("what", Text, nullable=False),
    Column("burst", BigInteger),
    Column("per_second", BigInteger),
    moment("changed_at"),
    one_of("what", "payment", "inquiry", "status", "batch", "upload", "other", "bytes", "at_once"),
    CheckConstraint("limit_id = participant_code || ':' || what", name="named"),
    CheckConstraint("(burst IS NULL) = (per_second IS NULL) AND burst > 0 AND per_second >= 0", name="whole"),
)
"""What differs from the general limits; without numbers the general one holds again."""

service = Table(
    "service",
    metadata,
    text_key("code"),
    Column("biller_code", Text, ForeignKey("participant.code"), nullable=False, index=True),
    Column("name_ar", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("mode", Text, nullable=False),
    Column("reference_label_ar", Text, nullable=False),
    Column("reference_label_en", Text, nullable=False),
    Column("reference_pattern", Text, nullable=False),
    Column("reference_example", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("minimum_minor", BigInteger),
    Column("maximum_minor", BigInteger),
    Column("fixed_minor", BigInteger),
    Column("typical_minor", BigInteger),
    Column("cycle", Text),
    Column("open", Boolean, nullable=False),
    Column("answer_seconds", Integer, nullable=False),
    Column("certain_seconds", Integer, nullable=False),
    Column("overdue", Text, nullable=False),
    Column("reversal", Text, nullable=False),
    Column("reversal_seconds", Integer, nullable=False),
    Column("refunds", Text, nullable=False),
    Column("refund_fees", Text, nullable=False),
    Column("stand_in_limit_minor", BigInteger),
    Column("stand_in_total_minor", BigInteger),
    Column("digest", LargeBinary, nullable=False),
    moment("changed_at"),
    one_of("mode", "online", "uploaded", "prepaid", "fee"),
    one_of("rule", "exact", "up_to", "at_least", "range", "any"),
    one_of("overdue", "staff", "give_back", "force"),
    one_of("reversal", "never", "asked", "told"),
    one_of("refunds", "whole", "parts"),
    one_of("refund_fees", "kept", "shared"),
    CheckConstraint("reversal_seconds > 0", name="reversal_seconds"),
    CheckConstraint(
        "(stand_in_limit_minor IS NULL) = (stand_in_total_minor IS NULL) AND stand_in_limit_minor > 0"
        " AND stand_in_total_minor >= stand_in_limit_minor",
        name="stand_in",
    ),
    CheckConstraint("answer_seconds > 0 AND certain_seconds > answer_seconds", name="deadlines_nest"),
)

tariff = Table(
    "tariff",
    metadata,
    text_key("tariff_id"),
    Column("service_code", Text, ForeignKey("service.code")),
    Column("channel", Text),
    Column("from_minor", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("fixed_minor", BigInteger, nullable=False),
    Column("rate_ppm", Integer, nullable=False),
    Column("maximum_minor", BigInteger, nullable=False),
    Column("borne_by", Text, nullable=False),
    Column("switch_ppm", Integer, nullable=False),
    Column("bank_ppm", Integer, nullable=False),
    Column("tax_ppm", Integer, nullable=False),
    Column("effective_from", Date, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    one_of("borne_by", "payer", "biller"),
    CheckConstraint("least(from_minor, fixed_minor, rate_ppm, maximum_minor, switch_ppm, bank_ppm, tax_ppm) >= 0", name="not_negative"),
    CheckConstraint("switch_ppm + bank_ppm <= 1000000", name="split_fits"),
    Index(
        "uq_tariff_version",
        "service_code",
        "channel",
        "from_minor",
        "currency",
        "effective_from",
        unique=True,
        postgresql_nulls_not_distinct=True,
    ),
)
