"""Advices: each says of its payment what the payment says of itself."""

from sqlalchemy import text

from switch.domain.advices import AdviceKind, payment_advice
from switch.reports.checks.examination import UNREADABLE, Examination
from switch.store.payments import from_row

NAME, INVARIANT = "advices", "I4"

_COUNT = text("SELECT count(*) FROM outbox")
_ROWS = text("""
    SELECT outbox.event_id, outbox.biller_code AS told, outbox.kind, outbox.payment_id AS told_of, outbox.content, outbox.created_at,
        payment.*
    FROM outbox LEFT JOIN payment ON payment.bucket = outbox.bucket AND payment.payment_id = outbox.payment_id
    ORDER BY outbox.bucket, outbox.event_id
""")


async def examine(look: Examination) -> None:
    async for row in look.each(_ROWS, count=_COUNT):
        where = f"advice {row.event_id}"
        if row.payment_id is None:
            look.finds(where, f"there is no payment {row.told_of}")
            continue
        if row.kind != AdviceKind.PAYMENT_COMPLETED or row.told != row.biller_code:
            look.finds(where, f"a {row.kind} for {row.told} is not what payment {row.told_of} gives rise to")
            continue
        try:
            content = payment_advice(from_row(row), row.created_at).content
        except UNREADABLE:
            continue  # the payment itself is a finding
        if row.content != content:
            look.finds(where, f"it says otherwise than payment {row.told_of}")
