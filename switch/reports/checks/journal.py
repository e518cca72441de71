"""The journal: each entry sums to zero, is what its digest was made of, every posting has its entry, and what is sealed was rolled up."""

from collections import defaultdict
from typing import Any

from sqlalchemy import Row, text

from switch.domain.identifiers import EntryId, PaymentId, WindowId, bucket_of
from switch.domain.ledger import EntryKind, JournalEntry, Posting
from switch.reports.checks.examination import Examination
from switch.store.sealed_balances import POSTED

NAME, INVARIANT = "journal", "I5"

_COUNT = text("SELECT count(*) FROM journal_entry")
_ROWS = text("""
    SELECT entry.*, lines.postings, lines.apart, lines.uneven, payment.state, payment.refunds, reversal.state AS reversal_state
    FROM journal_entry AS entry
    LEFT JOIN LATERAL (
        SELECT jsonb_agg(jsonb_build_array(posting.account_code, posting.minor::text, posting.currency) ORDER BY posting.line) AS postings,
            bool_or((posting.window_id, posting.business_date) IS DISTINCT FROM (entry.window_id, entry.business_date)) AS apart,
            count(*) <> max(posting.line) OR min(posting.line) <> 1 AS uneven
        FROM posting WHERE posting.bucket = entry.bucket AND posting.entry_id = entry.entry_id
    ) AS lines ON true
    LEFT JOIN payment ON payment.bucket = entry.bucket AND payment.payment_id = entry.payment_id
    LEFT JOIN reversal ON reversal.bucket = entry.bucket AND reversal.reversal_id = entry.entry_id
        AND reversal.payment_id = entry.payment_id
    ORDER BY entry.bucket, entry.entry_id
""")
_WITHOUT_ENTRY = text("""
    SELECT 'posting ' || entry_id || ' line ' || line, 'it has no journal entry' FROM posting
    WHERE NOT EXISTS (SELECT FROM journal_entry AS entry WHERE entry.bucket = posting.bucket AND entry.entry_id = posting.entry_id)
""")
_ROLLED_UP = text(f"""
    SELECT 'balance of ' || account_code || ' in ' || currency, 'it was rolled up to ' || coalesce(says.debit_minor, 0) || ' debit and '
        || coalesce(says.credit_minor, 0) || ' credit; its postings sum to ' || coalesce(anew.debit_minor, 0) || ' and '
        || coalesce(anew.credit_minor, 0)
    FROM sealed_balance AS says
    FULL JOIN (SELECT account_code, currency, sum(debit_minor)::bigint AS debit_minor, sum(credit_minor)::bigint AS credit_minor FROM (
            {POSTED.format(of="entry.xact < (SELECT sealed_below FROM proof_end)")}
            UNION ALL SELECT account_code, currency, debit_minor, debit_minor - minor FROM archived_balance
        ) AS side GROUP BY account_code, currency) AS anew USING (account_code, currency)
    WHERE (says.debit_minor, says.credit_minor) IS DISTINCT FROM (anew.debit_minor, anew.credit_minor)
    ORDER BY account_code, currency
""")  # noqa: S608 - our own words


async def examine(look: Examination) -> None:
    totals: defaultdict[str, int] = defaultdict(int)
    async for row in look.each(_ROWS, count=_COUNT):
        where = f"journal entry {row.entry_id}"
        postings = tuple(Posting(account, int(minor), currency) for account, minor, currency in row.postings or ())
        for posting in postings:
            totals[posting.currency] += posting.minor
        _entry(look, where, row, postings)
        if row.kind == EntryKind.PAYMENT_COMPLETED and row.state not in ("COMPLETED", "REVERSED"):
            look.finds(where, f"it posts payment {row.payment_id}, which is {row.state or 'not there'}", invariant="I9")
        if row.kind == EntryKind.PAYMENT_REVERSED and row.reversal_state != "AGREED":
            look.finds(where, f"it takes payment {row.payment_id} back, and no such reversal was agreed", invariant="I9")
        if row.kind == EntryKind.PAYMENT_REVERSED and not row.refunds:
            look.finds(where, f"it reverses payment {row.payment_id}, which is {row.state or 'not there'}", invariant="I9")
        if row.apart:
            look.finds(where, "a posting of it is in another window or on another business date", invariant="I9")
        if row.uneven:
            look.finds(where, "its postings are not numbered without a gap")
    for currency, minor in totals.items():
        if minor:
            look.finds(f"ledger {currency}", f"all postings sum to {minor} minor units, not to zero")
    await look.where_wrong(_WITHOUT_ENTRY)
    await look.where_wrong(_ROLLED_UP)


def _entry(look: Examination, where: str, row: Row[Any], postings: tuple[Posting, ...]) -> None:
    try:
        entry = JournalEntry(
            entry_id=EntryId(row.entry_id),
            kind=EntryKind(row.kind),
            window_id=WindowId(row.window_id),
            business_date=row.business_date,
            created_at=row.created_at,
            postings=postings,
            payment_id=PaymentId(row.payment_id) if row.payment_id else None,
        )
    except ValueError as fault:
        look.finds(where, str(fault))
        return
    if entry.digest() != row.digest:
        look.finds(where, "its postings are not what its digest was made of", invariant="I14")
    if bucket_of(row.entry_id) != row.bucket:
        look.finds(where, f"it does not belong in bucket {row.bucket}")
