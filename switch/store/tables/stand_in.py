"""The table of stand-ins: what the switch has accepted in the place of billers that have not taken it yet."""

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Table, Text

from switch.store.tables.schema import metadata

stand_in = Table(
    "stand_in",
    metadata,
    Column("service_code", Text, ForeignKey("service.code"), primary_key=True),
    Column("outstanding_minor", BigInteger, nullable=False),
    CheckConstraint("outstanding_minor >= 0", name="outstanding"),
)
