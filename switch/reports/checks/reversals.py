"""Reversals: each of the content that its digest was made of; agreed ones give back what their payment posted, as their sums."""

from typing import Any

from sqlalchemy import Row, text

from switch.domain.ledger import Posting, payment_reversed
from switch.domain.payments import Payment, PaymentState
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
        WHERE entry.bucket = reversal.bucket AND entry.entry_id = reversal.reversal_id AND entry.payment_id = reversal.payment_id
            AND entry.kind = 'payment_reversed'
    ) AS entry ON true
    ORDER BY reversal.bucket, reversal.reversal_id
""")
# A payment is taken back by exactly its agreed reversals; one of which nothing is left has given all of its fees back, too.
_SUMS = text("""
    WITH back AS (
        SELECT bucket, payment_id, sum(amount_minor)::bigint AS minor, count(*) AS times,
            sum(payer_fee + biller_fee)::bigint AS fees
        FROM reversal WHERE state = 'AGREED' GROUP BY bucket, payment_id
    )
    SELECT 'payment ' || payment_id, CASE
        WHEN payment.payment_id IS NULL THEN 'it is not there, and reversals of it were agreed'
        WHEN back.minor IS NULL AND refunds = 0 THEN 'it is ' || state || ', and no reversal of it was agreed'
        WHEN state NOT IN ('COMPLETED', 'REVERSED') THEN 'it is ' || state || ', and reversals of it were agreed'
        WHEN (refunded_minor, refunds) <> (coalesce(back.minor, 0), coalesce(times, 0))
            THEN refunded_minor || ' minor units are taken back by ' || refunds || ' reversals, those agreed took '
                || coalesce(back.minor, 0) || ' by ' || coalesce(times, 0)
        ELSE 'it is ' || state || ', and its reversals gave ' || back.fees || ' of its fees back' END
    FROM payment FULL JOIN back USING (bucket, payment_id)
    WHERE payment.payment_id IS NULL
       OR (refunded_minor, refunds) <> (coalesce(back.minor, 0), coalesce(times, 0))
       OR (times > 0 AND state NOT IN ('COMPLETED', 'REVERSED'))
       OR (state = 'REVERSED' AND (refunded_minor <> amount_minor OR back.fees IS DISTINCT FROM payer_fee + biller_fee))
       OR back.fees > payer_fee + biller_fee
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
    await look.where_wrong(_SUMS)


async def _payment(look: Examination, where: str, reversal: Reversal, row: Row[Any]) -> None:
    payment = (await find(look.connection, [reversal.request.payment_id])).get(reversal.request.payment_id)
    agreed = reversal.state is ReversalState.AGREED
    if payment is None or payment.request.bank != reversal.request.bank:
        look.finds(where, f"payment {row.payment_id} is not its bank's")
        return
    if agreed and not _taken_back(reversal, payment):
        look.finds(where, f"it was agreed, and payment {payment.payment_id} is {payment.state}")
    if not agreed:
        return
    assert reversal.window_id is not None
    assert reversal.business_date is not None
    assert reversal.concluded_at is not None
    expected = payment_reversed(
        payment, reversal.reversal_id, reversal.amount, reversal.fees, reversal.window_id, reversal.business_date, reversal.concluded_at
    )
    stands = tuple(Posting(account, int(minor), currency) for account, minor, currency, *_ in row.postings or ())
    if row.entries != 1 or stands != expected.postings:
        look.finds(where, "its entry does not give back what was agreed", invariant="I5")
    elif row.postings[0][3:] != [reversal.window_id, reversal.business_date.isoformat()]:
        look.finds(where, "its entry is in another window or on another business date", invariant="I9")


def _taken_back(reversal: Reversal, payment: Payment) -> bool:
    """At least as much as it says."""
    booked = payment.state in (PaymentState.COMPLETED, PaymentState.REVERSED)
    return booked and payment.refunded >= reversal.amount.minor
