"""Sheets of the monthly pack: totals, banks and billers and how they serve, peaks, concentration, incidents, liquidity."""

# ruff: noqa: S608 - the pieces put together here are our own words; every value is a parameter

from switch.domain.participants import Name
from switch.domain.reports import SheetPlan
from switch.store.sheets.known import (
    ADVICES as ADVISED,
)
from switch.store.sheets.known import (
    AMOUNT,
    CAPS,
    CODE,
    MOVEMENTS,
    NAME,
    NAME_EN,
    OUTAGES,
    PAID,
    PAYMENTS,
    POSITIONS,
    REFUSALS,
    SHARE,
    at,
    count,
    lasted,
    money,
    named,
    names,
    percent,
    rate,
    texts,
    word,
)

_ORDERED = count("ordered", "طلبات", "Ordered")
_IN_DOUBT = count("in_doubt", "غير مؤكدة", "In doubt")
TOTALS = SheetPlan(
    "totals",
    Name("الخلاصة", "Summary"),
    (
        PAID,
        AMOUNT,
        money("average", "متوسط الدفعة", "Average payment"),
        count("reversals", "دفعات معكوسة", "Reversals"),
        money("reversed", "مبلغ المعكوس", "Amount reversed"),
        money("fees", "الرسوم", "Fees"),
        _ORDERED,
        count("rejected", "رفضتها الجهة المفوترة", "Rejected by billers"),
        count("refused", "رُفضت قبل الحجز", "Refused before the hold"),
        count("doubted", "مرت بحالة غير مؤكدة", "Were in doubt"),
        count("banks", "مصارف عاملة", "Active banks"),
        count("billers", "جهات مفوترة عاملة", "Active billers"),
        count("windows", "نوافذ تسوية", "Settlement windows"),
    ),
    f"""
    WITH moved AS MATERIALIZED (SELECT * FROM {MOVEMENTS} AS its), paid AS MATERIALIZED (SELECT * FROM {PAYMENTS} AS its)
    SELECT coalesce(sum(payments), 0)::bigint, coalesce(sum(amount_minor) FILTER (WHERE NOT reversal), 0)::bigint,
        coalesce(round(sum(amount_minor) FILTER (WHERE NOT reversal) / nullif(sum(payments), 0)), 0)::bigint,
        count(*) FILTER (WHERE reversal), coalesce(-sum(amount_minor) FILTER (WHERE reversal), 0)::bigint,
        coalesce(sum(payer_fee + biller_fee), 0)::bigint, (SELECT count(*) FROM paid), (SELECT count(*) FROM paid WHERE state = 'REJECTED'),
        (SELECT count(*) FROM {REFUSALS} AS refused), (SELECT count(*) FROM paid WHERE answer = 'IN_DOUBT'),
        count(DISTINCT bank_code), count(DISTINCT biller_code), count(DISTINCT window_id)
    FROM moved
    """,
)
BANKS = SheetPlan(
    "banks",
    Name("المصارف والمحافظ", "Banks and wallets"),
    (
        CODE,
        NAME,
        NAME_EN,
        PAID,
        AMOUNT,
        SHARE,
        _ORDERED,
        count("rejected", "مرفوضة", "Rejected"),
        count("refused", "رُفضت قبل الحجز", "Refused"),
    ),
    f"""
    WITH moved AS (
        SELECT bank_code AS code, sum(payments)::bigint AS payments, sum(amount_minor) FILTER (WHERE NOT reversal)::bigint AS minor
        FROM {MOVEMENTS} AS its GROUP BY 1
    ),
    paid AS (
        SELECT bank_code AS code, count(*) AS ordered, count(*) FILTER (WHERE state = 'REJECTED') AS rejected
        FROM {PAYMENTS} AS its GROUP BY 1
    ),
    refused AS (SELECT bank_code AS code, count(*) AS refused FROM {REFUSALS} AS its GROUP BY 1)
    SELECT code, {names("code")}, coalesce(payments, 0), coalesce(minor, 0), {percent("minor", "sum(minor) OVER ()")},
        coalesce(ordered, 0), coalesce(rejected, 0), coalesce(refused, 0)
    FROM moved FULL JOIN paid USING (code) FULL JOIN refused USING (code) {named("code")} ORDER BY code
    """,
    bars="amount",
)
_TOOK = "round(extract(epoch FROM answered_at - reserved_at) * 1000)::bigint"
BILLERS = SheetPlan(
    "billers",
    Name("الجهات المفوترة: الإتاحة وأزمنة الجواب", "Billers: availability and answer times"),
    (
        CODE,
        NAME,
        NAME_EN,
        PAID,
        AMOUNT,
        count("asked", "سُئلت", "Asked"),
        count("answered", "أجابت", "Answered"),
        rate("availability", "الإتاحة %", "Availability %"),
        lasted("half", "نصفها خلال", "Half within"),
        lasted("p95", "95% خلال", "95th percentile"),
        lasted("p99", "99% خلال", "99th percentile"),
        _IN_DOUBT,
    ),
    f"""
    WITH moved AS (
        SELECT biller_code AS code, sum(payments)::bigint AS payments, sum(amount_minor) FILTER (WHERE NOT reversal)::bigint AS minor
        FROM {MOVEMENTS} AS its GROUP BY 1
    ),
    asked AS (
        SELECT biller_code AS code, {_TOOK} AS took, answer FROM {PAYMENTS} AS its
        WHERE answered_by IN ('biller', 'resolver') AND coalesce(reason, '') <> 'not_reached'
    ),
    served AS (
        SELECT code, count(*) AS asked, count(*) FILTER (WHERE answer <> 'IN_DOUBT') AS answered,
            percentile_disc(0.5) WITHIN GROUP (ORDER BY took) FILTER (WHERE answer <> 'IN_DOUBT') AS half,
            percentile_disc(0.95) WITHIN GROUP (ORDER BY took) FILTER (WHERE answer <> 'IN_DOUBT') AS p95,
            percentile_disc(0.99) WITHIN GROUP (ORDER BY took) FILTER (WHERE answer <> 'IN_DOUBT') AS p99,
            count(*) FILTER (WHERE answer = 'IN_DOUBT') AS doubted
        FROM asked GROUP BY code
    )
    SELECT code, {names("code")}, coalesce(payments, 0), coalesce(minor, 0), coalesce(asked, 0), coalesce(answered, 0),
        {percent("answered", "asked")}, half, p95, p99, coalesce(doubted, 0)
    FROM moved FULL JOIN served USING (code) {named("code")} ORDER BY code
    """,
    note=Name(
        "الإتاحة: ما أجابت عنه الجهة عند أول سؤال من الدفعات التي سُئلت عنها على الخط؛ أما الفواتير المرفوعة مسبقاً فلا يُسأل عنها أحد.",
        "Availability: of the payments asked of a biller on line, those that it answered at once; nobody is asked for uploaded bills.",
    ),
)
PEAKS = SheetPlan(
    "peaks",
    Name("الدقائق العشر الأكثر ازدحاماً", "The ten busiest minutes"),
    (at("minute", "الدقيقة", "Minute"), PAID, AMOUNT),
    f"""
    SELECT date_trunc('minute', reserved_at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' AS minute, count(*), sum(amount_minor)::bigint
    FROM {PAYMENTS} AS its GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 10
    """,
    small="payments",
)
HOURS = SheetPlan(
    "hours",
    Name("الطلبات حسب ساعة اليوم بتوقيت دمشق", "Orders by hour of the day, Damascus time"),
    (texts("hour", "الساعة", "Hour"), _ORDERED, AMOUNT),
    f"""
    SELECT to_char(reserved_at AT TIME ZONE 'UTC' + interval '3 hours', 'HH24:00'), count(*), sum(amount_minor)::bigint
    FROM {PAYMENTS} AS its GROUP BY 1 ORDER BY 1
    """,
    small="ordered",
    bars="ordered",
)
CONCENTRATION = SheetPlan(
    "concentration",
    Name("التركّز", "Concentration"),
    (
        word("of", "بين", "Among"),
        count("participants", "عددهم", "How many"),
        count("hhi", "مؤشر هيرفندال-هيرشمان", "Herfindahl–Hirschman index"),
        rate("largest", "حصة الأول %", "Largest %"),
        rate("top_five", "حصة أكبر خمسة %", "Five largest %"),
    ),
    f"""
    WITH sums AS (
        SELECT of, code, sum(amount_minor) AS minor FROM {MOVEMENTS} AS its
        CROSS JOIN LATERAL (VALUES ('banks', bank_code), ('billers', biller_code), ('services', service_code)) AS seen (of, code)
        WHERE NOT reversal GROUP BY of, code
    ),
    shares AS (
        SELECT of, minor, minor / sum(minor) OVER (PARTITION BY of) AS share,
            row_number() OVER (PARTITION BY of ORDER BY minor DESC, code) AS place FROM sums
    )
    SELECT of, count(*), round(10000 * sum(share * share))::bigint, round(100 * max(share), 2)::text,
        round(100 * sum(share) FILTER (WHERE place <= 5), 2)::text
    FROM shares GROUP BY of ORDER BY of
    """,
    note=Name(
        "المؤشر مجموع مربعات الحصص المئوية من المبالغ: 10,000 عند مشارك واحد، ودون 1,500 تركّز ضعيف.",
        "The index is the sum of squared percentage shares of amounts: 10,000 for one alone; below 1,500 is little concentration.",
    ),
)
DECLARED_OUTAGES = SheetPlan(
    "outages",
    Name("توقفات معلنة", "Declared outages"),
    (
        CODE,
        NAME,
        NAME_EN,
        at("begins_at", "من", "From"),
        at("ends_at", "إلى", "To"),
        texts("reason", "السبب", "Reason"),
        at("withdrawn_at", "سُحب في", "Withdrawn at"),
    ),
    f"""
    SELECT code, {names("code")}, begins_at, ends_at, reason, withdrawn_at
    FROM (
        SELECT content ->> 'biller_code' AS code, (content ->> 'begins_at')::timestamptz AS begins_at,
            (content ->> 'ends_at')::timestamptz AS ends_at, content ->> 'reason_ar' AS reason,
            (content ->> 'withdrawn_at')::timestamptz AS withdrawn_at, subject FROM {OUTAGES} AS its
    ) AS outages {named("code")}
    WHERE begins_at < :ends AND ends_at >= :begins ORDER BY begins_at, code, outages.subject
    """,
)
ADVICES = SheetPlan(
    "advices",
    Name("إشعارات تأخر تأكيدها أو لم تؤكد", "Advices acknowledged late, or not at all"),
    (
        CODE,
        NAME,
        NAME_EN,
        count("advices", "الإشعارات", "Advices"),
        count("late", "تأكدت بعد أكثر من ساعة", "Acknowledged after an hour"),
        count("waiting", "لم تؤكد", "Not acknowledged"),
        lasted("longest", "أطول انتظار", "Longest wait"),
    ),
    f"""
    SELECT code, {names("code")}, count(*), count(*) FILTER (WHERE acknowledged_at - created_at > interval '1 hour'),
        count(*) FILTER (WHERE acknowledged_at IS NULL),
        max(round(extract(epoch FROM coalesce(acknowledged_at, CAST(:known_at AS timestamptz)) - created_at) * 1000))::bigint
    FROM (SELECT *, biller_code AS code FROM {ADVISED} AS its) AS advised {named("code")} GROUP BY code, called.content
    HAVING bool_or(acknowledged_at IS NULL OR acknowledged_at - created_at > interval '1 hour') ORDER BY code
    """,
)
LIQUIDITY = SheetPlan(
    "liquidity",
    Name("استخدام السيولة والسقوف", "Use of liquidity and caps"),
    (
        CODE,
        NAME,
        NAME_EN,
        money("cap", "السقف في نهاية المدة", "Cap at the end"),
        money("peak", "أعلى مركز", "Highest position"),
        at("peak_at", "وقته", "Its second"),
        rate("use", "من السقف %", "Of the cap %"),
        count("refused", "دفعات رُفضت لتجاوز السقف", "Refused for the cap"),
        count("changes", "تعديلات السقف", "Changes of the cap"),
    ),
    f"""
    WITH seconds AS (
        SELECT bank_code, date_trunc('second', created_at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' AS second, sum(minor) AS minor
        FROM {POSITIONS} AS its GROUP BY 1, 2
    ),
    running AS (SELECT bank_code, second, sum(minor) OVER (PARTITION BY bank_code ORDER BY second)::bigint AS minor FROM seconds),
    peak AS (SELECT DISTINCT ON (bank_code) * FROM running WHERE second >= :begins ORDER BY bank_code, minor DESC, second),
    cap AS (
        SELECT DISTINCT ON (bank_code) * FROM {CAPS} AS its WHERE changed_at < :ends ORDER BY bank_code, changed_at DESC, change_id DESC
    ),
    cap_then AS (
        SELECT DISTINCT ON (bank_code) bank_code, its.cap_minor FROM peak JOIN {CAPS} AS its USING (bank_code)
        WHERE changed_at < second + interval '1 second' ORDER BY bank_code, changed_at DESC, change_id DESC
    ),
    changed AS (SELECT bank_code, count(*) AS changes FROM {CAPS} AS its WHERE changed_at >= :begins AND changed_at < :ends GROUP BY 1),
    refused AS (SELECT bank_code, count(*) AS refused FROM {REFUSALS} AS its WHERE refusal_code = 'cap_exceeded' GROUP BY 1)
    SELECT bank_code, {names("bank_code")}, cap.cap_minor, coalesce(greatest(peak.minor, 0), 0), peak.second,
        {percent("greatest(peak.minor, 0)", "cap_then.cap_minor")}, coalesce(refused, 0), coalesce(changes, 0)
    FROM cap LEFT JOIN peak USING (bank_code) LEFT JOIN cap_then USING (bank_code) LEFT JOIN changed USING (bank_code)
    LEFT JOIN refused USING (bank_code) {named("bank_code")} ORDER BY bank_code
    """,
    note=Name(
        "أعلى مركز: أعلى رصيد مرحّل في نهاية ثانية، من القيود؛ والحجوزات العابرة ليست فيه.",
        "Highest position: the most that was posted at the end of a second, from the journal; holds under way are not in it.",
    ),
)
