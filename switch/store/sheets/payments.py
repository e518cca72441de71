"""Sheets of payments: how many and how much, by service, biller's category and governorate, channel, method."""

# ruff: noqa: S608 - the pieces put together here are our own words; every value is a parameter

from switch.domain.participants import Name
from switch.domain.reports import Column, SheetPlan
from switch.store.sheets.known import (
    AMOUNT,
    MOVEMENTS,
    NAME,
    NAME_EN,
    PAID,
    SERVICES,
    SHARE,
    count,
    money,
    named,
    names,
    own,
    percent,
    texts,
    word,
)

_MOVED = f"SELECT * FROM {MOVEMENTS} AS its WHERE {own('bank_code', 'biller_code')}"
# Amounts and fees of what was paid; a reversal is counted and left in, for it was paid and taken back.
_SUMS = f"""
    sum(payments)::bigint, coalesce(sum(amount_minor) FILTER (WHERE NOT reversal), 0)::bigint,
    {percent("sum(amount_minor) FILTER (WHERE NOT reversal)", "sum(sum(amount_minor) FILTER (WHERE NOT reversal)) OVER ()")},
    coalesce(sum(payer_fee + biller_fee), 0)::bigint, count(*) FILTER (WHERE reversal)
"""
_SUM_COLUMNS = (PAID, AMOUNT, SHARE, money("fees", "الرسوم", "Fees"), count("reversals", "دفعات معكوسة", "Reversals"))


def _by(key: str, title: Name, column: Column, grouped: str, joined: str = "") -> SheetPlan:
    return SheetPlan(
        key,
        title,
        (column, *_SUM_COLUMNS),
        f"WITH moved AS ({_MOVED}) SELECT {grouped}, {_SUMS} FROM moved {joined} GROUP BY {grouped} ORDER BY {grouped}",
        small="payments",
        bars="amount",
    )


_UNSAID = "coalesce(called.content ->> '{}', 'unsaid')"
BY_CHANNEL = _by("channels", Name("حسب القناة", "By channel"), word("channel", "القناة", "Channel"), "channel")
BY_METHOD = _by("methods", Name("حسب وسيلة الدفع", "By method"), word("method", "وسيلة الدفع", "Method"), "method")
BY_CATEGORY = _by(
    "categories", Name("حسب فئة الجهة المفوترة", "By category of biller"), word("category", "الفئة", "Category"),
    _UNSAID.format("category"), named("biller_code"),
)  # fmt: skip
BY_GOVERNORATE = _by(
    "governorates", Name("حسب محافظة الجهة المفوترة", "By governorate of biller"), word("governorate", "المحافظة", "Governorate"),
    _UNSAID.format("governorate"), named("biller_code"),
)  # fmt: skip
BY_SERVICE = SheetPlan(
    "services",
    Name("حسب الخدمة", "By service"),
    (texts("service", "رمز الخدمة", "Service"), NAME, NAME_EN, texts("biller", "الجهة المفوترة", "Biller"), *_SUM_COLUMNS),
    f"""
    WITH moved AS ({_MOVED})
    SELECT service_code, {names("service_code")}, coalesce(owner.content ->> 'name_ar', biller_code), {_SUMS}
    FROM moved {named("service_code", of=SERVICES)} {named("biller_code", called="owner")}
    GROUP BY service_code, biller_code, called.content, owner.content ORDER BY service_code, biller_code
    """,
    small="payments",
)
