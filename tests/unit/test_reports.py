"""Reports: the period, the name, small cells that nobody can work out, and how cells are written."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.codecs.report_cells import duration, grouped_money, known_words, period_words, shown
from switch.domain.participants import Name
from switch.domain.report_errors import ReportPeriodRefused, ReportTooEarly
from switch.domain.reports import MOST_DAYS, CellKind, Column, ReportAsked, ReportName, SheetPlan, read_period, settled_moment
from switch.domain.small_cells import without_small_cells

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
DAY = date(2026, 11, 24)
PLAN = SheetPlan(
    "channels",
    Name("قناة", "Channel"),
    tuple(
        Column(key, Name(key, key), kind)
        for key, kind in (("channel", CellKind.WORD), ("payments", CellKind.COUNT), ("amount", CellKind.MONEY))
    ),
    "",
    small="payments",
)


def asked(first: date = DAY, last: date = DAY, known_at: datetime = NOW) -> ReportAsked:
    return ReportAsked(ReportName.RECONCILIATION, first, last, known_at)


def test_a_period_is_said_in_exactly_one_way() -> None:
    assert read_period(DAY, None, None, None) == (DAY, DAY)
    assert read_period(None, date(2028, 2, 1), None, None) == (date(2028, 2, 1), date(2028, 2, 29))
    for wrong in ((None, None, None, None), (DAY, DAY, None, None), (None, None, DAY, None), (DAY, None, DAY, DAY)):
        with pytest.raises(ReportPeriodRefused):
            read_period(*wrong)
    for first, last in ((DAY, DAY - timedelta(days=1)), (DAY, DAY + timedelta(days=MOST_DAYS))):
        with pytest.raises(ReportPeriodRefused):
            asked(first, last)


def test_a_moment_that_is_not_settled_yet_is_refused() -> None:
    asked(known_at=settled_moment(NOW)).require_settled(NOW)
    with pytest.raises(ReportTooEarly):
        asked(known_at=NOW - timedelta(seconds=9)).require_settled(NOW)


def test_a_report_is_named_by_its_question() -> None:
    assert asked().report_id == "reconciliation-SYP-20261124-known-20261124T120000.000000Z"
    assert asked(first=date(2026, 11, 1)).report_id != asked().report_id != asked(known_at=NOW - timedelta(microseconds=1)).report_id


@given(st.lists(st.integers(0, 40), max_size=12), st.integers(2, 12))
def test_what_is_hidden_cannot_be_told_from_the_sums(counts: list[int], smallest: int) -> None:
    rows = [(f"c{number}", count, count * 100) for number, count in enumerate(counts)]
    told = without_small_cells(PLAN, rows, smallest)
    hidden = [row for row, shown_row in zip(rows, told, strict=True) if shown_row[2] is None]
    assert {row[0] for row in told} == {row[0] for row in rows}
    assert all(row in told for row in rows if row not in hidden)
    assert all(row in hidden for row in rows if 0 < row[1] < smallest)
    assert len(hidden) != 1 or not any(row[1] >= smallest for row in rows)


def test_a_small_cell_says_so() -> None:
    assert without_small_cells(PLAN, [("atm", 3, 700), ("agent", 12, 900), ("pos", 90, 1)], 10) == [
        ("atm", "<10", None), ("agent", "–", None), ("pos", 90, 1),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("minor", "written"), [(0, "0.00"), (5, "0.05"), (123456750, "1,234,567.50"), (-100, "-1.00"), (10**16, "100,000,000,000,000.00")]
)
def test_sums_have_their_own_pattern(minor: int, written: str) -> None:
    assert grouped_money(minor, "SYP") == written


def test_months_and_days_are_said_as_in_syria_with_latin_digits() -> None:
    assert period_words(asked()) == "24 تشرين الثاني 2026"
    assert period_words(asked(date(2026, 11, 1), date(2026, 11, 30))) == "تشرين الثاني 2026"
    assert period_words(asked(date(2026, 1, 31))) == "من 31 كانون الثاني 2026 إلى 24 تشرين الثاني 2026"
    assert known_words(datetime(2026, 11, 24, 22, 30, tzinfo=UTC)) == "25 تشرين الثاني 2026، الساعة 01:30:00 بتوقيت دمشق"
    assert [duration(milliseconds) for milliseconds in (94, 61_000, 3_723_000)] == ["0.094 ث", "1:01 د", "1:02:03 سا"]


def test_codes_are_shown_in_words() -> None:
    state = Column("window_state", Name("الحالة", "State"), CellKind.WORD)
    assert [shown(code, state, "SYP") for code in ("open", "settled", "of-tomorrow", None)] == ["مفتوحة", "تمت تسويتها", "of-tomorrow", "–"]
