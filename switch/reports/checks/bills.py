"""Bills: as their biller gave them, held and paid by exactly the payments that name them."""

from sqlalchemy import text

from switch.domain.bills import BillKey
from switch.domain.identifiers import ServiceCode, bucket_for
from switch.reports.checks.examination import UNREADABLE, Examination
from switch.store.bills import from_row

NAME, INVARIANT = "bills", "I7"

_COUNT = text("SELECT count(*) FROM bill")
_ROWS = text("SELECT * FROM bill")
_WRONG = text("""
    WITH claims AS (
        SELECT bucket, service_code, customer_pseudonym, bill_number,
            coalesce(sum(amount_minor) FILTER (WHERE state IN ('RESERVED', 'IN_DOUBT')), 0)::bigint AS held,
            coalesce(sum(amount_minor) FILTER (WHERE state = 'COMPLETED'), 0)::bigint AS paid,
            count(*) FILTER (WHERE state IN ('RESERVED', 'IN_DOUBT', 'COMPLETED')) AS payments
        FROM payment WHERE bill_number IS NOT NULL GROUP BY bucket, service_code, customer_pseudonym, bill_number
    )
    SELECT 'bill ' || service_code || ' ' || customer_pseudonym || ' ' || bill_number, CASE
        WHEN bill.bucket IS NULL THEN 'it is not there, and payments name it'
        WHEN bill.held_minor <> coalesce(claims.held, 0)
            THEN 'held is ' || bill.held_minor || ', its payments hold ' || coalesce(claims.held, 0)
        WHEN bill.paid_minor <> coalesce(claims.paid, 0) + archived_minor
            THEN 'paid is ' || bill.paid_minor || ', its payments paid ' || coalesce(claims.paid, 0) + archived_minor
        WHEN bill.rule = 'up_to' THEN 'it is paid beyond its amount'
        ELSE 'more than one payment pays it' END
    FROM bill FULL JOIN claims USING (bucket, service_code, customer_pseudonym, bill_number)
    WHERE (bill.bucket IS NULL AND claims.held + claims.paid > 0)
       OR bill.held_minor <> coalesce(claims.held, 0) OR bill.paid_minor <> coalesce(claims.paid, 0) + archived_minor
       OR (bill.rule = 'up_to' AND claims.held + claims.paid + archived_minor > bill.amount_minor)
       OR (bill.rule <> 'up_to' AND claims.payments + (archived_minor > 0)::integer > 1)
""")


async def examine(look: Examination) -> None:
    async for row in look.each(_ROWS, count=_COUNT):
        where = f"bill {row.service_code} {row.customer_pseudonym} {row.bill_number}"
        try:
            bill = from_row(row, BillKey(ServiceCode(row.service_code), "", row.bill_number))
        except UNREADABLE as fault:
            look.finds(where, f"it cannot be read: {fault}")
            continue
        if bill.digest_of(row.customer_pseudonym) != row.digest:
            look.finds(where, f"it is not what its digest was made of (amount {row.amount_minor} {row.currency})", invariant="I14")
        if bucket_for(row.service_code, row.customer_pseudonym) != row.bucket:
            look.finds(where, f"it does not belong in bucket {row.bucket}")
    await look.where_wrong(_WRONG)
