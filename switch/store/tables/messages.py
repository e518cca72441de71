"""Messages as they came over the lines: of each bank's order, and of each question to a biller about a payment."""

from sqlalchemy import Column, DateTime, LargeBinary, Table, Text
from sqlalchemy.dialects.postgresql import UUID

from switch.store.tables.schema import bucket_column, id_column, metadata, moment, one_of, text_key

order_message = Table(
    "order_message",
    metadata,
    bucket_column(),
    id_column("order_id"),
    Column("content", LargeBinary, nullable=False),
)
"""`order_id` is the payment's, reversal's or batch's own. When it came is written there; its digest stands in the sealed history."""

biller_message = Table(
    "biller_message",
    metadata,
    bucket_column(),
    Column("payment_id", UUID(as_uuid=True), primary_key=True),
    Column("asked_at", DateTime(timezone=True), primary_key=True),
    text_key("what"),
    Column("question", LargeBinary, nullable=False),
    moment("answered_at", nullable=True),
    Column("answer", LargeBinary, nullable=False),
    Column("fault", Text, nullable=False),
    one_of("what", "pay", "enquire", "reverse", "advise"),
)
