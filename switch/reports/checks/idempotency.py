"""Idempotency keys: each stands for one payment of the same content, or for a refusal, and never for both or neither."""

from sqlalchemy import text

from switch.domain.kept_refusals import refusal_kind
from switch.reports.checks.examination import Examination

NAME, INVARIANT = "idempotency keys", "I2"

_COUNT = text("SELECT count(*) FROM idempotency")
_WRONG = text("""
    SELECT 'idempotency key ' || key.bank_code || ' ' || key.idempotency_key, CASE
        WHEN key.payment_id IS NOT NULL AND key.refusal_code IS NOT NULL THEN 'it stands for a payment and for a refusal'
        WHEN key.payment_id IS NULL AND key.refusal_code IS NULL THEN 'it stands for nothing'
        WHEN payment.payment_id IS NULL THEN 'there is no payment ' || key.payment_id
        ELSE 'payment ' || key.payment_id || ' was made under another key or with other content' END
    FROM idempotency AS key LEFT JOIN payment USING (payment_id)
    WHERE (key.payment_id IS NULL) = (key.refusal_code IS NULL)
       OR (key.payment_id IS NOT NULL
           AND (payment.bank_code, payment.idempotency_key, payment.request_digest)
               IS DISTINCT FROM (key.bank_code, key.idempotency_key, key.request_digest))
""")
_REFUSALS = text("SELECT DISTINCT refusal_code FROM idempotency WHERE refusal_code IS NOT NULL")


async def examine(look: Examination) -> None:
    await look.counts(_COUNT)
    await look.where_wrong(_WRONG)
    for code in (await look.connection.execute(_REFUSALS)).scalars():
        if refusal_kind(code) is None:
            look.finds(f"refusal {code}", "no such refusal is known")
