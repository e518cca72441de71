"""Sheets of causes: what went wrong how often per 100,000 payments, whose it was, and which stage took how long."""

# ruff: noqa: S608 - the pieces put together here are our own words; every value is a parameter

from switch.domain.participants import Name
from switch.domain.reports import SheetPlan
from switch.store.sheets.known import (
    BREAKS,
    CODE,
    KIND,
    MOVEMENTS,
    NAME,
    NAME_EN,
    PAYMENTS,
    RATE,
    REFUSALS,
    SIDE,
    count,
    lasted,
    money,
    named,
    names,
    per_100_000,
    percent,
    rate,
    word,
)

_ORDERED = f"(SELECT count(*) FROM {PAYMENTS} AS its) + (SELECT count(*) FROM {REFUSALS} AS refused)"
BREAK_CAUSES = SheetPlan(
    "break_causes",
    Name("الفروق حسب نوعها", "Breaks by kind"),
    (
        KIND,
        SIDE,
        count("found", "فروق وُجدت", "Breaks found"),
        count("unended", "ما زالت قائمة", "Not ended"),
        money("amount", "المبلغ", "Amount"),
        RATE,
    ),
    f"""
    WITH paid AS (SELECT sum(payments) AS payments FROM {MOVEMENTS} AS moved)
    SELECT kind, side, count(*), count(*) FILTER (WHERE ended_at IS NULL), sum(minor)::bigint, {per_100_000("count(*)", "max(payments)")}
    FROM {BREAKS} AS its CROSS JOIN paid WHERE business_date BETWEEN :first AND :last GROUP BY kind, side ORDER BY kind, side
    """,
    bars="found",
)
# Whose a cause is. What a biller said is its own; what was never sent, or was cut off, is the line's.
_OF_A_REASON = """CASE reason WHEN 'customer_unknown' THEN 'bank' WHEN 'bill_unknown' THEN 'bank' WHEN 'bill_already_paid' THEN 'bank'
    WHEN 'amount_wrong' THEN 'bank' WHEN 'not_reached' THEN 'network' ELSE 'biller' END"""
_OF_A_REFUSAL = """CASE WHEN refusal_code LIKE 'biller%' OR refusal_code IN ('service_closed', 'customer_unknown') THEN 'biller'
    WHEN refusal_code IN ('no_open_window', 'overloaded', 'switch_unavailable') THEN 'switch' ELSE 'bank' END"""
_DOUBT = """CASE WHEN answered_by = 'resolver' THEN 'left_by_the_switch'
    WHEN note LIKE 'no answer within%' THEN 'silence' WHEN note LIKE 'the connection%' OR note LIKE 'no connection%'
        OR note LIKE 'the name does not resolve%' OR note LIKE 'not on an allowed network%' THEN 'line_cut'
    WHEN note LIKE 'status 5%' THEN 'biller_fault' WHEN note = 'the biller has no end point' THEN 'no_end_point'
    WHEN note LIKE 'the biller has not been answering%' THEN 'silence' ELSE 'answer_unreadable' END"""
_OF_A_DOUBT = """CASE cause WHEN 'left_by_the_switch' THEN 'switch' WHEN 'line_cut' THEN 'network' WHEN 'no_end_point' THEN 'switch'
    ELSE 'biller' END"""
_OF_A_BREAK = """CASE WHEN kind IN ('late_answer', 'still_due', 'stand_in_refused', 'missing_at_biller') THEN 'biller'
    WHEN kind = 'not_advised' THEN 'network'
    WHEN side = 'rtgs' THEN 'switch' ELSE side END"""
_CAUSES = f"""
    caused AS (
        SELECT 'rejected' AS stage, reason AS cause, {_OF_A_REASON} AS party FROM paid WHERE state = 'REJECTED'
        UNION ALL
        SELECT 'in_doubt', cause, {_OF_A_DOUBT}
        FROM (SELECT *, {_DOUBT} AS cause FROM paid WHERE answer = 'IN_DOUBT' OR answered_by = 'resolver') AS doubted
        UNION ALL
        SELECT 'refused', refusal_code, {_OF_A_REFUSAL} FROM {REFUSALS} AS refused
        UNION ALL
        SELECT 'break', kind, {_OF_A_BREAK} FROM {BREAKS} AS its WHERE business_date BETWEEN :first AND :last
    )
"""
FAULTS = SheetPlan(
    "faults",
    Name("الأسباب ولمن تعود", "Causes, and whose they are"),
    (
        word("party", "تعود إلى", "Whose"),
        word("stage", "المرحلة", "Stage"),
        word("cause", "السبب", "Cause"),
        count("cases", "الحالات", "Cases"),
        rate("share", "الحصة %", "Share %"),
        RATE,
    ),
    f"""
    WITH paid AS MATERIALIZED (SELECT * FROM {PAYMENTS} AS its), {_CAUSES},
    ordered AS (SELECT {_ORDERED} AS orders)
    SELECT party, stage, cause, count(*), {percent("count(*)", "sum(count(*)) OVER ()")}, {per_100_000("count(*)", "max(orders)")}
    FROM caused CROSS JOIN ordered GROUP BY party, stage, cause ORDER BY party, stage, cause
    """,
    bars="cases",
)
PARTIES = SheetPlan(
    "parties",
    Name("على من تقع الأسباب", "Causes by party"),
    (word("party", "تعود إلى", "Whose"), count("cases", "الحالات", "Cases"), rate("share", "الحصة %", "Share %"), RATE),
    f"""
    WITH paid AS MATERIALIZED (SELECT * FROM {PAYMENTS} AS its), {_CAUSES},
    ordered AS (SELECT {_ORDERED} AS orders)
    SELECT party, count(*), {percent("count(*)", "sum(count(*)) OVER ()")}, {per_100_000("count(*)", "max(orders)")}
    FROM caused CROSS JOIN ordered GROUP BY party ORDER BY party
    """,
    bars="cases",
)
REJECTED = SheetPlan(
    "refusals",
    Name("الطلبات المرفوضة", "Orders refused"),
    (word("stage", "المرحلة", "Stage"), word("cause", "السبب", "Cause"), count("cases", "الحالات", "Cases"), RATE),
    f"""
    WITH ordered AS (SELECT {_ORDERED} AS orders),
    said AS (
        SELECT 'rejected' AS stage, reason AS cause FROM {PAYMENTS} AS its WHERE state = 'REJECTED'
        UNION ALL SELECT 'refused', refusal_code FROM {REFUSALS} AS refused
    )
    SELECT stage, cause, count(*), {per_100_000("count(*)", "max(orders)")}
    FROM said CROSS JOIN ordered GROUP BY stage, cause ORDER BY stage, cause
    """,
    bars="cases",
)


def _between(later: str, earlier: str) -> str:
    return f"round(extract(epoch FROM {later} - {earlier}) * 1000)::bigint"


def _at(share: str) -> str:
    return f"percentile_disc({share}) WITHIN GROUP (ORDER BY took)"


STAGES = SheetPlan(
    "stages",
    Name("أزمنة المراحل حسب الجهة المفوترة", "Times of each stage by biller"),
    (
        CODE,
        NAME,
        NAME_EN,
        word("stage", "المرحلة", "Stage"),
        count("payments", "عدد الدفعات", "Payments"),
        lasted("half", "نصفها خلال", "Half within"),
        lasted("p95", "95% خلال", "95th percentile"),
        lasted("p99", "99% خلال", "99th percentile"),
        lasted("longest", "أطولها", "Longest"),
    ),
    f"""
    WITH paid AS MATERIALIZED (SELECT * FROM {PAYMENTS} AS its),
    timed AS (
        SELECT biller_code, 'answer' AS stage, {_between("answered_at", "reserved_at")} AS took FROM paid WHERE answered_by = 'biller'
        UNION ALL
        SELECT biller_code, 'doubt', {_between("concluded_at", "answered_at")}
        FROM paid WHERE answer = 'IN_DOUBT' AND concluded_at IS NOT NULL
        UNION ALL
        SELECT biller_code, 'whole', {_between("concluded_at", "reserved_at")}
        FROM paid WHERE concluded_at IS NOT NULL AND answered_by <> 'switch'
    )
    SELECT biller_code, {names("biller_code")}, stage, count(*), {_at("0.5")}, {_at("0.95")}, {_at("0.99")}, max(took)
    FROM timed {named("biller_code")} GROUP BY biller_code, stage, called.content ORDER BY biller_code, stage
    """,
)
