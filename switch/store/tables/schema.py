"""What all tables share: the metadata, its naming of constraints, and the types of columns that recur."""

from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, MetaData, SmallInteger, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB, UUID

_XACT = "xact"

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def bucket_column() -> Column[int]:
    """First in every key of a hot table, so that distributing the tables later is a migration and no redesign."""
    return Column("bucket", SmallInteger, primary_key=True, autoincrement=False)


def id_column(name: str) -> Column[Any]:
    return Column(name, UUID(as_uuid=True), primary_key=True)


def moment(name: str, *, nullable: bool = False) -> Column[Any]:
    return Column(name, DateTime(timezone=True), nullable=nullable)


def xact_column() -> Column[int]:
    """The database transaction that added the row: what is followed is followed in this order, and sealed in it."""
    return Column(_XACT, BigInteger, nullable=False, server_default=text("(pg_current_xact_id()::text)::bigint"))


def given_columns(table: Table) -> tuple[str, ...]:
    """All that whoever adds a row gives; the rest is the database's."""
    return tuple(column.name for column in table.c if column.name != _XACT)


def json_column(name: str, *, nullable: bool = True) -> Column[Any]:
    return Column(name, JSONB, nullable=nullable)


def one_of(column: str, *values: str, name: str | None = None) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=name or column)


def text_key(name: str) -> Column[str]:
    return Column(name, Text, primary_key=True)
