-- What is poured in, a part at a time, and what many payments have in common.
CREATE TEMPORARY TABLE pattern (
    pattern integer PRIMARY KEY, bank_code text, service_code text, biller_code text, amount_minor bigint, currency text, payer_fee bigint,
    biller_fee bigint, switch_fee bigint, bank_fee bigint, central_bank_fee bigint, tax bigint, tariff_id text, channel text, method text,
    window_id text, business_date date
);
CREATE TEMPORARY TABLE pattern_posting (pattern integer, line integer, account_code text, minor bigint, PRIMARY KEY (pattern, line));
CREATE TEMPORARY TABLE made (
    pattern integer, bucket smallint, customer_pseudonym text, personal bytea, bill_number text, idempotency_key text, bank_reference text, payment_id uuid,
    request_digest bytea, bill_digest bytea, entry_id uuid, entry_digest bytea, event_id uuid, content jsonb, issued_on date, due_on date,
    at timestamptz
);
