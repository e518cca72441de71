"""The journal: entries and postings, only ever added."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import text

from switch.domain.identifiers import bucket_of
from switch.domain.ledger import JournalEntry
from switch.store.database import Together, as_rows, insert_rows
from switch.store.tables.ledger import journal_entry
from switch.store.tables.schema import given_columns

_ENTRY_COLUMNS = given_columns(journal_entry)
_INSERT_ENTRIES = insert_rows(journal_entry, _ENTRY_COLUMNS)
# An entry brings its postings as columns: many times less to write and to read than a row for each.
_INSERT_POSTINGS = text("""
    INSERT INTO posting (bucket, entry_id, line, account_code, minor, currency, window_id, business_date)
    SELECT entry.bucket, entry.entry_id, leg.line, leg.account, leg.minor, leg.currency, entry.window_id, entry.business_date
    FROM json_to_recordset(CAST(:rows AS json)) AS entry
        (bucket smallint, entry_id uuid, window_id text, business_date date, accounts text[], minors bigint[], currencies text[])
    CROSS JOIN LATERAL unnest(accounts, minors, currencies) WITH ORDINALITY AS leg (account, minor, currency, line)
""")


async def append(together: Together, entries: Sequence[JournalEntry]) -> None:
    """Entries and postings in one statement: the database looks at its end whether each entry is whole and sums to zero."""
    rows = as_rows([_row(entry) for entry in entries])
    await together.execute(_INSERT_ENTRIES, rows)
    await together.execute(_INSERT_POSTINGS, rows)


def _row(entry: JournalEntry) -> dict[str, Any]:
    return {
        "bucket": bucket_of(entry.entry_id),
        "entry_id": entry.entry_id,
        "kind": entry.kind,
        "window_id": entry.window_id,
        "business_date": entry.business_date,
        "payment_id": entry.payment_id,
        "created_at": entry.created_at,
        "digest": entry.digest(),
        "accounts": [posting.account for posting in entry.postings],
        "minors": [posting.minor for posting in entry.postings],
        "currencies": [posting.currency for posting in entry.postings],
    }
