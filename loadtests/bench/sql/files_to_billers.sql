-- The rows that stand in the settlement files of a window.
COPY (SELECT biller_code, payment_id, bank_code, service_code, customer_pseudonym, bill_number, bank_reference, biller_reference,
        amount_minor, biller_fee, amount_minor - biller_fee, concluded_at
    FROM payment WHERE window_id = %s ORDER BY biller_code, payment_id) TO STDOUT (FORMAT csv)
