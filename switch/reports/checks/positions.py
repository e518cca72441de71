"""Positions: held and posted as recomputed from the live payments and the journal, the cap as its last change says."""

from sqlalchemy import text

from switch.reports.checks.examination import Examination

NAME, INVARIANT = "positions", "I6"

_COUNT = text("SELECT count(*) FROM position")
_WRONG = text("""
    WITH held AS (
        SELECT bank_code, currency, sum(amount_minor + payer_fee)::bigint AS minor FROM payment
        WHERE state IN ('RESERVED', 'IN_DOUBT') GROUP BY bank_code, currency
    ),
    posted AS (
        SELECT split_part(account_code, ':', 2) AS bank_code, posting.currency, sum(minor)::bigint AS minor
        FROM (SELECT window_id, account_code, currency, minor FROM posting
            UNION ALL SELECT window_id, account_code, currency, minor FROM archived_balance) AS posting
        JOIN settlement_window AS its USING (window_id)
        WHERE account_code LIKE 'position:%' AND its.state <> 'settled' GROUP BY 1, 2
    ),
    stands AS (
        SELECT bank_code, currency, sum(cap_minor)::bigint AS cap, sum(held_minor)::bigint AS held, sum(posted_minor)::bigint AS posted,
            sum(deposited_minor)::bigint AS deposited
        FROM position GROUP BY bank_code, currency
    ),
    cap AS (SELECT DISTINCT ON (bank_code, currency) bank_code, currency, cap_minor AS minor, deposited_minor AS deposited FROM cap_change
            ORDER BY bank_code, currency, changed_at DESC, change_id DESC),
    compared AS (
        SELECT bank_code, currency, stands.bank_code IS NOT NULL AS there, figure.* FROM stands
        FULL JOIN held USING (bank_code, currency) FULL JOIN posted USING (bank_code, currency) FULL JOIN cap USING (bank_code, currency)
        CROSS JOIN LATERAL (VALUES
            ('held', stands.held, coalesce(held.minor, 0)), ('posted', stands.posted, coalesce(posted.minor, 0)),
            ('cap', stands.cap, cap.minor),
            ('deposited part of the cap', stands.deposited, cap.deposited)
        ) AS figure (name, stands, recomputed)
    )
    SELECT 'position ' || bank_code || ' ' || currency,
        CASE WHEN recomputed IS NULL THEN name || ' is ' || stands || ', and no change of it is on record'
             WHEN there THEN name || ' is ' || stands || ', recomputed it is ' || recomputed
             ELSE 'there is none, and ' || name || ' recomputed is ' || recomputed END
    FROM compared WHERE stands IS DISTINCT FROM recomputed AND (there OR recomputed <> 0)
""")
_SLOTS = text("""
    SELECT 'position ' || bank_code || ' ' || currency, 'its slots are not numbered from 0' FROM position
    GROUP BY bank_code, currency HAVING min(slot) <> 0 OR max(slot) <> count(*) - 1
""")
_CHANGES = text("""
    SELECT 'cap change ' || change_id || ' of ' || bank_code, 'it is not what was recorded (cap ' || cap_minor || ')'
    FROM cap_change WHERE digest <> sha256(convert_to((to_jsonb(cap_change) - 'digest')::text, 'UTF8'))
""")


async def examine(look: Examination) -> None:
    await look.counts(_COUNT)
    await look.where_wrong(_WRONG)
    await look.where_wrong(_SLOTS)
    await look.where_wrong(_CHANGES, invariant="I14")
