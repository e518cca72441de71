"""Sheets of settlement: the windows of the days, when they became final, and each participant's net."""

# ruff: noqa: S608 - the pieces put together here are our own words; every value is a parameter

from switch.domain.participants import Name
from switch.domain.reports import SheetPlan
from switch.store.sheets.known import (
    AMOUNT,
    CODE,
    DAY,
    DEFAULTS,
    MOVEMENTS,
    NAME,
    NAME_EN,
    PAID,
    PARTICIPANTS,
    POSTINGS,
    WINDOWS,
    at,
    count,
    lasted,
    money,
    named,
    names,
    texts,
    word,
)

_WINDOW = texts("window", "نافذة التسوية", "Settlement window")
# Payments, amounts and fees from the single payments; what each one pays (positive) or receives from the postings, defaults included.
# An account belongs to whom `domain/nets.py` says.
_NETS = f"""
    moved AS MATERIALIZED (SELECT * FROM {MOVEMENTS} AS its),
    authority AS (SELECT content ->> 'kind' AS kind, subject AS code FROM {PARTICIPANTS} AS its
        WHERE content ->> 'kind' IN ('operator', 'overseer') AND content ->> 'status' <> 'closed'),
    legs AS (
        SELECT window_id, bank_code AS code, payments, amount_minor, payer_fee AS fee, 0 AS net FROM moved
        UNION ALL SELECT window_id, biller_code, payments, amount_minor, biller_fee, 0 FROM moved
        UNION ALL SELECT window_id, (SELECT min(code) FROM authority WHERE kind = 'operator'), 0, 0, switch_fee, 0 FROM moved
            WHERE switch_fee <> 0
        UNION ALL SELECT window_id, (SELECT min(code) FROM authority WHERE kind = 'overseer'), 0, 0, central_bank_fee + tax, 0 FROM moved
            WHERE central_bank_fee + tax <> 0
        UNION ALL SELECT window_id, CASE split_part(account_code, ':', 1)
            WHEN 'payable' THEN split_part(account_code, ':', 3)
            WHEN 'fee_switch' THEN (SELECT min(code) FROM authority WHERE kind = 'operator')
            WHEN 'written_off' THEN (SELECT min(code) FROM authority WHERE kind = 'operator')
            WHEN 'fee_central_bank' THEN (SELECT min(code) FROM authority WHERE kind = 'overseer')
            WHEN 'tax' THEN (SELECT min(code) FROM authority WHERE kind = 'overseer')
            WHEN 'guarantee' THEN (SELECT min(code) FROM authority WHERE kind = 'overseer')
            ELSE split_part(account_code, ':', 2) END, 0, 0, 0, minor FROM {POSTINGS} AS posted
    ),
    nets AS (
        SELECT window_id, code, sum(payments)::bigint AS payments, sum(amount_minor)::bigint AS minor, sum(fee)::bigint AS fee,
            sum(net)::bigint AS net FROM legs GROUP BY window_id, code
    )
"""
DAY_WINDOWS = SheetPlan(
    "windows",
    Name("نوافذ التسوية", "Settlement windows"),
    (
        _WINDOW,
        DAY,
        word("window_state", "الحالة", "State"),
        at("closed_at", "وقت الإقفال", "Closed at"),
        at("settled_at", "وقت النهائية", "Final at"),
        lasted("took", "من الإقفال إلى النهائية", "From close to finality"),
        texts("rtgs_reference", "مرجع RTGS", "RTGS reference"),
        PAID,
        AMOUNT,
        money("net", "مجموع الصافي المدين", "Sum of net debits"),
    ),
    f"""
    WITH {_NETS},
    debits AS (SELECT window_id, sum(net) FILTER (WHERE net > 0)::bigint AS net FROM nets GROUP BY window_id),
    sums AS (SELECT window_id, sum(payments)::bigint AS payments, sum(amount_minor)::bigint AS minor FROM moved GROUP BY window_id)
    SELECT window_id, business_date, state, closed_at, settled_at, round(extract(epoch FROM settled_at - closed_at) * 1000)::bigint,
        rtgs_reference, coalesce(payments, 0), coalesce(minor, 0), coalesce(debits.net, 0)
    FROM {WINDOWS} AS its LEFT JOIN sums USING (window_id) LEFT JOIN debits USING (window_id) ORDER BY business_date, number, window_id
    """,
    bars="amount",
)
WINDOW_NETS = SheetPlan(
    "nets",
    Name("صافي كل مشارك في كل نافذة", "Net of each participant in each window"),
    (
        _WINDOW,
        CODE,
        NAME,
        NAME_EN,
        PAID,
        AMOUNT,
        money("fees", "الرسوم", "Fees"),
        money("pays", "يدفع", "Pays"),
        money("receives", "يقبض", "Receives"),
    ),
    f"""
    WITH {_NETS}
    SELECT window_id, code, {names("code")}, payments, minor, fee, greatest(net, 0), greatest(-net, 0)
    FROM nets {named("code")} ORDER BY window_id, code
    """,
)
# Every account of a default stands at nothing once its window is settled; what is carried into one that is not is owed.
DEBTS = SheetPlan(
    "debts",
    Name("ما بقي من ديون التخلّف عن الدفع", "What is still owed from defaults"),
    (
        texts("defaulter", "المتخلّف", "Defaulter"),
        NAME,
        NAME_EN,
        texts("creditor", "لصالح", "Owed to"),
        money("owed", "المستحق", "Owed"),
    ),
    f"""
    WITH owed AS (
        SELECT CASE split_part(account_code, ':', 1) WHEN 'guarantee' THEN split_part(account_code, ':', 2)
                ELSE split_part(account_code, ':', 3) END AS code,
            CASE split_part(account_code, ':', 1) WHEN 'guarantee' THEN 'guarantee' ELSE split_part(account_code, ':', 2) END AS creditor,
            -sum(minor)::bigint AS minor
        FROM {DEFAULTS} AS its GROUP BY 1, 2
    )
    SELECT code, {names("code")}, creditor, minor FROM owed {named("code")} WHERE minor <> 0 ORDER BY code, creditor
    """,
)
DAY_NETS = SheetPlan(
    "sums",
    Name("صافي كل مشارك في المدة كلها", "Net of each participant over the whole period"),
    (
        CODE,
        NAME,
        NAME_EN,
        count("windows", "النوافذ", "Windows"),
        PAID,
        AMOUNT,
        money("fees", "الرسوم", "Fees"),
        money("pays", "يدفع", "Pays"),
        money("receives", "يقبض", "Receives"),
    ),
    f"""
    WITH {_NETS}
    SELECT code, {names("code")}, count(*), sum(payments)::bigint, sum(minor)::bigint, sum(fee)::bigint,
        sum(greatest(net, 0))::bigint, sum(greatest(-net, 0))::bigint
    FROM nets {named("code")} GROUP BY code, called.content ORDER BY code
    """,
    bars="pays",
)
