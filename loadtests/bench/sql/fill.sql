-- What `made` holds, as the lane would have left it in the books: each payment once, with the fees and postings of its pattern.
INSERT INTO bill (bucket, service_code, customer_pseudonym, bill_number, amount_minor, currency, rule, uploaded, held_minor, paid_minor,
        withdrawn, issued_on, due_on, changed_at, digest)
    SELECT bucket, service_code, customer_pseudonym, bill_number, amount_minor, currency, 'exact', true, 0, amount_minor,
        false, issued_on, due_on, at, bill_digest
    FROM made JOIN pattern USING (pattern);
INSERT INTO idempotency (bank_code, idempotency_key, request_digest, payment_id, claimed_at)
    SELECT bank_code, idempotency_key, request_digest, payment_id, at FROM made JOIN pattern USING (pattern);
INSERT INTO payment (bucket, payment_id, bank_code, idempotency_key, request_digest, service_code, biller_code, customer_pseudonym,
        personal, bill_number, amount_minor, currency, payer_fee, biller_fee, switch_fee, bank_fee, central_bank_fee, tax, tariff_id, bank_reference,
        channel, method, state, window_id, business_date, reserved_at, certain_by, next_attempt_at, attempts, concluded_at, events)
    SELECT bucket, payment_id, bank_code, idempotency_key, request_digest, service_code, biller_code, customer_pseudonym,
        personal, bill_number, amount_minor, currency, payer_fee, biller_fee, switch_fee, bank_fee, central_bank_fee, tax, tariff_id, bank_reference,
        channel, method, 'COMPLETED', window_id, business_date, at, at + interval '60 s', at + interval '10 s', 0, at, 2
    FROM made JOIN pattern USING (pattern);
INSERT INTO payment_event (bucket, payment_id, number, at, from_state, to_state, by, note)
    SELECT bucket, payment_id, step.number, at, step.from_state, step.to_state, CASE step.number WHEN 1 THEN bank_code ELSE 'switch' END, ''
    FROM made JOIN pattern USING (pattern)
    CROSS JOIN (VALUES (1, NULL, 'RESERVED'), (2, 'RESERVED', 'COMPLETED')) AS step (number, from_state, to_state);
INSERT INTO journal_entry (bucket, entry_id, kind, window_id, business_date, payment_id, created_at, digest)
    SELECT bucket, entry_id, 'payment_completed', window_id, business_date, payment_id, at, entry_digest
    FROM made JOIN pattern USING (pattern);
INSERT INTO posting (bucket, entry_id, line, account_code, minor, currency, window_id, business_date)
    SELECT bucket, entry_id, line, account_code, minor, currency, window_id, business_date
    FROM made JOIN pattern USING (pattern) JOIN pattern_posting USING (pattern);
INSERT INTO outbox (bucket, event_id, biller_code, kind, payment_id, content, created_at, attempts, next_attempt_at, acknowledged_at)
    SELECT bucket, event_id, biller_code, 'payment.completed', payment_id, content, at, 1, at, at FROM made JOIN pattern USING (pattern);
UPDATE position SET posted_minor = posted_minor + owed.minor
    FROM (SELECT bank_code, currency, sum(amount_minor + payer_fee)::bigint AS minor
        FROM made JOIN pattern USING (pattern) GROUP BY bank_code, currency) AS owed
    WHERE position.bank_code = owed.bank_code AND position.currency = owed.currency AND position.slot = 0;
TRUNCATE made;
