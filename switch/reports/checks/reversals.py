"""Reversals: each of the content that its digest was made of; agreed ones give back exactly what their payment posted."""

from typing import Any

from sqlalchemy import Row, text

from switch.domain.ledger import Posting, payment_reversed
from switch.domain.payments import PaymentState
from switch.domain.reversals import Reversal, ReversalState
from switch.reports.checks.examination import UNREADABLE, Examination
from switch.store.payments import find
from switch.store.reversals import from_row

NAME, INVARIANT = "reversals", "I8"

_COUNT = text("SELECT count(*) FROM reversal")
_ROWS = text("""
    SELECT reversal.*, entry.entries, entry.postings FROM reversal
    LEFT JOIN LATERAL (
        SELECT count(DISTINCT (entry.entry_id, entry.window_id, entry.business_date)) AS entries,
            jsonb_agg(jsonb_build_array(posting.account_code, posting.minor::text, posting.currency, entry.window_id, entry.business_date)
                ORDER BY entry.entry_id, posting.line) AS postings
        FROM journal_entry AS entry JOIN posting USING (bucket, entry_id)
        WHERE entry.bucket = reversal.bucket AND entry.payment_id = reversal.payment_id AND entry.kind = 'payment_reversed'
    ) AS entry ON true
    ORDER BY reversal.bucket, reversal.reversal_id
""")
_WITHOUT = text("""
    SELECT 'payment ' || payment_id, 'it is REVERSED, and no reversal of it was agreed' FROM payment
    WHERE state = 'REVERSED' AND NOT EXISTS (SELECT FROM reversal WHERE reversal.bucket = payment.bucket
        AND reversal.payment_id = payment.payment_id AND reversal.state = 'AGREED')
""")


async def examine(look: Examination) -> None:
    async for row in look.each(_ROWS, count=_COUNT):
        where = f"reversal {row.reversal_id}"
        try:
            reversal = from_row(row)
            if reversal.request.digest() != row.request_digest:
                look.finds(where, "its content is not what its digest was made of", invariant="I1")
            await _payment(look, where, reversal, row)
        except UNREADABLE as fault:
            look.finds(where, f"it cannot be read: {fault}")
    await look.where_wrong(_WITHOUT)


async def _payment(look: Examination, where: str, reversal: Reversal, row: Row[Any]) -> None:
    payment = (await find(look.connection, [reversal.request.payment_id])).get(reversal.request.payment_id)
    agreed = reversal.state is ReversalState.AGREED
    if payment is None or payment.request.bank != reversal.request.bank:
        look.finds(where, f"payment {row.payment_id} is not its bank's")
        return
    if agreed and payment.state is not PaymentState.REVERSED:
        look.finds(where, f"it was agreed, and payment {payment.payment_id} is {payment.state}")
    if not agreed:
        return
    assert reversal.window_id is not None
    assert reversal.business_date is not None
    assert reversal.concluded_at is not None
    expected = payment_reversed(payment, reversal.window_id, reversal.business_date, reversal.concluded_at)
    stands = tuple(Posting(account, int(minor), currency) for account, minor, currency, *_ in row.postings or ())
    if row.entries != 1 or stands != expected.postings:
        look.finds(where, "its entry does not give back what the payment posted", invariant="I5")
    elif row.postings[0][3:] != [reversal.window_id, reversal.business_date.isoformat()]:
        look.finds(where, "its entry is in another window or on another business date", invariant="I9")
