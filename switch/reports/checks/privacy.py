"""Privacy: rules of retention as they were recorded, and nothing of a payer erased before the shortest time that ever held."""

from datetime import timedelta

from sqlalchemy import text

from switch.domain.privacy import DAYS, Kept
from switch.reports.checks.examination import Examination

NAME, INVARIANT = "privacy", "I15"

_COUNT = text("SELECT count(*) FROM retention_rule")
_WRONG = text("""
    SELECT 'retention rule ' || change_id, 'it is not what was recorded for ' || kind
    FROM retention_rule WHERE digest <> sha256(convert_to((to_jsonb(retention_rule) - 'digest')::text, 'UTF8'))
""")
_SHORTEST = text("SELECT min(days) FROM retention_rule WHERE kind = :kind")
_ERASED_EARLY = text("""
    SELECT 'payment ' || payment_id, 'its payer was erased before its time'
    FROM payment WHERE substring(personal FROM 1 FOR 2) = '\\x0000' AND reserved_at > now() - CAST(:kept AS interval)
""")


async def examine(look: Examination) -> None:
    await look.counts(_COUNT)
    await look.where_wrong(_WRONG)
    await look.where_wrong(_ERASED_EARLY.bindparams(kept=await shortest(look, Kept.PAYERS)))


async def shortest(look: Examination, kind: Kept) -> timedelta:
    """For how long this was kept at least, under any rule that ever held."""
    days = (await look.connection.execute(_SHORTEST, {"kind": kind})).scalar_one()
    return timedelta(days=min(days or DAYS[kind], DAYS[kind]))
