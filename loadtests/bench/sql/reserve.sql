-- One payment in plain SQL, a statement a step, as a careful program without batches would do it: reserve.
\set i :i + 1
\set n :start + :client_id + :clients * :i
\set bucket :n % 1024
\set customer 100000000 + :n
\set place random(0, :banks - 1)
BEGIN;
SELECT bank_code AS bank FROM reference_bank WHERE place = :place \gset
INSERT INTO idempotency (bank_code, idempotency_key, request_digest, payment_id, claimed_at)
    VALUES (:bank, 'reference-' || CAST(:n AS text), sha256(convert_to(CAST(:n AS text), 'UTF8')), gen_random_uuid(), now())
    RETURNING payment_id, gen_random_uuid() AS entry_id, gen_random_uuid() AS event_id \gset
UPDATE bill SET held_minor = amount_minor
    WHERE bucket = :bucket AND service_code = '200043011' AND customer_pseudonym = CAST(:customer AS text) AND bill_number = 'R-1'
    AND paid_minor = 0 AND held_minor = 0 AND NOT withdrawn RETURNING amount_minor AS amount \gset
SELECT window_id AS window, business_date AS day FROM open_window WHERE currency = 'SYP' FOR SHARE \gset
UPDATE position SET held_minor = held_minor + :amount
    WHERE bank_code = :bank AND currency = 'SYP' AND slot = 0 AND held_minor + posted_minor + :amount <= cap_minor;
INSERT INTO payment (bucket, payment_id, bank_code, idempotency_key, request_digest, service_code, biller_code, customer_pseudonym,
        personal, bill_number, amount_minor, currency, payer_fee, biller_fee, switch_fee, bank_fee, central_bank_fee, tax, tariff_id, bank_reference,
        channel, method, state, business_date, reserved_at, certain_by, next_attempt_at, attempts, events)
    VALUES (:bucket, :payment_id, :bank, 'reference-' || CAST(:n AS text), sha256(convert_to(CAST(:n AS text), 'UTF8')), '200043011', '200043',
        CAST(:customer AS text), decode(repeat('00', 60), 'hex'), 'R-1', :amount, 'SYP', 0, 500, 250, 150, 75, 25, 'bills-2026', 'FT-' || CAST(:n AS text),
        'mobile', 'account', 'RESERVED', :day, now(), now() + interval '60 s', now() + interval '10 s', 0, 1);
INSERT INTO payment_event (bucket, payment_id, number, at, from_state, to_state, by, note)
    VALUES (:bucket, :payment_id, 1, now(), NULL, 'RESERVED', :bank, '');
