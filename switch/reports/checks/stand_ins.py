"""Stand-ins: outstanding is what the payments say that no biller has taken yet, and only what waits in the outbox is outstanding."""

from sqlalchemy import text

from switch.reports.checks.examination import Examination

NAME, INVARIANT = "stand-ins", "I6"

_COUNT = text("SELECT count(*) FROM stand_in")
_WRONG = text("""
    WITH counted AS (
        SELECT service_code, sum(amount_minor)::bigint AS minor FROM payment WHERE stand_in = 'outstanding' GROUP BY service_code
    )
    SELECT 'stand-in ' || service_code,
        'outstanding is ' || coalesce(outstanding_minor, 0) || ', its payments say ' || coalesce(counted.minor, 0)
    FROM stand_in FULL JOIN counted USING (service_code) WHERE coalesce(outstanding_minor, 0) <> coalesce(counted.minor, 0)
""")
_ADVICES = text("""
    SELECT 'payment ' || payment_id, 'its stand-in is ' || stand_in || ', and its advice is '
        || CASE WHEN advice.event_id IS NULL THEN 'not there' WHEN advice.acknowledged_at IS NULL THEN 'waiting' ELSE 'answered' END
    FROM payment LEFT JOIN outbox AS advice USING (bucket, payment_id)
    WHERE stand_in IS NOT NULL AND coalesce(advice.kind, 'payment.completed') = 'payment.completed'
      AND (advice.event_id IS NULL OR (stand_in = 'outstanding') <> (advice.acknowledged_at IS NULL))
""")
_BREAKS = text("""
    SELECT 'payment ' || payment_id, 'its biller has refused what was accepted in its place, and no break says so' FROM payment
    WHERE stand_in = 'refused' AND NOT EXISTS (SELECT FROM break
        WHERE break.payment_id = payment.payment_id AND break.kind = 'stand_in_refused')
""")


async def examine(look: Examination) -> None:
    await look.counts(_COUNT)
    await look.where_wrong(_WRONG)
    await look.where_wrong(_ADVICES, invariant="I4")
    await look.where_wrong(_BREAKS, invariant="I4")
