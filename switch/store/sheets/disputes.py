"""Sheets of disputes: by code, by participant, the ages of those that live, and each of them; never what people wrote."""

# ruff: noqa: S608 - the pieces put together here are our own words; every value is a parameter

from switch.domain.participants import Name
from switch.domain.reports import SheetPlan
from switch.store.sheets.known import AGED, AGES, CODE, DISPUTES, NAME, NAME_EN, SIDE, at, count, money, named, names, own, texts, word

_REASON = word("dispute_reason", "رمز الشكوى", "Code")
_OPENED = count("opened", "فُتحت في المدة", "Opened in the period")
_LIVE = count("live", "لم تنته", "Not ended")
_MISSED = count("missed", "فاتت مهلة فيها", "A clock was missed")
_CLAIMED = money("claimed", "المبلغ المطالب به", "Claimed")
# Of the period is what was opened before its end, and had not ended before it began. A clock that has run out counts before it is noted.
_OF_PERIOD = f"""
    SELECT *, opened_at >= :begins AS new, overdue > 0 OR deadline <= CAST(:known_at AS timestamptz) AS missed
    FROM {DISPUTES} AS its
    WHERE opened_at < :ends AND (ended_at IS NULL OR ended_at >= :begins) AND {own("bank_code", "biller_code")}
"""
CODES = SheetPlan(
    "dispute_codes",
    Name("الشكاوى حسب الرمز", "Disputes by code"),
    (
        _REASON,
        _OPENED,
        _LIVE,
        count("ended", "انتهت", "Ended"),
        _MISSED,
        count("refunded", "رُدّ مبلغها", "Refunded"),
        count("put_right", "صُحِّحت", "Put right"),
        count("turned_down", "رُفضت أو رُدّت", "Turned down"),
        count("withdrawn", "سُحبت", "Withdrawn"),
        _CLAIMED,
        money("agreed", "المبلغ المتفق على ردّه", "Agreed"),
    ),
    f"""
    SELECT reason, count(*) FILTER (WHERE new), count(*) FILTER (WHERE ended_at IS NULL), count(*) FILTER (WHERE ended_at IS NOT NULL),
        count(*) FILTER (WHERE missed), count(*) FILTER (WHERE outcome = 'refunded'),
        count(*) FILTER (WHERE outcome IN ('put_right', 'adjusted')), count(*) FILTER (WHERE outcome IN ('rejected', 'dismissed')),
        count(*) FILTER (WHERE outcome = 'withdrawn'), sum(claimed_minor)::bigint, coalesce(sum(agreed_minor), 0)::bigint
    FROM ({_OF_PERIOD}) AS its GROUP BY reason ORDER BY reason
    """,
    bars="opened",
)
PARTICIPANTS = SheetPlan(
    "dispute_participants",
    Name("الشكاوى حسب المشارك", "Disputes by participant"),
    (
        CODE,
        NAME,
        NAME_EN,
        SIDE,
        count("disputes", "شكاوى هو طرف فيها", "Disputes of it"),
        count("opened_by_it", "فتحها", "Opened by it"),
        _LIVE,
        count("with_it", "تنتظره", "Waiting for it"),
        count("missed_by_it", "مهل فاتته", "Clocks it missed"),
        count("for_opener", "انتهت لصاحبها", "Ended for the opener"),
        count("against_opener", "انتهت على صاحبها", "Ended against the opener"),
        _CLAIMED,
    ),
    f"""
    WITH party AS (
        SELECT seen.code, seen.side, its.*, seen.code = opener_code AS own,
            seen.missed + (holder = seen.side AND deadline <= CAST(:known_at AS timestamptz) AND NOT last_overdue)::integer AS missed_by_it
        FROM ({_OF_PERIOD}) AS its
        CROSS JOIN LATERAL (VALUES ('bank', bank_code, overdue_bank), ('biller', biller_code, overdue_biller)) AS seen (side, code, missed)
        WHERE {own("seen.code")}
    )
    SELECT code, {names("code")}, side, count(*), count(*) FILTER (WHERE own), count(*) FILTER (WHERE ended_at IS NULL),
        count(*) FILTER (WHERE holder = side), coalesce(sum(missed_by_it), 0)::bigint,
        count(*) FILTER (WHERE outcome IN ('refunded', 'put_right', 'adjusted')),
        count(*) FILTER (WHERE outcome IN ('rejected', 'dismissed', 'withdrawn')), sum(claimed_minor)::bigint
    FROM party {named("code")} GROUP BY code, side, called.content ORDER BY side, code
    """,
)
_AGE = "((CAST(:known_at AS timestamptz) AT TIME ZONE 'UTC' + interval '3 hours')::date"
_AGE += " - (opened_at AT TIME ZONE 'UTC' + interval '3 hours')::date)"
BY_AGE = SheetPlan(
    "dispute_ages",
    Name("أعمار الشكاوى التي لم تنته بالأيام", "Ages of disputes that have not ended, in days"),
    (
        CODE,
        NAME,
        NAME_EN,
        SIDE,
        *AGES,
        _LIVE,
        count("oldest", "أقدمها (يوم)", "Oldest (days)"),
        _CLAIMED,
    ),
    f"""
    SELECT code, {names("code")}, side, {AGED},
        count(*), max(age), sum(claimed_minor)::bigint
    FROM (SELECT *, {_AGE} AS age FROM ({_OF_PERIOD}) AS its WHERE ended_at IS NULL) AS aged
    CROSS JOIN LATERAL (VALUES ('bank', bank_code), ('biller', biller_code)) AS seen (side, code) {named("code")}
    WHERE {own("code")} GROUP BY code, side, called.content ORDER BY side, code
    """,
)
LISTED = SheetPlan(
    "disputes",
    Name("الشكاوى", "Disputes"),
    (
        at("opened_at", "وقت فتحها", "Opened at"),
        _REASON,
        texts("bank", "المصرف", "Bank"),
        texts("biller", "الجهة المفوترة", "Biller"),
        word("dispute_state", "الحالة", "State"),
        word("holder", "تنتظر", "Waits for"),
        at("deadline", "المهلة", "Deadline"),
        word("clock", "المهل", "Clocks"),
        word("outcome", "النهاية", "Outcome"),
        at("ended_at", "وقت انتهائها", "Ended at"),
        _CLAIMED,
        money("agreed", "المتفق عليه", "Agreed"),
        texts("payment_id", "معرّف الدفعة", "Payment"),
        texts("dispute_id", "معرّف الشكوى", "Dispute"),
    ),
    f"""
    SELECT opened_at, reason, bank_code, biller_code, state, holder, deadline,
        CASE WHEN missed THEN 'missed' WHEN ended_at IS NULL THEN 'running' ELSE 'kept' END, outcome, ended_at, claimed_minor, agreed_minor,
        payment_id::text, dispute_id::text
    FROM ({_OF_PERIOD}) AS its ORDER BY opened_at, dispute_id
    """,
)
