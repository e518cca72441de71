-- The same payment: conclude.
UPDATE payment SET state = 'COMPLETED', window_id = :window, business_date = :day, concluded_at = now(), events = 2
    WHERE bucket = :bucket AND payment_id = :payment_id AND state = 'RESERVED';
INSERT INTO payment_event (bucket, payment_id, number, at, from_state, to_state, by, note)
    VALUES (:bucket, :payment_id, 2, now(), 'RESERVED', 'COMPLETED', 'switch', '');
UPDATE bill SET held_minor = 0, paid_minor = amount_minor, changed_at = now()
    WHERE bucket = :bucket AND service_code = '200043011' AND customer_pseudonym = CAST(:customer AS text) AND bill_number = 'R-1';
WITH entry AS (INSERT INTO journal_entry (bucket, entry_id, kind, window_id, business_date, payment_id, created_at, digest)
    VALUES (:bucket, :entry_id, 'payment_completed', :window, :day, :payment_id, now(), sha256(convert_to(CAST(:n AS text), 'UTF8'))))
INSERT INTO posting (bucket, entry_id, line, account_code, minor, currency, window_id, business_date)
    VALUES (:bucket, :entry_id, 1, 'position:' || CAST(:bank AS text), :amount, 'SYP', :window, :day),
        (:bucket, :entry_id, 2, 'payable:' || CAST(:bank AS text) || ':200043', -CAST(:amount AS bigint), 'SYP', :window, :day),
        (:bucket, :entry_id, 3, 'payable:' || CAST(:bank AS text) || ':200043', 500, 'SYP', :window, :day),
        (:bucket, :entry_id, 4, 'fee_switch', -250, 'SYP', :window, :day),
        (:bucket, :entry_id, 5, 'fee_bank:' || CAST(:bank AS text), -150, 'SYP', :window, :day),
        (:bucket, :entry_id, 6, 'fee_central_bank', -75, 'SYP', :window, :day),
        (:bucket, :entry_id, 7, 'tax', -25, 'SYP', :window, :day);
INSERT INTO outbox (bucket, event_id, biller_code, kind, payment_id, content, created_at, attempts, next_attempt_at)
    VALUES (:bucket, :event_id, '200043', 'payment_completed', :payment_id,
        jsonb_build_object('payment_id', CAST(:payment_id AS text), 'bank_code', CAST(:bank AS text), 'service_code', '200043011',
            'customer_reference', CAST(:customer AS text), 'bill_number', 'R-1', 'amount_minor', CAST(:amount AS bigint), 'currency', 'SYP',
            'business_date', CAST(:day AS text)), now(), 0, now());
UPDATE position SET held_minor = held_minor - :amount, posted_minor = posted_minor + :amount
    WHERE bank_code = :bank AND currency = 'SYP' AND slot = 0;
COMMIT;
