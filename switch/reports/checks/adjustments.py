"""Adjustments: each is what its digest was made of, of a payment that is there, and posts exactly its own journal entry."""

from sqlalchemy import text

from switch.domain.ledger import Posting
from switch.reports.checks.examination import UNREADABLE, Examination
from switch.store.adjustments import from_row

NAME, INVARIANT = "adjustments", "I14"

_COUNT = text("SELECT count(*) FROM adjustment")
_ROWS = text("""
    SELECT adjustment.*, payment.bank_code AS payer, payment.biller_code AS payee, entry.kind AS entry_kind,
        entry.window_id AS entry_window,
        (SELECT jsonb_agg(jsonb_build_array(account_code, minor::text, currency) ORDER BY line) FROM posting
            WHERE posting.bucket = adjustment.bucket AND posting.entry_id = adjustment_id) AS postings
    FROM adjustment LEFT JOIN payment USING (bucket, payment_id)
    LEFT JOIN journal_entry AS entry ON entry.bucket = adjustment.bucket AND entry.entry_id = adjustment_id
    ORDER BY adjustment.bucket, adjustment_id
""")
_WITHOUT = text("""
    SELECT 'journal entry ' || entry_id, 'it adjusts, and there is no adjustment of it' FROM journal_entry AS entry
    WHERE kind IN ('fee_adjusted', 'break_written_off', 'fee_rerated')
      AND NOT EXISTS (SELECT FROM adjustment WHERE adjustment.bucket = entry.bucket AND adjustment_id = entry_id)
""")


async def examine(look: Examination) -> None:
    async for row in look.each(_ROWS, count=_COUNT):
        where = f"adjustment {row.adjustment_id}"
        try:
            made = from_row(row)
            expected = made.entry()
        except UNREADABLE as fault:
            look.finds(where, f"it cannot be read: {fault}")
            continue
        if made.digest() != row.digest:
            look.finds(where, "it is not what its digest was made of")
        stands = tuple(Posting(account, int(minor), currency) for account, minor, currency in row.postings or ())
        if (row.entry_kind, row.entry_window, stands) != (made.kind, made.window_id, expected.postings):
            look.finds(where, "its journal entry is not what it says", invariant="I5")
        if (row.payer, row.payee) != (made.bank, made.biller):
            look.finds(where, f"payment {made.payment_id} is not of its two participants")
    await look.where_wrong(_WITHOUT, invariant="I5")
