"""Records: digests of the rows of small tables, one for each change by the switch's own hand."""

from sqlalchemy import Column, Index, Integer, LargeBinary, Table

from switch.store.tables.schema import metadata, moment, text_key, xact_column

row_record = Table(
    "row_record",
    metadata,
    text_key("table_name"),
    text_key("row_name"),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("digest", LargeBinary),
    moment("at"),
    xact_column(),
    Index("ix_row_record_order", "xact"),
)
"""Without a digest: the row was taken away. The newest says how the row must stand (`store/row_records.py`)."""
