"""DuckDB as the reference of a reconciliation: three CSV files read, full-joined, and what does not agree counted."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

_JOINED = """
    SELECT count(*),
        count(*) FILTER (WHERE ours.amount_minor = bank.minor AND ours.biller_code = bank.counterparty AND ours.bank_code = bank.owner
            AND ours.customer_reference = bank.customer_reference AND ours.bank_reference = bank.own_reference
            AND ours.amount_minor = biller.minor AND ours.bank_code = biller.counterparty AND ours.biller_code = biller.owner
            AND ours.customer_reference = biller.customer_reference AND ours.biller_reference = biller.own_reference)
    FROM read_csv($switch, header = true, types = {'customer_reference': 'VARCHAR'}) AS ours
    FULL JOIN read_csv($bank, header = true, types = {'customer_reference': 'VARCHAR'}) AS bank USING (payment_id)
    FULL JOIN read_csv($biller, header = true, types = {'customer_reference': 'VARCHAR'}) AS biller USING (payment_id)
"""


@dataclass(frozen=True, slots=True)
class Joined:
    seconds: float
    rows: int
    agreeing: int


def full_join(files: Mapping[str, Path], folder: Path) -> Joined:
    """`folder` takes what does not fit in memory."""
    with duckdb.connect(config={"temp_directory": str(folder)}) as connection:
        began = time.monotonic()
        row = connection.execute(_JOINED, {side: str(path) for side, path in files.items()}).fetchone()
        seconds = time.monotonic() - began
    assert row is not None
    return Joined(seconds, int(row[0]), int(row[1]))
