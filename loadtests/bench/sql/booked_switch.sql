-- What the switch has of a business date.
SELECT payment_id, bank_code, biller_code, bank_reference, coalesce(biller_reference, 'L-' || bill_number) AS biller_reference,
    CASE WHEN bill_number ~ '^B-[0-9]+$' THEN CAST(100000000 + CAST(substr(bill_number, 3) AS bigint) AS text)
        ELSE CAST(%(references)s AS jsonb) ->> payment_id::text END AS customer_reference, amount_minor
FROM payment WHERE window_id IN (SELECT window_id FROM settlement_window WHERE business_date = %(day)s AND currency = %(currency)s)
ORDER BY payment_id
