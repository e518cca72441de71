"""The journal: entries and postings, only ever added."""

from collections.abc import Sequence
from typing import Any

from switch.domain.identifiers import bucket_of
from switch.domain.ledger import JournalEntry
from switch.store.database import Writing, as_rows, insert_rows
from switch.store.tables.ledger import journal_entry, posting
from switch.store.tables.schema import given_columns

_ENTRY_COLUMNS = given_columns(journal_entry)
_POSTING_COLUMNS = tuple(posting.c.keys())
_INSERT_ENTRIES = insert_rows(journal_entry, _ENTRY_COLUMNS)
_INSERT_POSTINGS = insert_rows(posting, _POSTING_COLUMNS)


async def append(connection: Writing, entries: Sequence[JournalEntry]) -> None:
    await connection.execute(_INSERT_ENTRIES, as_rows([_entry_row(entry) for entry in entries]))
    rows = [row for entry in entries for row in _posting_rows(entry)]
    await connection.execute(_INSERT_POSTINGS, as_rows(rows))


def _entry_row(entry: JournalEntry) -> dict[str, Any]:
    return {
        "bucket": bucket_of(entry.entry_id),
        "entry_id": entry.entry_id,
        "kind": entry.kind,
        "window_id": entry.window_id,
        "business_date": entry.business_date,
        "payment_id": entry.payment_id,
        "created_at": entry.created_at,
        "digest": entry.digest(),
    }


def _posting_rows(entry: JournalEntry) -> list[dict[str, Any]]:
    return [
        {
            "bucket": bucket_of(entry.entry_id),
            "entry_id": entry.entry_id,
            "line": line,
            "account_code": posting.account,
            "minor": posting.minor,
            "currency": posting.currency,
            "window_id": entry.window_id,
            "business_date": entry.business_date,
        }
        for line, posting in enumerate(entry.postings, 1)
    ]
