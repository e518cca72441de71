"""Advices: each says of its payment what the payment says of itself."""

from typing import Any

from sqlalchemy import Row, text

from switch.domain.advices import Advice, AdviceKind, payment_advice, reversal_advice
from switch.domain.money import Money
from switch.domain.privacy import Kept
from switch.reports.checks.examination import UNREADABLE, Examination
from switch.reports.checks.privacy import shortest
from switch.store.outbox import kept_content
from switch.store.payments import from_row

NAME, INVARIANT = "advices", "I4"

_COUNT = text("SELECT count(*) FROM outbox")
_ROWS = text("""
    SELECT outbox.event_id, outbox.biller_code AS told, outbox.kind, outbox.payment_id AS told_of, outbox.content, outbox.created_at,
        reversal.reversal_id, reversal.business_date AS reversed_on, reversal.amount_minor AS back_minor, payment.*
    FROM outbox LEFT JOIN payment ON payment.bucket = outbox.bucket AND payment.payment_id = outbox.payment_id
    LEFT JOIN reversal ON reversal.bucket = outbox.bucket AND reversal.payment_id = outbox.payment_id AND reversal.state = 'AGREED'
        AND reversal.reversal_id::text = outbox.content ->> 'reversal_id'
    ORDER BY outbox.bucket, outbox.event_id
""")

_DOUBLED = text("""
    SELECT 'advice ' || unnest(array_agg(event_id)), 'there is another one that tells the same of payment ' || payment_id FROM outbox
    GROUP BY bucket, payment_id, kind, content HAVING count(*) > 1
""")
# What the switch accepts without asking, it tells; an advice that was taken goes when its time is over (docs/privacy.md).
_UNTOLD = text("""
    SELECT 'payment ' || event.payment_id, 'it was accepted without its biller, and no advice tells of it'
    FROM payment_event AS event
    WHERE event.from_state = 'RESERVED' AND event.to_state = 'COMPLETED' AND event.by = 'switch' AND event.number = 2
      AND event.at > now() - CAST(:kept AS interval)
      AND NOT EXISTS (SELECT FROM outbox WHERE outbox.bucket = event.bucket AND outbox.payment_id = event.payment_id
          AND outbox.kind = 'payment.completed')
""")


async def examine(look: Examination) -> None:
    async for row in look.each(_ROWS, count=_COUNT):
        where = f"advice {row.event_id}"
        if row.payment_id is None:
            look.finds(where, f"there is no payment {row.told_of}")
            continue
        try:
            expected = _expected(row)
        except UNREADABLE:
            continue  # the payment itself is a finding
        if expected is None or row.told != row.biller_code:
            look.finds(where, f"a {row.kind} for {row.told} is not what payment {row.told_of} gives rise to")
        elif row.content != kept_content(expected):
            look.finds(where, f"it says otherwise than payment {row.told_of}")

    await look.where_wrong(_DOUBLED)
    await look.where_wrong(_UNTOLD.bindparams(kept=await shortest(look, Kept.ADVICES)))


def _expected(row: Row[Any]) -> Advice | None:
    if row.kind == AdviceKind.PAYMENT_COMPLETED:
        return payment_advice(from_row(row), row.created_at)
    if row.reversal_id is not None:
        amount = Money(row.back_minor, row.currency)
        told = reversal_advice(row.reversal_id, from_row(row), amount, row.reversed_on, row.created_at)
        return told if row.kind == told.kind else None
    return None
