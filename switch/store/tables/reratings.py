"""Re-ratings: agreed on by two people, carried out payment by payment."""

from sqlalchemy import BigInteger, Column, Date, LargeBinary, Table, Text
from sqlalchemy.dialects.postgresql import UUID

from switch.store.tables.schema import metadata, moment, text_key

rerating = Table(
    "rerating",
    metadata,
    text_key("rerating_id"),
    Column("since", Date, nullable=False),
    Column("until", Date, nullable=False),
    Column("document", Text, nullable=False),
    Column("proposal_id", UUID(as_uuid=True), nullable=False, unique=True),
    Column("by", Text, nullable=False),
    moment("approved_at"),
    Column("digest", LargeBinary, nullable=False),
    Column("after_window", Text),
    Column("after_payment", UUID(as_uuid=True)),
    Column("payments", BigInteger, nullable=False, server_default="0"),
    Column("adjusted", BigInteger, nullable=False, server_default="0"),
    Column("waits", Text),
    moment("finished_at", nullable=True),
)
"""Its lines are in the document, as they were proposed; everything after the digest is how far it has come."""
