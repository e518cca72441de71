"""Inquiries: each presentment as it was given, for a payment may be bound to it."""

from sqlalchemy import text

from switch.reports.checks.examination import Examination

NAME, INVARIANT = "inquiries", "I14"

_COUNT = text("SELECT count(*) FROM inquiry")
_WRONG = text("""
    SELECT 'inquiry ' || inquiry_id, 'it is not what was presented'
    FROM inquiry WHERE digest <> sha256(convert_to((to_jsonb(inquiry) - 'digest')::text, 'UTF8'))
""")


async def examine(look: Examination) -> None:
    await look.counts(_COUNT)
    await look.where_wrong(_WRONG)
