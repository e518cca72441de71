-- What the switch knew at a moment: reports read these functions, so that one made again for a past moment reads the same rows.
-- Each takes the moment, and which database transactions count as known then (`report_moment`): a row whose time is before the moment,
-- but which was committed after a report was made for it, does not slip in.

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON report_moment FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON report_issued FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON break_standing FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON incident FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON side_standing FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- The row of a break, and of a side, says how it stands now; these say how it stood. By whatever hand it is changed.
-- `switch.known_at` is the moment of whoever changes it, where the row itself does not tell.
CREATE FUNCTION said_moment() RETURNS timestamptz LANGUAGE sql STABLE
RETURN nullif(current_setting('switch.known_at', true), '')::timestamptz;

CREATE FUNCTION break_remembers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO break_standing (break_id, number, state, ended_at, at)
    SELECT changed.break_id, coalesce(before.number, 0) + 1, changed.state, changed.ended_at,
        coalesce(changed.ended_at, said_moment(), CASE WHEN before.number IS NULL THEN changed.opened_at END, clock_timestamp())
    FROM changed LEFT JOIN LATERAL (
        SELECT number, state, ended_at FROM break_standing AS standing
        WHERE standing.break_id = changed.break_id ORDER BY number DESC LIMIT 1
    ) AS before ON true
    WHERE (changed.state, changed.ended_at) IS DISTINCT FROM (before.state, before.ended_at) OR before.number IS NULL;
    RETURN NULL;
END $$;

CREATE TRIGGER remembers_new AFTER INSERT ON break REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION break_remembers();
CREATE TRIGGER remembers AFTER UPDATE ON break REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION break_remembers();

CREATE FUNCTION side_remembers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO side_standing (business_date, currency, participant_code, side, number, statement_id, matched, at)
    SELECT business_date, currency, participant_code, side, 1 + (
            SELECT count(*) FROM side_standing AS standing
            WHERE (standing.business_date, standing.currency, standing.participant_code, standing.side)
                = (changed.business_date, changed.currency, changed.participant_code, changed.side)),
        statement_id, matched, reconciled_at
    FROM changed;
    RETURN NULL;
END $$;

CREATE TRIGGER remembers_new AFTER INSERT ON reconciled_side REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION side_remembers();
CREATE TRIGGER remembers AFTER UPDATE ON reconciled_side REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION side_remembers();

-- The functions below are inlined into the questions that read them. They return base types only, so that tables may come and go.
CREATE FUNCTION is_known(happened_at timestamptz, happened_in bigint, known_at timestamptz, known_below bigint, known_without bigint[])
RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN happened_at <= known_at AND happened_in < known_below AND happened_in <> ALL (known_without);

-- What counts in windows, from the journal: payments completed, and with the other sign what of them was taken back (whose entry has the
-- reversal's own id).
CREATE FUNCTION known_movement(
    known_at timestamptz, known_below bigint, known_without bigint[], first_day date, last_day date, in_currency text)
RETURNS TABLE (
    window_id text, business_date date, moved_at timestamptz, payment_id uuid, bank_code text, biller_code text, service_code text,
    channel text, method text, amount_minor bigint, payer_fee bigint, biller_fee bigint, switch_fee bigint, bank_fee bigint,
    central_bank_fee bigint, tax bigint, payments bigint, reversal boolean)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT entry.window_id, entry.business_date, entry.created_at, entry.payment_id, payment.bank_code, payment.biller_code,
        payment.service_code, payment.channel, payment.method, coalesce(-back.amount_minor, payment.amount_minor),
        coalesce(-back.payer_fee, payment.payer_fee), coalesce(-back.biller_fee, payment.biller_fee),
        coalesce(-back.switch_fee, payment.switch_fee), coalesce(-back.bank_fee, payment.bank_fee),
        coalesce(-back.central_bank_fee, payment.central_bank_fee), coalesce(-back.tax, payment.tax),
        CASE WHEN back.reversal_id IS NULL THEN 1 ELSE 0 END::bigint, back.reversal_id IS NOT NULL
    FROM journal_entry AS entry JOIN payment ON payment.bucket = entry.bucket AND payment.payment_id = entry.payment_id
    LEFT JOIN reversal AS back ON entry.kind = 'payment_reversed' AND back.bucket = entry.bucket AND back.reversal_id = entry.entry_id
    WHERE entry.kind IN ('payment_completed', 'payment_reversed') AND payment.currency = in_currency
      AND entry.window_id IN (SELECT its.window_id FROM settlement_window AS its
          WHERE its.business_date BETWEEN first_day AND last_day AND its.currency = in_currency)
      AND is_known(entry.created_at, entry.xact, known_at, known_below, known_without)
$$;

-- Payments by the moment at which they were ordered, with what was known of their way: the first answer, the end, the state.
CREATE FUNCTION known_payment(
    known_at timestamptz, known_below bigint, known_without bigint[], begins timestamptz, ends timestamptz, in_currency text)
RETURNS TABLE (
    payment_id uuid, bank_code text, biller_code text, service_code text, channel text, amount_minor bigint, reserved_at timestamptz,
    state text, answered_at timestamptz, answered_by text, answer text, note text, concluded_at timestamptz, concluded_by text, reason text)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT payment.payment_id, payment.bank_code, payment.biller_code, payment.service_code, payment.channel, payment.amount_minor,
        payment.reserved_at, way.state, way.answered_at, way.answered_by, way.answer, way.note, way.concluded_at,
        way.concluded_by, CASE way.state WHEN 'REJECTED' THEN coalesce(payment.reason, 'other') END
    FROM payment JOIN (
        SELECT bucket, payment_id, (array_agg(to_state ORDER BY number DESC))[1] AS state,
            min(at) FILTER (WHERE from_state = 'RESERVED' AND to_state <> 'RESERVED') AS answered_at,
            min("by") FILTER (WHERE from_state = 'RESERVED' AND to_state <> 'RESERVED') AS answered_by,
            min(to_state) FILTER (WHERE from_state = 'RESERVED' AND to_state <> 'RESERVED') AS answer,
            min(event.note) FILTER (WHERE from_state = 'RESERVED' AND to_state <> 'RESERVED') AS note,
            min(at) FILTER (WHERE from_state IN ('RESERVED', 'IN_DOUBT') AND to_state IN ('COMPLETED', 'REJECTED')) AS concluded_at,
            min("by") FILTER (WHERE from_state IN ('RESERVED', 'IN_DOUBT') AND to_state IN ('COMPLETED', 'REJECTED')) AS concluded_by
        FROM payment_event AS event WHERE is_known(event.at, event.xact, known_at, known_below, known_without) AND event.at >= begins
        GROUP BY bucket, payment_id
    ) AS way ON way.bucket = payment.bucket AND way.payment_id = payment.payment_id
    WHERE payment.reserved_at >= begins AND payment.reserved_at < ends AND payment.currency = in_currency
$$;

CREATE FUNCTION known_break(known_at timestamptz, known_below bigint, known_without bigint[], in_currency text)
RETURNS TABLE (
    break_id text, kind text, side text, participant_code text, business_date date, payment_id uuid, minor bigint, state text,
    opened_at timestamptz, ended_at timestamptz)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT break.break_id, break.kind, break.side, break.participant_code, break.business_date, break.payment_id, break.minor,
        standing.state, break.opened_at, standing.ended_at
    FROM break CROSS JOIN LATERAL (
        SELECT its.state, its.ended_at FROM break_standing AS its
        WHERE its.break_id = break.break_id AND is_known(its.at, its.xact, known_at, known_below, known_without)
        ORDER BY its.number DESC LIMIT 1
    ) AS standing
    WHERE break.currency = in_currency
$$;

CREATE FUNCTION known_side(
    known_at timestamptz, known_below bigint, known_without bigint[], first_day date, last_day date, in_currency text)
RETURNS TABLE (
    business_date date, participant_code text, side text, statement_id text, matched bigint, reconciled_at timestamptz, runs bigint)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT DISTINCT ON (its.business_date, its.participant_code, its.side) its.business_date, its.participant_code, its.side,
        its.statement_id, its.matched::bigint, its.at, its.number::bigint
    FROM side_standing AS its
    WHERE its.business_date BETWEEN first_day AND last_day AND its.currency = in_currency
      AND is_known(its.at, its.xact, known_at, known_below, known_without)
    ORDER BY its.business_date, its.participant_code, its.side, its.number DESC
$$;

-- Disputes as the last known line of their history left them; what a dispute is never changes.
CREATE FUNCTION known_dispute(known_at timestamptz, known_below bigint, known_without bigint[], in_currency text)
RETURNS TABLE (
    dispute_id uuid, payment_id uuid, bank_code text, biller_code text, opener_code text, reason text, claimed_minor bigint,
    opened_at timestamptz, state text, holder text, deadline timestamptz, agreed_minor bigint, outcome text, ended_at timestamptz,
    overdue bigint, overdue_bank bigint, overdue_biller bigint, last_overdue boolean)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT dispute.dispute_id, dispute.payment_id, dispute.bank_code, dispute.biller_code, dispute.opener_code, dispute.reason,
        dispute.claimed_minor, dispute.opened_at, last.state, last.holder, last.deadline, last.agreed_minor, last.outcome,
        way.ended_at, way.overdue, way.overdue_bank, way.overdue_biller, last.deadline IS NOT DISTINCT FROM way.overdue_deadline
    FROM dispute JOIN (
        SELECT event.dispute_id, max(number) AS number, min(at) FILTER (WHERE event.state = 'closed') AS ended_at,
            count(*) FILTER (WHERE kind = 'overdue') AS overdue,
            count(*) FILTER (WHERE kind = 'overdue' AND facts ->> 'with' = 'bank') AS overdue_bank,
            count(*) FILTER (WHERE kind = 'overdue' AND facts ->> 'with' = 'biller') AS overdue_biller,
            max(event.deadline) FILTER (WHERE kind = 'overdue') AS overdue_deadline
        FROM dispute_event AS event WHERE is_known(event.at, event.xact, known_at, known_below, known_without)
        GROUP BY event.dispute_id
    ) AS way USING (dispute_id)
    JOIN dispute_event AS last ON last.dispute_id = way.dispute_id AND last.number = way.number
    WHERE dispute.currency = in_currency
$$;

-- What began to fail, and when that had ended; an advice that was parked has ended when its biller has acknowledged it after all.
CREATE FUNCTION known_incident(known_at timestamptz, known_below bigint, known_without bigint[])
RETURNS TABLE (kind text, participant_code text, purpose text, began_at timestamptz, ended_at timestamptz)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT began.kind, began.participant_code, began.purpose, began.at, least(ended.at, taken.at)
    FROM incident AS began
    CROSS JOIN LATERAL (
        SELECT min(its.at) AS at FROM incident AS its
        WHERE its.kind = began.kind AND its.participant_code IS NOT DISTINCT FROM began.participant_code AND its.purpose = began.purpose
          AND its.subject = began.subject AND NOT its.begins AND its.at >= began.at
          AND is_known(its.at, its.xact, known_at, known_below, known_without)
    ) AS ended
    LEFT JOIN LATERAL (
        SELECT acknowledged_at AS at FROM outbox
        WHERE began.kind = 'parked' AND outbox.bucket = bucket_of(nullif(began.subject, '')::uuid)
          AND outbox.event_id = nullif(began.subject, '')::uuid AND acknowledged_at <= known_at AND acknowledged_at >= began.at
    ) AS taken ON true
    WHERE began.begins AND is_known(began.at, began.xact, known_at, known_below, known_without)
$$;

-- The directory as it was: participants, services and outages as their last known change left them.
CREATE FUNCTION known_directory(known_at timestamptz, known_below bigint, known_without bigint[], of_kind text)
RETURNS TABLE (subject text, content jsonb, changed_at timestamptz)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT DISTINCT ON (change.subject) change.subject, change.content, change.changed_at
    FROM directory_change AS change
    WHERE change.kind = of_kind AND is_known(change.changed_at, change.xact, known_at, known_below, known_without)
    ORDER BY change.subject, change.changed_at DESC, change.change_id DESC
$$;

CREATE FUNCTION known_window(
    known_at timestamptz, known_below bigint, known_without bigint[], first_day date, last_day date, in_currency text)
RETURNS TABLE (
    window_id text, business_date date, number bigint, state text, opened_at timestamptz, closed_at timestamptz, settled_at timestamptz,
    rtgs_reference text)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT its.window_id, its.business_date, its.number::bigint,
        CASE WHEN seen.settled THEN 'settled' WHEN seen.closed THEN 'closed' ELSE 'open' END, its.opened_at,
        CASE WHEN seen.closed THEN its.closed_at END, CASE WHEN seen.settled THEN its.settled_at END,
        CASE WHEN seen.settled THEN its.rtgs_reference END
    FROM settlement_window AS its CROSS JOIN LATERAL (SELECT
        coalesce(is_known(its.closed_at, its.closed_xact, known_at, known_below, known_without), false),
        coalesce(is_known(its.settled_at, its.settled_xact, known_at, known_below, known_without), false)) AS seen (closed, settled)
    WHERE its.business_date BETWEEN first_day AND last_day AND its.currency = in_currency
      AND is_known(its.opened_at, its.xact, known_at, known_below, known_without)
$$;
