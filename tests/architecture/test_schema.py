"""The schema keeps the rules by which it can be distributed later: the bucket is first in every key of a hot table."""

import pytest
from sqlalchemy import BigInteger, DateTime, Float, Identity, Numeric, SmallInteger, Table
from sqlalchemy.dialects.postgresql import JSONB

from switch.store.tables import metadata

HOT = {
    "inquiry",
    "bill",
    "payment",
    "payment_event",
    "journal_entry",
    "order_message",
    "biller_message",
    "posting",
    "outbox",
    "payment_batch",
    "payment_batch_line",
    "reversal",
    "truth_check",
    "adjustment",
    "webhook_delivery",
    "archived_payment",
    "archived_reversal",
}
OWN_KEY = {"idempotency"}
"""The one hot table whose key is the bank's, because a bank asks by its key alone."""
KEYED_BY_OWNER = {"position"}
TABLES = sorted(metadata.tables.values(), key=lambda table: table.name)
HOT_TABLES = [table for table in TABLES if table.name in HOT]


def test_every_hot_table_is_known() -> None:
    bucketed = {table.name for table in TABLES if "bucket" in table.c}
    assert bucketed == HOT
    assert set(metadata.tables) >= OWN_KEY | KEYED_BY_OWNER


@pytest.mark.parametrize("table", HOT_TABLES, ids=lambda table: table.name)
def test_the_bucket_is_first_in_every_key_of_a_hot_table(table: Table) -> None:
    assert isinstance(table.c.bucket.type, SmallInteger)
    assert table.primary_key.columns.keys()[0] == "bucket"
    for constraint in table.foreign_key_constraints:
        assert constraint.column_keys[0] == "bucket", f"{table.name} points out of its bucket: {constraint.column_keys}"
        assert constraint.elements[0].target_fullname.endswith(".bucket")
    for index in table.indexes:
        assert not index.unique or index.columns.keys()[0] == "bucket", f"{index.name} is unique across buckets"


@pytest.mark.parametrize("table", HOT_TABLES, ids=lambda table: table.name)
def test_a_hot_table_is_not_pointed_at_from_elsewhere(table: Table) -> None:
    pointing = [other.name for other in TABLES for key in other.foreign_keys if key.column.table is table and other.name not in HOT]
    assert pointing == []


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_money_and_time_have_one_type(table: Table) -> None:
    for column in table.c:
        assert not isinstance(column.type, Float | Numeric), f"{table.name}.{column.name} is not whole minor units"
        if column.name.endswith("minor") or column.name in ("payer_fee", "biller_fee", "tax"):
            assert isinstance(column.type, BigInteger), f"{table.name}.{column.name}"
        if isinstance(column.type, DateTime):
            assert column.type.timezone, f"{table.name}.{column.name} has no zone"


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_no_sequence_is_an_order(table: Table) -> None:
    """Serial and identity columns are of one machine; ids are made by the application. A number in a history orders ties only."""
    autonumbered = [column.name for column in table.c if isinstance(column.server_default, Identity) or column.autoincrement is True]
    assert autonumbered in ([], ["number"]), f"{table.name} counts {autonumbered}"


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_table_has_a_key_and_every_constraint_a_name(table: Table) -> None:
    assert table.primary_key.columns
    for constraint in table.constraints:
        assert constraint.name is not None, f"{table.name}: {constraint}"


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_json_is_for_what_is_kept_and_never_for_what_is_asked(table: Table) -> None:
    documents = {f"{table.name}.{column.name}" for column in table.c if isinstance(column.type, JSONB)}
    indexed = {f"{table.name}.{name}" for index in table.indexes for name in index.columns.keys()}  # noqa: SIM118
    assert not documents & indexed
