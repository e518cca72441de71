"""Sheets of reconciliation: how each side compares, the kinds of break, their ages, each of them, and the trend over days."""

# ruff: noqa: S608 - the pieces put together here are our own words; every value is a parameter

from switch.domain.participants import Name
from switch.domain.reports import SheetPlan
from switch.store.sheets.known import (
    AGED,
    AGES,
    AMOUNT,
    BREAKS,
    BREAKS_OPEN,
    CODE,
    DAY,
    KIND,
    MOVEMENTS,
    NAME,
    NAME_EN,
    PAID,
    RATE,
    SIDE,
    SIDES,
    UNRECONCILED,
    at,
    count,
    named,
    names,
    own,
    per_100_000,
    texts,
    word,
)

_UNENDED = f"""
    SELECT * FROM {BREAKS} AS its
    WHERE ended_at IS NULL AND business_date BETWEEN :first AND :last AND {own("participant_code")}
"""
# A payment that differs in several ways is at stake once, with the most.
_AT_STAKE = "CASE WHEN kind LIKE 'duplicate%' THEN break_id ELSE coalesce(payment_id::text, break_id) END"

COMPARED = SheetPlan(
    "sides",
    Name("المطابقة حسب المشارك ويوم العمل", "Reconciliation by participant and business date"),
    (
        DAY,
        CODE,
        NAME,
        NAME_EN,
        SIDE,
        word("statement", "الكشف", "Statement"),
        at("received_at", "وقت وصوله", "Received at"),
        count("revision", "إصداره", "Revision"),
        PAID,
        count("matched", "مطابق", "Matched"),
        BREAKS_OPEN,
        UNRECONCILED,
    ),
    f"""
    WITH paid AS (
        SELECT seen.side, seen.code, business_date, sum(payments)::bigint AS payments
        FROM {MOVEMENTS} AS moved CROSS JOIN LATERAL (VALUES ('bank', bank_code), ('biller', biller_code)) AS seen (side, code)
        WHERE {own("seen.code")} GROUP BY 1, 2, 3
    ),
    unended AS ({_UNENDED}),
    counted AS (SELECT side, participant_code AS code, business_date, count(*) AS breaks FROM unended GROUP BY 1, 2, 3),
    stake AS (
        SELECT side, participant_code, business_date, max(minor) AS minor FROM unended GROUP BY 1, 2, 3, {_AT_STAKE}
    ),
    stakes AS (SELECT side, participant_code AS code, business_date, sum(minor)::bigint AS minor FROM stake GROUP BY 1, 2, 3),
    compared AS (
        SELECT business_date, participant_code AS code, side, statement_id, matched, true AS there
        FROM {SIDES} AS its WHERE {own("participant_code")}
    )
    SELECT business_date, code, {names("code")}, side,
        CASE WHEN there IS NULL THEN 'not_reconciled' WHEN statement_id IS NULL THEN 'not_received' ELSE 'received' END,
        received_at, revision, coalesce(paid.payments, 0), coalesce(compared.matched, 0),
        coalesce(counted.breaks, 0), coalesce(stakes.minor, 0)
    FROM paid FULL JOIN compared USING (side, code, business_date)
    LEFT JOIN (SELECT statement_id, received_at, revision FROM statement) AS statement USING (statement_id)
    LEFT JOIN counted USING (side, code, business_date)
    LEFT JOIN stakes USING (side, code, business_date)
    {named("code")} ORDER BY business_date, side, code
    """,
    bars="unreconciled",
)
KINDS = SheetPlan(
    "kinds",
    Name("الفروق حسب المشارك والنوع", "Breaks by participant and kind"),
    (
        CODE,
        NAME,
        NAME_EN,
        SIDE,
        KIND,
        BREAKS_OPEN,
        count("ended", "فروق انتهت", "Breaks ended"),
        UNRECONCILED,
    ),
    f"""
    SELECT participant_code, {names("participant_code")}, side, kind, count(*) FILTER (WHERE ended_at IS NULL),
        count(*) FILTER (WHERE ended_at IS NOT NULL), coalesce(sum(minor) FILTER (WHERE ended_at IS NULL), 0)::bigint
    FROM {BREAKS} AS its {named("participant_code")}
    WHERE business_date BETWEEN :first AND :last AND {own("participant_code")}
    GROUP BY participant_code, side, kind, called.content ORDER BY participant_code, side, kind
    """,
)
_AGE = "((CAST(:known_at AS timestamptz) AT TIME ZONE 'UTC' + interval '3 hours')::date - business_date)"
BY_AGE = SheetPlan(
    "ages",
    Name("أعمار الفروق القائمة بالأيام", "Ages of breaks that have not ended, in days"),
    (
        CODE,
        NAME,
        NAME_EN,
        SIDE,
        *AGES,
        BREAKS_OPEN,
        count("oldest", "أقدمها (يوم)", "Oldest (days)"),
        UNRECONCILED,
    ),
    f"""
    SELECT participant_code, {names("participant_code")}, side, {AGED},
        count(*), max(age), sum(minor)::bigint
    FROM (SELECT *, {_AGE} AS age FROM {BREAKS} AS its WHERE ended_at IS NULL AND business_date <= :last) AS aged
    {named("participant_code")} WHERE {own("participant_code")}
    GROUP BY participant_code, side, called.content ORDER BY participant_code, side
    """,
    bars="unreconciled",
)
LISTED = SheetPlan(
    "breaks",
    Name("الفروق", "Breaks"),
    (
        DAY,
        CODE,
        SIDE,
        KIND,
        texts("payment_id", "معرّف الدفعة", "Payment"),
        AMOUNT,
        word("state", "الحالة", "State"),
        at("opened_at", "وقت فتحه", "Opened at"),
        at("ended_at", "وقت انتهائه", "Ended at"),
        texts("break_id", "معرّف الفرق", "Break"),
    ),
    f"""
    SELECT business_date, participant_code, side, kind, payment_id::text, minor, state, opened_at, ended_at, break_id
    FROM {BREAKS} AS its WHERE business_date BETWEEN :first AND :last AND {own("participant_code")}
    ORDER BY business_date, participant_code, side, kind, break_id
    """,
)
TREND = SheetPlan(
    "days",
    Name("التطور حسب يوم العمل", "Trend by business date"),
    (
        DAY,
        PAID,
        AMOUNT,
        count("reversals", "دفعات معكوسة", "Reversals"),
        count("breaks_found", "فروق وُجدت", "Breaks found"),
        BREAKS_OPEN,
        UNRECONCILED,
        RATE,
    ),
    f"""
    WITH paid AS (
        SELECT business_date, sum(payments)::bigint AS payments,
            coalesce(sum(amount_minor) FILTER (WHERE NOT reversal), 0)::bigint AS minor,
            count(*) FILTER (WHERE reversal) AS reversals
        FROM {MOVEMENTS} AS moved WHERE {own("bank_code", "biller_code")} GROUP BY 1
    ),
    found AS (
        SELECT business_date, count(*) AS found, count(*) FILTER (WHERE ended_at IS NULL) AS unended
        FROM {BREAKS} AS its WHERE business_date BETWEEN :first AND :last AND {own("participant_code")} GROUP BY 1
    ),
    stake AS (SELECT business_date, max(minor) AS minor FROM ({_UNENDED}) AS unended GROUP BY 1, participant_code, side, {_AT_STAKE}),
    stakes AS (SELECT business_date, sum(minor)::bigint AS minor FROM stake GROUP BY 1)
    SELECT business_date, coalesce(payments, 0), coalesce(paid.minor, 0), coalesce(reversals, 0), coalesce(found, 0),
        coalesce(unended, 0), coalesce(stakes.minor, 0), {per_100_000("coalesce(found, 0)", "payments")}
    FROM paid FULL JOIN found USING (business_date) LEFT JOIN stakes USING (business_date) ORDER BY business_date
    """,
    bars="amount",
)
