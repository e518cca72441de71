-- The invariants that live in the database, too: what even a wrong program or a hurried hand cannot do.

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only (I14): % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER append_only BEFORE UPDATE OR TRUNCATE ON journal_entry FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR TRUNCATE ON posting FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR TRUNCATE ON payment_event FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON cap_change FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON directory_change FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_deleted BEFORE DELETE OR TRUNCATE ON participant FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_deleted BEFORE DELETE OR TRUNCATE ON service FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON tariff FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_truncated BEFORE TRUNCATE ON payment FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_deleted BEFORE DELETE OR TRUNCATE ON idempotency FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_deleted BEFORE DELETE OR TRUNCATE ON payment_batch FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- What retention may take away, by its own job only (docs/privacy.md).
CREATE FUNCTION refuse_change_but_erasing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF coalesce(current_setting('switch.erasing', true), '') <> 'on' THEN
        RAISE EXCEPTION '% is append-only (I14): % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION refuse_change_but_of_personal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (to_jsonb(OLD) - 'personal') IS DISTINCT FROM (to_jsonb(NEW) - 'personal') OR OLD.personal IS NULL THEN
        RAISE EXCEPTION 'line % of batch % is append-only (I14)', OLD.line, OLD.batch_id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER append_only BEFORE UPDATE ON order_message FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_but_erasing();
CREATE TRIGGER append_only BEFORE UPDATE ON biller_message FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_but_erasing();
CREATE TRIGGER never_truncated BEFORE TRUNCATE ON order_message FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_truncated BEFORE TRUNCATE ON biller_message FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE ON payment_batch_line FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_but_erasing();
CREATE TRIGGER only_erased BEFORE UPDATE ON payment_batch_line FOR EACH ROW EXECUTE FUNCTION refuse_change_but_of_personal();
CREATE TRIGGER never_deleted BEFORE DELETE OR TRUNCATE ON payment_batch_line FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON retention_rule FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON personal_data_look FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- The checks of whole statements look rows up by key, one by one: a plan made while tables are small must not last.

-- I5: an entry comes in one statement with all its postings, and they sum to zero per currency.
CREATE FUNCTION entry_sums_to_zero() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
    uneven uuid;
BEGIN
    SELECT entry_id INTO uneven FROM added
    WHERE NOT (SELECT coalesce(bool_and(total = 0 AND legs > 1), false)
               FROM (SELECT sum(minor) AS total, count(*) AS legs FROM posting
                     WHERE posting.bucket = added.bucket AND posting.entry_id = added.entry_id GROUP BY currency) AS sums)
    LIMIT 1;
    IF uneven IS NOT NULL THEN
        RAISE EXCEPTION 'entry % does not sum to zero (I5)', uneven USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER sums_to_zero AFTER INSERT ON journal_entry
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION entry_sums_to_zero();

-- A posting comes with its entry, in the same transaction and window; nothing is added to an entry later.
CREATE FUNCTION posting_comes_with_its_entry() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
    IF EXISTS (
        SELECT FROM (SELECT bucket, entry_id, window_id, business_date, currency, sum(minor) AS total
                     FROM added GROUP BY bucket, entry_id, window_id, business_date, currency) AS fresh
        WHERE total <> 0 OR NOT EXISTS (
            SELECT FROM journal_entry AS entry
            WHERE entry.bucket = fresh.bucket AND entry.entry_id = fresh.entry_id AND entry.xact = (pg_current_xact_id()::text)::bigint
              AND entry.window_id = fresh.window_id AND entry.business_date = fresh.business_date)
    ) THEN
        RAISE EXCEPTION 'a posting was added to no entry, to one of another transaction or window, or unbalanced (I5, I14)'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER comes_with_its_entry AFTER INSERT ON posting
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION posting_comes_with_its_entry();

-- A line of history has its payment. (A foreign key would look it up line by line.)
CREATE FUNCTION event_has_its_payment() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
    IF EXISTS (
        SELECT FROM (SELECT DISTINCT bucket, payment_id FROM added) AS fresh
        WHERE NOT EXISTS (SELECT FROM payment WHERE payment.bucket = fresh.bucket AND payment.payment_id = fresh.payment_id)
    ) THEN
        RAISE EXCEPTION 'a line of history has no payment (I1)' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER has_its_payment AFTER INSERT ON payment_event
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION event_has_its_payment();

-- I9: a payment is posted in the open window and in no other.
CREATE FUNCTION payment_posts_in_the_open_window() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM added WHERE payment_id IS NOT NULL
        AND NOT EXISTS (SELECT FROM open_window WHERE open_window.window_id = added.window_id)
    ) THEN
        RAISE EXCEPTION 'a payment was posted in a window that is not open (I9)' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER posts_in_the_open_window AFTER INSERT ON journal_entry
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION payment_posts_in_the_open_window();

-- What is down for the archive stands still from then on, so that its file says the last word.
CREATE FUNCTION refuse_change_of_archived(its_bucket smallint, its_payment uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM archived_payment WHERE bucket = its_bucket AND payment_id = its_payment) THEN
        RAISE EXCEPTION 'payment % is archived (I8)', its_payment USING ERRCODE = 'integrity_constraint_violation';
    END IF;
END $$;

-- I8, I1: the one table of transitions, and content that never changes; what is final may only get one more line of history.
CREATE FUNCTION payment_moves_forward() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN (
        ('RESERVED', 'COMPLETED'), ('RESERVED', 'REJECTED'), ('RESERVED', 'IN_DOUBT'),
        ('IN_DOUBT', 'COMPLETED'), ('IN_DOUBT', 'REJECTED'), ('COMPLETED', 'REVERSED')
    ) THEN
        RAISE EXCEPTION 'payment % cannot go from % to % (I8)', OLD.payment_id, OLD.state, NEW.state
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.state NOT IN ('RESERVED', 'IN_DOUBT') AND (OLD.window_id, OLD.business_date, OLD.concluded_at, OLD.biller_reference)
       IS DISTINCT FROM (NEW.window_id, NEW.business_date, NEW.concluded_at, NEW.biller_reference) THEN
        RAISE EXCEPTION 'payment % is final (I8)', OLD.payment_id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.stand_in IS DISTINCT FROM NEW.stand_in AND coalesce(OLD.stand_in, '') <> 'outstanding' THEN
        RAISE EXCEPTION 'how the biller of payment % stands to it is final (I8)', OLD.payment_id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.refunded_minor < OLD.refunded_minor OR (NEW.refunded_minor > OLD.refunded_minor) <> (NEW.refunds = OLD.refunds + 1)
       OR NEW.refunds NOT IN (OLD.refunds, OLD.refunds + 1) THEN
        RAISE EXCEPTION 'what was taken back of payment % is final (I8)', OLD.payment_id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.concluded_at IS NOT NULL THEN
        PERFORM refuse_change_of_archived(OLD.bucket, OLD.payment_id);
    END IF;
    IF (OLD.bank_code, OLD.idempotency_key, OLD.request_digest, OLD.service_code, OLD.biller_code, OLD.customer_pseudonym,
        OLD.amount_minor, OLD.currency, OLD.payer_fee, OLD.biller_fee, OLD.reserved_at)
       IS DISTINCT FROM
       (NEW.bank_code, NEW.idempotency_key, NEW.request_digest, NEW.service_code, NEW.biller_code, NEW.customer_pseudonym,
        NEW.amount_minor, NEW.currency, NEW.payer_fee, NEW.biller_fee, NEW.reserved_at) THEN
        RAISE EXCEPTION 'the content of payment % was changed (I1)', OLD.payment_id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER moves_forward BEFORE UPDATE ON payment FOR EACH ROW EXECUTE FUNCTION payment_moves_forward();

-- I6: what a bank owes never grows beyond its cap; lowering the cap never undoes what was accepted.
CREATE FUNCTION position_stays_under_cap() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Settling a window in which reversals were more than payments takes back the room that they gave: that accepts nothing.
    IF NEW.held_minor < 0 OR (
        coalesce(current_setting('switch.settling', true), '') <> 'on'
        AND NEW.held_minor + NEW.posted_minor > OLD.held_minor + OLD.posted_minor
        AND NEW.held_minor + NEW.posted_minor > NEW.cap_minor
    ) THEN
        RAISE EXCEPTION 'the position of % would pass its cap (I6)', NEW.bank_code USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER stays_under_cap BEFORE UPDATE ON position FOR EACH ROW EXECUTE FUNCTION position_stays_under_cap();

-- What was accepted in a biller's place never grows beyond what it has agreed to; lowering that never undoes what was accepted.
CREATE FUNCTION stand_in_stays_within_total() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.outstanding_minor > OLD.outstanding_minor
       AND NEW.outstanding_minor > coalesce((SELECT stand_in_total_minor FROM service WHERE code = NEW.service_code), 0) THEN
        RAISE EXCEPTION 'more of % would be accepted in its biller''s place than agreed', NEW.service_code
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER stays_within_total BEFORE UPDATE ON stand_in FOR EACH ROW EXECUTE FUNCTION stand_in_stays_within_total();
CREATE TRIGGER never_deleted BEFORE DELETE OR TRUNCATE ON stand_in FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Every change of the directory raises its version, by whatever hand it was made; processes that keep a copy look at it.
INSERT INTO directory_version (only_row, version) VALUES (true, 1);

CREATE FUNCTION directory_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE directory_version SET version = version + 1;
    RETURN NULL;
END $$;

CREATE TRIGGER raises_version AFTER INSERT OR UPDATE OR DELETE ON participant FOR EACH ROW EXECUTE FUNCTION directory_changes();
CREATE TRIGGER raises_version AFTER INSERT OR UPDATE OR DELETE ON participant_key FOR EACH ROW EXECUTE FUNCTION directory_changes();
CREATE TRIGGER raises_version AFTER INSERT OR UPDATE OR DELETE ON biller_endpoint FOR EACH ROW EXECUTE FUNCTION directory_changes();
CREATE TRIGGER raises_version AFTER INSERT OR UPDATE OR DELETE ON participant_limit FOR EACH ROW EXECUTE FUNCTION directory_changes();
CREATE TRIGGER raises_version AFTER INSERT OR UPDATE OR DELETE ON service FOR EACH ROW EXECUTE FUNCTION directory_changes();
CREATE TRIGGER raises_version AFTER INSERT OR UPDATE OR DELETE ON tariff FOR EACH ROW EXECUTE FUNCTION directory_changes();
CREATE TRIGGER raises_version AFTER INSERT OR UPDATE OR DELETE ON webhook_endpoint FOR EACH ROW EXECUTE FUNCTION directory_changes();
CREATE TRIGGER raises_version AFTER INSERT OR UPDATE OR DELETE ON outage FOR EACH ROW EXECUTE FUNCTION directory_changes();
CREATE TRIGGER never_deleted BEFORE DELETE OR TRUNCATE ON outage FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_deleted BEFORE DELETE OR TRUNCATE ON webhook_endpoint FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_deleted BEFORE DELETE ON webhook_delivery FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_but_erasing();
CREATE TRIGGER never_truncated BEFORE TRUNCATE ON webhook_delivery FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- I14: what nothing else in the books could prove is sealed when it is added; `switch verify` makes the seal again and compares.
CREATE FUNCTION seal_row() RETURNS trigger LANGUAGE plpgsql SET timezone = 'UTC' AS $$
BEGIN
    NEW.digest := sha256(convert_to((to_jsonb(NEW) - 'digest')::text, 'UTF8'));
    RETURN NEW;
END $$;

CREATE TRIGGER sealed BEFORE INSERT ON cap_change FOR EACH ROW EXECUTE FUNCTION seal_row();
CREATE TRIGGER sealed BEFORE INSERT ON directory_change FOR EACH ROW EXECUTE FUNCTION seal_row();
CREATE TRIGGER sealed BEFORE INSERT ON inquiry FOR EACH ROW EXECUTE FUNCTION seal_row();
CREATE TRIGGER sealed_again BEFORE UPDATE OF personal ON inquiry FOR EACH ROW
    WHEN (current_setting('switch.erasing', true) = 'on') EXECUTE FUNCTION seal_row();
CREATE TRIGGER sealed BEFORE INSERT ON retention_rule FOR EACH ROW EXECUTE FUNCTION seal_row();

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON cap_warning FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR TRUNCATE ON position_snapshot FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR TRUNCATE ON turnover FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_deleted BEFORE DELETE ON position_snapshot FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_but_erasing();
CREATE TRIGGER never_deleted BEFORE DELETE ON turnover FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_but_erasing();
CREATE TRIGGER sealed BEFORE INSERT ON cap_warning FOR EACH ROW EXECUTE FUNCTION seal_row();
CREATE TRIGGER sealed BEFORE INSERT ON position_snapshot FOR EACH ROW EXECUTE FUNCTION seal_row();
CREATE TRIGGER sealed BEFORE INSERT ON turnover FOR EACH ROW EXECUTE FUNCTION seal_row();

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON statement_rule FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER sealed BEFORE INSERT ON statement_rule FOR EACH ROW EXECUTE FUNCTION seal_row();

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON received_file FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER sealed BEFORE INSERT ON received_file FOR EACH ROW EXECUTE FUNCTION seal_row();

-- A statement stands as it was handed in; a break ends, and never goes away.
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON statement FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON statement_line FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_deleted BEFORE DELETE OR TRUNCATE ON break FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Who acts on a break first, and by when, is data; the newest term of its kind counts.
INSERT INTO break_term (kind, changed_at, by, hours, participant_acts) VALUES
    ('missing_at_bank', '2026-01-01T00:00:00Z', 'switch', 24, true), ('missing_at_biller', '2026-01-01T00:00:00Z', 'switch', 24, true),
    ('missing_at_switch', '2026-01-01T00:00:00Z', 'switch', 48, true), ('not_advised', '2026-01-01T00:00:00Z', 'switch', 24, false),
    ('sum_differs', '2026-01-01T00:00:00Z', 'switch', 48, true), ('amount_differs', '2026-01-01T00:00:00Z', 'switch', 48, true), ('fee_differs', '2026-01-01T00:00:00Z', 'switch', 120, true),
    ('currency_differs', '2026-01-01T00:00:00Z', 'switch', 48, true), ('date_differs', '2026-01-01T00:00:00Z', 'switch', 72, true),
    ('reference_differs', '2026-01-01T00:00:00Z', 'switch', 48, true), ('status_differs', '2026-01-01T00:00:00Z', 'switch', 24, true),
    ('duplicate_at_bank', '2026-01-01T00:00:00Z', 'switch', 24, true), ('duplicate_at_biller', '2026-01-01T00:00:00Z', 'switch', 24, true),
    ('late_answer', '2026-01-01T00:00:00Z', 'switch', 24, false), ('still_due', '2026-01-01T00:00:00Z', 'switch', 24, true),
    ('stand_in_refused', '2026-01-01T00:00:00Z', 'switch', 24, false),
    ('rtgs_amount_differs', '2026-01-01T00:00:00Z', 'switch', 4, false), ('rtgs_reference_differs', '2026-01-01T00:00:00Z', 'switch', 24, false),
    ('missing_at_rtgs', '2026-01-01T00:00:00Z', 'switch', 4, false), ('rtgs_not_ours', '2026-01-01T00:00:00Z', 'switch', 4, false),
    ('duplicate_at_rtgs', '2026-01-01T00:00:00Z', 'switch', 4, false);

CREATE FUNCTION break_has_its_term() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    term break_term;
BEGIN
    SELECT * INTO term FROM break_term WHERE kind = NEW.kind ORDER BY changed_at DESC LIMIT 1;
    NEW.deadline := NEW.opened_at + make_interval(hours => coalesce(term.hours, 48));
    NEW.owner_code := CASE WHEN coalesce(term.participant_acts, true) THEN NEW.participant_code END;
    RETURN NEW;
END $$;

CREATE TRIGGER has_its_term BEFORE INSERT ON break FOR EACH ROW EXECUTE FUNCTION break_has_its_term();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON break_term FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON break_event FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER sealed BEFORE INSERT ON break_event FOR EACH ROW EXECUTE FUNCTION seal_row();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON break_attachment FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON closing_rule FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER sealed BEFORE INSERT ON closing_rule FOR EACH ROW EXECUTE FUNCTION seal_row();
-- I16: what two people have agreed on stands; only how far it is carried out moves on, and never back.
CREATE FUNCTION rerating_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.rerating_id, OLD.since, OLD.until, OLD.document, OLD.proposal_id, OLD."by", OLD.approved_at, OLD.digest)
       IS DISTINCT FROM (NEW.rerating_id, NEW.since, NEW.until, NEW.document, NEW.proposal_id, NEW."by", NEW.approved_at, NEW.digest)
       OR OLD.finished_at IS NOT NULL OR NEW.payments < OLD.payments OR NEW.adjusted < OLD.adjusted
       OR (NEW.after_window, NEW.after_payment) < (OLD.after_window, OLD.after_payment) THEN
        RAISE EXCEPTION 're-rating % stands as it was (I16)', OLD.rerating_id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER stands BEFORE UPDATE ON rerating FOR EACH ROW EXECUTE FUNCTION rerating_stands();
CREATE TRIGGER never_deleted BEFORE DELETE OR TRUNCATE ON rerating FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR TRUNCATE ON adjustment FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A dispute ends, and never goes away; its history only grows. What people wrote in it may be erased, or locked under a newer key.
CREATE FUNCTION seal_without_personal() RETURNS trigger LANGUAGE plpgsql SET timezone = 'UTC' AS $$
BEGIN
    NEW.digest := sha256(convert_to((to_jsonb(NEW) - 'digest' - 'personal')::text, 'UTF8'));
    RETURN NEW;
END $$;

CREATE FUNCTION refuse_change_beside_personal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (to_jsonb(OLD) - 'personal') IS DISTINCT FROM (to_jsonb(NEW) - 'personal') THEN
        RAISE EXCEPTION '% is append-only (I14)', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION dispute_moves_forward() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN (
        ('open', 'accepted'), ('open', 'rejected'), ('open', 'escalated'), ('open', 'closed'), ('accepted', 'escalated'),
        ('accepted', 'closed'), ('rejected', 'escalated'), ('rejected', 'closed'), ('escalated', 'upheld'), ('escalated', 'closed'),
        ('upheld', 'closed')
    ) THEN
        RAISE EXCEPTION 'dispute % cannot go from % to %', OLD.dispute_id, OLD.state, NEW.state USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF (OLD.payment_id, OLD.bank_code, OLD.biller_code, OLD.opener_code, OLD.idempotency_key, OLD.request_mark, OLD.reason, OLD.currency,
        OLD.claimed_minor, OLD.opened_at)
       IS DISTINCT FROM (NEW.payment_id, NEW.bank_code, NEW.biller_code, NEW.opener_code, NEW.idempotency_key, NEW.request_mark, NEW.reason,
        NEW.currency, NEW.claimed_minor, NEW.opened_at)
       OR OLD.state = 'closed' AND (OLD.outcome, OLD.ended_at, OLD.remedy, OLD.agreed_minor, OLD.late)
          IS DISTINCT FROM (NEW.outcome, NEW.ended_at, NEW.remedy, NEW.agreed_minor, NEW.late) THEN
        RAISE EXCEPTION 'what dispute % is never changes', OLD.dispute_id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER moves_forward BEFORE UPDATE ON dispute FOR EACH ROW EXECUTE FUNCTION dispute_moves_forward();
CREATE TRIGGER never_deleted BEFORE DELETE OR TRUNCATE ON dispute FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER sealed BEFORE INSERT ON dispute_event FOR EACH ROW EXECUTE FUNCTION seal_without_personal();
CREATE TRIGGER append_only BEFORE UPDATE ON dispute_event FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_but_erasing();
CREATE TRIGGER only_personal BEFORE UPDATE ON dispute_event FOR EACH ROW EXECUTE FUNCTION refuse_change_beside_personal();
CREATE TRIGGER never_deleted BEFORE DELETE OR TRUNCATE ON dispute_event FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE ON dispute_attachment FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_but_erasing();
CREATE TRIGGER only_personal BEFORE UPDATE ON dispute_attachment FOR EACH ROW EXECUTE FUNCTION refuse_change_beside_personal();
CREATE TRIGGER never_deleted BEFORE DELETE OR TRUNCATE ON dispute_attachment FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON dispute_term FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER sealed BEFORE INSERT ON dispute_term FOR EACH ROW EXECUTE FUNCTION seal_row();

-- Who answers a complaint first, how long (business hours) and what silence means is data; the newest term before a dispute counts for it.
INSERT INTO dispute_term (reason, changed_at, by, first, answer_hours, answer_silence, review_hours, review_silence, decide_hours, open_days)
SELECT reason, '2026-01-01T00:00:00Z', 'switch', first, answer_hours, 'escalates', 120, 'closes', 120, open_days
FROM (VALUES
    ('not_posted', 'biller', 24, 90), ('posted_late', 'biller', 72, 90), ('paid_twice', 'biller', 72, 120),
    ('wrong_amount', 'biller', 72, 120), ('wrong_account', 'biller', 48, 120), ('service_not_given', 'biller', 120, 120),
    ('refund_not_received', 'biller', 48, 180), ('fee_wrong', 'switch', 72, 120), ('not_authorised', 'biller', 24, 120),
    ('outcome_unknown', 'switch', 24, 60), ('reversal_wrong', 'bank', 72, 120)
) AS term (reason, first, answer_hours, open_days);

-- The bucket that an id carries; `switch/domain/identifiers.py` does the same.
CREATE FUNCTION bucket_of(id uuid) RETURNS smallint LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (('x' || substr(id::text, 16, 3))::bit(12)::integer >> 2)::smallint;

-- Two ways of writing the same: Arabic-Indic digits, alef, hamza, ta marbuta, tatweel, diacritics. `switch/domain/texts.py` does the same.
CREATE FUNCTION for_matching(written text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN btrim(regexp_replace(translate(normalize(written, NFKC),
    '٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹أإآٱىیئؤةک' || U&'\0621\0640\200C\200D\0610\0611\0612\0613\0614\0615\0616\0617\0618\0619\061A\064B\064C\064D\064E\064F\0650\0651\0652\0653\0654\0655\0656\0657\0658\0659\065A\065B\065C\065D\065E\065F\0670\06D6\06D7\06D8\06D9\06DA\06DB\06DC',
    '01234567890123456789ااااييي' || 'وهك'), ' +', ' ', 'g'));

-- I9: a window moves forward by the one table of its transitions; what was said of it when it was closed or settled stays so.
CREATE FUNCTION window_moves_forward() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN (
        ('open', 'closed'), ('closed', 'settling'), ('closed', 'settled'), ('settling', 'settled'), ('settling', 'aborted'),
        ('closed', 'aborted'), ('aborted', 'settling'), ('aborted', 'closed')
    ) THEN
        RAISE EXCEPTION 'window % cannot go from % to % (I9)', OLD.window_id, OLD.state, NEW.state
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF (OLD.window_id, OLD.currency, OLD.business_date, OLD.number, OLD.opened_at)
       IS DISTINCT FROM (NEW.window_id, NEW.currency, NEW.business_date, NEW.number, NEW.opened_at)
       OR OLD.state <> 'open' AND (OLD.closes_at, OLD.closed_at) IS DISTINCT FROM (NEW.closes_at, NEW.closed_at)
       OR OLD.moved_to IS NOT NULL AND (OLD.moved_to, OLD.state) IS DISTINCT FROM (NEW.moved_to, NEW.state)
       OR OLD.state = 'settled' AND (OLD.settled_at, OLD.rtgs_reference, OLD.attempt)
          IS DISTINCT FROM (NEW.settled_at, NEW.rtgs_reference, NEW.attempt) THEN
        RAISE EXCEPTION 'what window % is never changes (I9)', OLD.window_id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER moves_forward BEFORE UPDATE ON settlement_window FOR EACH ROW EXECUTE FUNCTION window_moves_forward();
CREATE TRIGGER never_deleted BEFORE DELETE OR TRUNCATE ON settlement_window FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON window_cell FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON settlement_split FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON window_account FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON file_layout FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON push_place FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_deleted BEFORE DELETE OR TRUNCATE ON file_push FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON file_receipt FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON file_chase FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON issued_file FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON calendar_change FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER sealed BEFORE INSERT ON calendar_change FOR EACH ROW EXECUTE FUNCTION seal_row();

-- An instruction is what was sent: its legs never change, and the first answer stands; but what the RTGS had refused it may have settled after all.
CREATE FUNCTION instruction_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.instruction_id, OLD.window_id, OLD.legs, OLD.created_at)
       IS DISTINCT FROM (NEW.instruction_id, NEW.window_id, NEW.legs, NEW.created_at)
       OR OLD.status IS NOT NULL AND (OLD.status, OLD.rtgs_reference, OLD.reason, OLD.answered_at)
          IS DISTINCT FROM (NEW.status, NEW.rtgs_reference, NEW.reason, NEW.answered_at)
          AND (OLD.status, NEW.status, OLD.reason) IS DISTINCT FROM ('rejected', 'settled', NEW.reason) THEN
        RAISE EXCEPTION 'settlement instruction % stands as it was (I8)', OLD.instruction_id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER stands BEFORE UPDATE ON settlement_instruction FOR EACH ROW EXECUTE FUNCTION instruction_stands();
CREATE TRIGGER never_deleted BEFORE DELETE OR TRUNCATE ON settlement_instruction FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A reversal moves forward by its own table of transitions; what was asked for never changes.
CREATE FUNCTION reversal_moves_forward() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN (
        ('ASKED', 'IN_DOUBT'), ('ASKED', 'AGREED'), ('ASKED', 'REFUSED'), ('IN_DOUBT', 'AGREED'), ('IN_DOUBT', 'REFUSED')
    ) THEN
        RAISE EXCEPTION 'reversal % cannot go from % to % (I8)', OLD.reversal_id, OLD.state, NEW.state
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF (OLD.payment_id, OLD.bank_code, OLD.idempotency_key, OLD.request_digest, OLD.reason, OLD.asked_at, OLD.amount_minor, OLD.currency,
        OLD.payer_fee, OLD.biller_fee, OLD.switch_fee, OLD.bank_fee, OLD.central_bank_fee, OLD.tax)
       IS DISTINCT FROM (NEW.payment_id, NEW.bank_code, NEW.idempotency_key, NEW.request_digest, NEW.reason, NEW.asked_at, NEW.amount_minor,
        NEW.currency, NEW.payer_fee, NEW.biller_fee, NEW.switch_fee, NEW.bank_fee, NEW.central_bank_fee, NEW.tax)
       OR OLD.state IN ('AGREED', 'REFUSED') AND (OLD.window_id, OLD.business_date, OLD.concluded_at)
          IS DISTINCT FROM (NEW.window_id, NEW.business_date, NEW.concluded_at) THEN
        RAISE EXCEPTION 'reversal % stands as it was (I8)', OLD.reversal_id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER moves_forward BEFORE UPDATE ON reversal FOR EACH ROW EXECUTE FUNCTION reversal_moves_forward();

-- The reversals of a payment that are live or agreed never take back more than it, nor more of a fee than it bore. The payment is locked
-- first, so that those of two hands at once are counted one after the other.
CREATE FUNCTION reversals_stay_within_payment() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    its payment%ROWTYPE;
    beyond boolean;
BEGIN
    SELECT * INTO its FROM payment WHERE bucket = NEW.bucket AND payment_id = NEW.payment_id FOR UPDATE;
    PERFORM refuse_change_of_archived(NEW.bucket, NEW.payment_id);
    SELECT sum(amount_minor) > its.amount_minor OR sum(payer_fee) > its.payer_fee OR sum(biller_fee) > its.biller_fee
        OR sum(switch_fee) > its.switch_fee OR sum(bank_fee) > its.bank_fee OR sum(central_bank_fee) > its.central_bank_fee
        OR sum(tax) > its.tax OR bool_or(currency <> its.currency) INTO beyond
    FROM reversal WHERE bucket = NEW.bucket AND payment_id = NEW.payment_id AND state <> 'REFUSED';
    IF beyond THEN
        RAISE EXCEPTION 'the reversals of payment % would take back more than it (I8)', NEW.payment_id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER stay_within_payment AFTER INSERT ON reversal FOR EACH ROW EXECUTE FUNCTION reversals_stay_within_payment();
CREATE TRIGGER never_truncated BEFORE TRUNCATE ON reversal FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- I16: what was proposed is what is decided, once; what was decided is carried out once.
CREATE FUNCTION proposal_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.kind, OLD.subject, OLD.content, OLD.effects, OLD.changes, OLD.reason, OLD.proposed_by, OLD.proposed_at, OLD.expires_at, OLD.effective_at)
       IS DISTINCT FROM
       (NEW.kind, NEW.subject, NEW.content, NEW.effects, NEW.changes, NEW.reason, NEW.proposed_by, NEW.proposed_at, NEW.expires_at, NEW.effective_at)
       OR OLD.state <> 'proposed' AND (OLD.decided_by, OLD.decided_at, OLD.decision_reason, OLD.effects_again, OLD.changes_again)
          IS DISTINCT FROM (NEW.decided_by, NEW.decided_at, NEW.decision_reason, NEW.effects_again, NEW.changes_again)
       OR OLD.state <> 'proposed' AND OLD.state <> NEW.state
          AND NOT (OLD.state = 'approved' AND OLD.carried_out_at IS NULL AND NEW.state IN ('failed', 'withdrawn'))
       OR OLD.ending IS NOT NULL AND OLD.ending IS DISTINCT FROM NEW.ending
       OR OLD.carried_out_at IS NOT NULL AND OLD.carried_out_at IS DISTINCT FROM NEW.carried_out_at THEN
        RAISE EXCEPTION 'proposal % stands as it was (I16)', OLD.proposal_id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER stands BEFORE UPDATE ON proposal FOR EACH ROW EXECUTE FUNCTION proposal_stands();
CREATE TRIGGER never_deleted BEFORE DELETE OR TRUNCATE ON proposal FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- What counts in a window: the payments completed in it, with the other sign what was taken back in it, and what was adjusted in it. Nets, files and checks read this.
CREATE VIEW movement AS
    SELECT window_id, business_date, bucket, payment_id, bank_code, biller_code, service_code, personal, bill_number,
        bank_reference, biller_reference, currency, amount_minor, payer_fee, biller_fee, switch_fee, bank_fee, central_bank_fee, tax,
        concluded_at AS moved_at, false AS reversal, payment_id AS movement_id, 0::bigint AS written_off
    FROM payment WHERE window_id IS NOT NULL
    UNION ALL
    SELECT reversal.window_id, reversal.business_date, bucket, payment_id, payment.bank_code, biller_code, service_code, personal,
        bill_number, payment.bank_reference, payment.biller_reference, reversal.currency, -reversal.amount_minor, -reversal.payer_fee,
        -reversal.biller_fee, -reversal.switch_fee, -reversal.bank_fee, -reversal.central_bank_fee, -reversal.tax, reversal.concluded_at,
        true, reversal_id, 0
    FROM reversal JOIN payment USING (bucket, payment_id) WHERE reversal.window_id IS NOT NULL
    UNION ALL
    SELECT adjustment.window_id, adjustment.business_date, bucket, payment_id, payment.bank_code, payment.biller_code, service_code,
        personal, bill_number, payment.bank_reference, payment.biller_reference, payment.currency, 0, adjustment.payer_fee,
        adjustment.biller_fee, adjustment.switch_fee, adjustment.bank_fee, adjustment.central_bank_fee, adjustment.tax, adjustment.made_at, false, adjustment_id, adjustment.written_off_minor
    FROM adjustment JOIN payment USING (bucket, payment_id);

-- The windows whose payments are settled with a window: itself, and those that were moved into it, step by step.
CREATE VIEW window_member AS
    WITH RECURSIVE member AS (
        SELECT window_id, window_id AS member_id FROM settlement_window
        UNION ALL
        SELECT member.window_id, its.window_id FROM member JOIN settlement_window AS its ON its.moved_to = member.member_id
    )
    SELECT window_id, member_id FROM member;

-- Asked for once, `ANY((SELECT members_of(…))::text[])`, never row by row.
CREATE FUNCTION members_of(wanted text) RETURNS text[] LANGUAGE sql STABLE PARALLEL SAFE
RETURN ARRAY(SELECT member_id FROM window_member WHERE window_id = wanted);

-- I14: the proof log only grows, and its end only moves forward. The row is there from the beginning, to be locked.
INSERT INTO proof_end (only_row, size, sealed_below, peaks) VALUES (true, 0, 0, '');

CREATE FUNCTION proof_log_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.size < OLD.size OR NEW.sealed_below < OLD.sealed_below THEN
        RAISE EXCEPTION 'the proof log only grows (I14)' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION sealed_balance_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.debit_minor < OLD.debit_minor OR NEW.credit_minor < OLD.credit_minor THEN
        RAISE EXCEPTION 'what was posted stays posted (I8)' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER grows BEFORE UPDATE ON sealed_balance FOR EACH ROW EXECUTE FUNCTION sealed_balance_grows();
CREATE TRIGGER grows BEFORE UPDATE ON proof_end FOR EACH ROW EXECUTE FUNCTION proof_log_grows();
CREATE TRIGGER never_deleted BEFORE DELETE OR TRUNCATE ON proof_end FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_deleted BEFORE DELETE OR TRUNCATE ON sealed_balance FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON proof_leaf FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON proof_node FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON proof_head FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A window's row changes; the transactions in which it closed and settled are kept, because those two moments are sealed.
CREATE FUNCTION window_remembers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'open' AND NEW.state <> 'open' THEN
        NEW.closed_xact := (pg_current_xact_id()::text)::bigint;
    END IF;
    IF OLD.state <> 'settled' AND NEW.state = 'settled' THEN
        NEW.settled_xact := (pg_current_xact_id()::text)::bigint;
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER remembers BEFORE UPDATE ON settlement_window FOR EACH ROW EXECUTE FUNCTION window_remembers();

-- I16, I14: what debtors were asked and have said, and what two people have decided, stands; each row is sealed.
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON settlement_rule FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER sealed BEFORE INSERT ON settlement_rule FOR EACH ROW EXECUTE FUNCTION seal_row();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON window_approval FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER sealed BEFORE INSERT ON window_approval FOR EACH ROW EXECUTE FUNCTION seal_row();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON window_answer FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER sealed BEFORE INSERT ON window_answer FOR EACH ROW EXECUTE FUNCTION seal_row();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON window_decision FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER sealed BEFORE INSERT ON window_decision FOR EACH ROW EXECUTE FUNCTION seal_row();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON window_claim FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER sealed BEFORE INSERT ON window_claim FOR EACH ROW EXECUTE FUNCTION seal_row();

-- I5: what is covered in one window is owed in another, to the last unit, and the entries of the journal say the same.
CREATE FUNCTION claims_are_carried() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM (SELECT DISTINCT of_window_id, number, defaulter_code, creditor_code, source FROM added) AS fresh
        WHERE (SELECT count(*) <> 2 OR min(minor) <> max(minor) FROM window_claim AS its
               WHERE its.of_window_id = fresh.of_window_id AND its.number = fresh.number AND its.defaulter_code = fresh.defaulter_code
                 AND its.creditor_code = fresh.creditor_code AND its.source = fresh.source)
    ) OR EXISTS (
        SELECT FROM (SELECT DISTINCT window_id, carried FROM added) AS fresh
        WHERE (SELECT sum(minor) FROM window_claim AS its WHERE (its.window_id, its.carried) = (fresh.window_id, fresh.carried))
            IS DISTINCT FROM
              (SELECT sum(posting.minor) FROM journal_entry AS entry JOIN posting USING (bucket, entry_id)
               WHERE entry.window_id = fresh.window_id AND posting.minor > 0
                 AND entry.kind = CASE WHEN fresh.carried THEN 'default_carried' ELSE 'default_covered' END)
    ) THEN
        RAISE EXCEPTION 'a default is not covered, owed and posted alike (I5)' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER are_carried AFTER INSERT ON window_claim
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION claims_are_carried();

-- What of claims is still owed: as they stand in the last window into which they were carried, less what was paid or written off since;
-- until that window is settled, or is recomputed without the defaulter and they are carried on.
CREATE VIEW default_debt AS
    WITH leg AS (
        SELECT window_id, defaulter_code, creditor_code, source, minor FROM window_claim WHERE carried
        UNION ALL
        SELECT window_id, defaulter_code, creditor_code, source, -part.minor
        FROM debt_payment JOIN debt_part AS part USING (debt_payment_id) WHERE window_id IS NOT NULL
    )
    SELECT its.currency, leg.defaulter_code, leg.creditor_code, leg.source, sum(leg.minor)::bigint AS minor
    FROM leg JOIN settlement_window AS its USING (window_id)
    WHERE its.state <> 'settled' AND NOT EXISTS (
        SELECT FROM window_claim AS again WHERE again.of_window_id = leg.window_id AND again.defaulter_code = leg.defaulter_code)
    GROUP BY its.currency, leg.defaulter_code, leg.creditor_code, leg.source HAVING sum(leg.minor) <> 0;

-- I16: a payment of a debt stands as two people have agreed on it; what became of it is written once. Its parts are all of it.
CREATE FUNCTION debt_payment_stands() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    may_change text[] := ARRAY[
        'state', 'rtgs_reference', 'settled_at', 'refused_because', 'window_id', 'concluded_at', 'asked', 'next_attempt_at'];
BEGIN
    IF OLD.state <> 'asked'
       OR to_jsonb(OLD) - may_change IS DISTINCT FROM to_jsonb(NEW) - may_change
    THEN
        RAISE EXCEPTION 'payment % of a debt stands as it is (I16)', OLD.debt_payment_id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION debt_parts_are_all() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM (SELECT DISTINCT debt_payment_id FROM added) AS fresh JOIN debt_payment USING (debt_payment_id)
        WHERE debt_payment.minor <> (SELECT sum(minor) FROM debt_part WHERE debt_part.debt_payment_id = fresh.debt_payment_id)
    ) THEN
        RAISE EXCEPTION 'the parts of a payment of a debt are not all of it (I5)' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER stands BEFORE UPDATE ON debt_payment FOR EACH ROW EXECUTE FUNCTION debt_payment_stands();
CREATE TRIGGER never_deleted BEFORE DELETE OR TRUNCATE ON debt_payment FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON debt_part FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER are_all AFTER INSERT ON debt_part
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION debt_parts_are_all();

-- The audit is only added to. An account and a token stay, that their names stand for one person for good; a session goes after its time.
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON staff_audit FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_deleted BEFORE DELETE OR TRUNCATE ON staff_account FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_deleted BEFORE DELETE OR TRUNCATE ON staff_token FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_deleted BEFORE DELETE ON staff_session FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_but_erasing();
CREATE TRIGGER never_truncated BEFORE TRUNCATE ON staff_session FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_deleted BEFORE DELETE OR TRUNCATE ON staff_code FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- The archive's door (docs/archiving.md): rows of a payment go only where it is down for the archive of a date whose file is on record, and
-- that record is sealed in the proof log. $1 names the payment of a row that has gone.
CREATE FUNCTION only_archived_goes() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    stays text;
BEGIN
    EXECUTE format($query$
        SELECT gone::text FROM gone LEFT JOIN archived_payment AS its ON its.bucket = gone.bucket AND its.payment_id = %s
        LEFT JOIN archive ON archive.business_date = its.business_date
        WHERE archive.xact IS NULL OR archive.xact >= (SELECT sealed_below FROM proof_end) LIMIT 1
    $query$, TG_ARGV[0]) INTO stays;
    IF stays IS NOT NULL THEN
        RAISE EXCEPTION '% is append-only (I14): DELETE refused, for no sealed archive has the row', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation', DETAIL = left(stays, 200);
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER only_archived_goes AFTER DELETE ON payment REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION only_archived_goes('gone.payment_id');
CREATE TRIGGER only_archived_goes AFTER DELETE ON payment_event REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION only_archived_goes('gone.payment_id');
CREATE TRIGGER only_archived_goes AFTER DELETE ON journal_entry REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION only_archived_goes('gone.payment_id');
CREATE TRIGGER only_archived_goes AFTER DELETE ON reversal REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION only_archived_goes('gone.payment_id');
CREATE TRIGGER only_archived_goes AFTER DELETE ON adjustment REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION only_archived_goes('gone.payment_id');
CREATE TRIGGER only_archived_goes AFTER DELETE ON biller_message REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION only_archived_goes('gone.payment_id');
-- These two go before what they belong to.
CREATE TRIGGER only_archived_goes AFTER DELETE ON posting REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION only_archived_goes(
        '(SELECT entry.payment_id FROM journal_entry AS entry WHERE entry.bucket = gone.bucket AND entry.entry_id = gone.entry_id)');
CREATE TRIGGER only_archived_goes AFTER DELETE ON order_message REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION only_archived_goes(
        'coalesce((SELECT reversal.payment_id FROM reversal WHERE reversal.bucket = gone.bucket AND reversal.reversal_id = gone.order_id), gone.order_id)');

-- Nor by any other hand than the archive's, which says so in its transaction.
CREATE FUNCTION refuse_change_but_archiving() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF coalesce(current_setting('switch.archiving', true), '') <> 'on' THEN
        RAISE EXCEPTION '% is append-only (I14): % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER never_deleted BEFORE DELETE ON payment FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_but_archiving();
CREATE TRIGGER never_deleted BEFORE DELETE ON payment_event FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_but_archiving();
CREATE TRIGGER never_deleted BEFORE DELETE ON journal_entry FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_but_archiving();
CREATE TRIGGER never_deleted BEFORE DELETE ON reversal FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_but_archiving();
CREATE TRIGGER never_deleted BEFORE DELETE ON adjustment FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_but_archiving();
CREATE TRIGGER never_deleted BEFORE DELETE ON biller_message FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_but_archiving();
CREATE TRIGGER never_deleted BEFORE DELETE ON posting FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_but_archiving();
CREATE TRIGGER never_deleted BEFORE DELETE ON order_message FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_but_archiving();

-- Nothing is put down for a date whose file is on record, and only payments that are final.
CREATE FUNCTION archived_payment_is_final() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
    IF EXISTS (SELECT FROM added JOIN archive USING (business_date)) OR EXISTS (
        SELECT FROM added LEFT JOIN payment AS its ON its.bucket = added.bucket AND its.payment_id = added.payment_id
        WHERE its.concluded_at IS NULL OR its.bank_code <> added.bank_code
    ) THEN
        RAISE EXCEPTION 'only final payments go into the archive, and none into a file that is on record (I1)'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER is_final AFTER INSERT ON archived_payment
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION archived_payment_is_final();

CREATE FUNCTION adjusts_nothing_archived() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refuse_change_of_archived(NEW.bucket, NEW.payment_id);
    RETURN NULL;
END $$;

CREATE TRIGGER of_nothing_archived AFTER INSERT ON adjustment FOR EACH ROW EXECUTE FUNCTION adjusts_nothing_archived();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON archived_payment FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON archived_reversal FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON archive FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_deleted BEFORE DELETE OR TRUNCATE ON archive_removal FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_deleted BEFORE DELETE OR TRUNCATE ON archived_balance FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_deleted BEFORE DELETE OR TRUNCATE ON archived_movement FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Movements summed up by window, bank and biller, those of archived dates with them.
CREATE VIEW window_movement AS
    SELECT window_id, bank_code, biller_code, currency, count(*) AS lines, sum(amount_minor)::bigint AS amount_minor,
        sum(payer_fee)::bigint AS payer_fee, sum(biller_fee)::bigint AS biller_fee, sum(switch_fee)::bigint AS switch_fee,
        sum(bank_fee)::bigint AS bank_fee, sum(central_bank_fee)::bigint AS central_bank_fee, sum(tax)::bigint AS tax,
        sum(written_off)::bigint AS written_off
    FROM movement GROUP BY window_id, bank_code, biller_code, currency
    UNION ALL
    SELECT window_id, bank_code, biller_code, currency, lines, amount_minor, payer_fee, biller_fee, switch_fee, bank_fee, central_bank_fee,
        tax, written_off_minor
    FROM archived_movement;
