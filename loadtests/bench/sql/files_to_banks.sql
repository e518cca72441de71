-- The rows that stand in the statements to the banks of a window.
COPY (SELECT bank_code, payment_id, biller_code, service_code, customer_pseudonym, bill_number, bank_reference, biller_reference,
        amount_minor, payer_fee, amount_minor + payer_fee - bank_fee, concluded_at
    FROM payment WHERE window_id = %s ORDER BY bank_code, payment_id) TO STDOUT (FORMAT csv)
