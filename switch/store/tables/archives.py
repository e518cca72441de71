"""Archives of old business dates: the files on record, which payments are theirs, and the sums that they carry forward."""

from sqlalchemy import BigInteger, CheckConstraint, Column, Date, ForeignKey, Index, Integer, SmallInteger, Table, Text
from sqlalchemy.dialects.postgresql import INT8MULTIRANGE, UUID

from switch.store.tables.schema import bucket_column, id_column, json_column, metadata, moment, text_key, xact_column

archived_payment = Table(
    "archived_payment",
    metadata,
    bucket_column(),
    id_column("payment_id"),
    Column("bank_code", Text, nullable=False),
    Column("business_date", Date, nullable=False),
    Index("ix_archived_payment_date", "business_date", "bucket", "payment_id"),
)
"""From here on nothing of the payment changes; its rows go when the file of that business date is sealed."""

archived_reversal = Table(
    "archived_reversal",
    metadata,
    bucket_column(),
    id_column("reversal_id"),
    Column("payment_id", UUID(as_uuid=True), nullable=False),
)

archive = Table(
    "archive",
    metadata,
    Column("business_date", Date, primary_key=True),
    Column("name", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("payments", Integer, nullable=False),
    Column("leaves", INT8MULTIRANGE, nullable=False),
    json_column("totals", nullable=False),
    moment("recorded_at"),
    xact_column(),
    Index("ix_archive_order", "xact"),
)
"""`leaves`: where in the proof log its payments are; their hashes stay there."""

archive_removal = Table(
    "archive_removal",
    metadata,
    Column("business_date", Date, ForeignKey("archive.business_date"), primary_key=True),
    Column("bucket_reached", SmallInteger, nullable=False),
    Column("payment_reached", UUID(as_uuid=True), nullable=False),
    Column("removed", Integer, nullable=False),
    moment("finished_at", nullable=True),
    CheckConstraint("removed >= 0", name="removed"),
)
"""How far the rows of a date are out of the hot tables."""

archived_balance = Table(
    "archived_balance",
    metadata,
    Column("business_date", Date, ForeignKey("archive.business_date"), primary_key=True),
    text_key("window_id"),
    text_key("account_code"),
    text_key("currency"),
    Column("minor", BigInteger, nullable=False),
    Column("debit_minor", BigInteger, nullable=False),
)
"""What the postings that are out of the hot tables came to: carried forward, so that every sum stays what it was."""

archived_movement = Table(
    "archived_movement",
    metadata,
    Column("business_date", Date, ForeignKey("archive.business_date"), primary_key=True),
    text_key("window_id"),
    text_key("bank_code"),
    text_key("biller_code"),
    text_key("currency"),
    Column("lines", Integer, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("payer_fee", BigInteger, nullable=False),
    Column("biller_fee", BigInteger, nullable=False),
    Column("switch_fee", BigInteger, nullable=False),
    Column("bank_fee", BigInteger, nullable=False),
    Column("central_bank_fee", BigInteger, nullable=False),
    Column("tax", BigInteger, nullable=False),
    Column("written_off_minor", BigInteger, nullable=False),
    Column("billed_minor", BigInteger, nullable=False),
)
"""The same of the movements of windows; `billed_minor` is what they have paid of bills."""
