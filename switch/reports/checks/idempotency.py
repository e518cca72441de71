"""Idempotency keys: each stands for one payment or reversal of the same content, or for a refusal, and never for two of them or none."""

from sqlalchemy import text

from switch.domain.kept_refusals import refusal_kind
from switch.reports.checks.examination import Examination

NAME, INVARIANT = "idempotency keys", "I2"

_COUNT = text("SELECT count(*) FROM idempotency")
_WRONG = text("""
    SELECT 'idempotency key ' || key.bank_code || ' ' || key.idempotency_key, CASE
        WHEN num_nonnulls(key.payment_id, key.reversal_id, key.refusal_code) > 1 THEN 'it stands for more than one thing'
        WHEN num_nonnulls(key.payment_id, key.reversal_id, key.refusal_code) = 0 THEN 'it stands for nothing'
        WHEN key.reversal_id IS NOT NULL AND reversal.reversal_id IS NULL THEN 'there is no reversal ' || key.reversal_id
        WHEN key.reversal_id IS NOT NULL THEN 'reversal ' || key.reversal_id || ' was asked for under another key or with other content'
        WHEN payment.payment_id IS NULL THEN 'there is no payment ' || key.payment_id
        ELSE 'payment ' || key.payment_id || ' was made under another key or with other content' END
    FROM idempotency AS key LEFT JOIN payment USING (payment_id) LEFT JOIN reversal USING (reversal_id)
    LEFT JOIN archived_payment AS payment_gone ON payment.payment_id IS NULL AND payment_gone.payment_id = key.payment_id
        AND payment_gone.bank_code = key.bank_code
    LEFT JOIN archived_reversal AS reversal_gone ON reversal.reversal_id IS NULL AND reversal_gone.reversal_id = key.reversal_id
    WHERE num_nonnulls(key.payment_id, key.reversal_id, key.refusal_code) <> 1
       OR (key.reversal_id IS NOT NULL AND reversal_gone.reversal_id IS NULL
           AND (reversal.bank_code, reversal.idempotency_key, reversal.request_digest)
               IS DISTINCT FROM (key.bank_code, key.idempotency_key, key.request_digest))
       OR (key.payment_id IS NOT NULL AND payment_gone.payment_id IS NULL
           AND (payment.bank_code, payment.idempotency_key, payment.request_digest)
               IS DISTINCT FROM (key.bank_code, key.idempotency_key, key.request_digest))
""")
_GONE = text("""
    SELECT 'idempotency key ' || bank_code || ' ' || idempotency_key,
        'it is gone, and payment ' || payment.payment_id || ' was ordered under it'
    FROM payment LEFT JOIN idempotency AS key USING (bank_code, idempotency_key) WHERE key.bank_code IS NULL
    UNION ALL
    SELECT 'idempotency key ' || bank_code || ' ' || idempotency_key,
        'it is gone, and reversal ' || reversal.reversal_id || ' was ordered under it'
    FROM reversal LEFT JOIN idempotency AS key USING (bank_code, idempotency_key) WHERE key.bank_code IS NULL
""")
_DOUBLED = text("""
    SELECT 'idempotency key ' || unnest(array_agg(bank_code || ' ' || idempotency_key)), 'another one stands for the same'
    FROM idempotency WHERE refusal_code IS NULL GROUP BY payment_id, reversal_id HAVING count(*) > 1
    UNION ALL
    SELECT 'payment ' || gone.payment_id, 'it is said to be archived, and no idempotency key stands for it'
    FROM archived_payment AS gone LEFT JOIN idempotency AS key USING (bank_code, payment_id) WHERE key.payment_id IS NULL
    UNION ALL
    SELECT 'payment ' || payment_id, 'it is archived under the bucket ' || bucket FROM archived_payment
    WHERE bucket <> bucket_of(payment_id)
""")
_REFUSALS = text("SELECT DISTINCT refusal_code FROM idempotency WHERE refusal_code IS NOT NULL")


async def examine(look: Examination) -> None:
    await look.counts(_COUNT)
    await look.where_wrong(_WRONG)
    await look.where_wrong(_GONE)
    await look.where_wrong(_DOUBLED)
    for code in (await look.connection.execute(_REFUSALS)).scalars():
        if refusal_kind(code) is None:
            look.finds(f"refusal {code}", "no such refusal is known")
