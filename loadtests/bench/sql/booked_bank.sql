-- What banks have booked of a business date, in agreement with the switch.
SELECT bank_code AS owner, payment_id, bank_reference AS own_reference, biller_code AS counterparty,
    CASE WHEN bill_number ~ '^B-[0-9]+$' THEN CAST(100000000 + CAST(substr(bill_number, 3) AS bigint) AS text)
        ELSE CAST(%(references)s AS jsonb) ->> payment_id::text END AS customer_reference, amount_minor AS minor
FROM payment WHERE window_id IN (SELECT window_id FROM settlement_window WHERE business_date = %(day)s AND currency = %(currency)s)
ORDER BY owner, payment_id
