"""The calendar: weekends, holidays and cut-offs decide for which business date a payment counts, and what the next window is called."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from switch.domain.calendar import BUSINESS_ZONE, Calendar, local_moment, read_day, read_time_of_day, require_calendar
from switch.domain.settlement import Window, next_window
from switch.domain.settlement_errors import CalendarRefused

HOLIDAY = date(2026, 11, 25)
CALENDAR = Calendar((time(11), time(15, 30)), frozenset({HOLIDAY}))
TUESDAY, THURSDAY, SUNDAY = date(2026, 11, 24), date(2026, 11, 26), date(2026, 11, 29)


def damascus(day: date, hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=BUSINESS_ZONE)


@pytest.mark.parametrize(
    "text", ["20261124", "2026-W48-2", "2026-1-4", "24-11-2026", "2026-02-30", "٢٠٢٦-١١-٢٤", " 2026-11-24", "2026-11-24T00", ""]
)
def test_a_day_has_one_spelling(text: str) -> None:
    assert read_day("2026-11-24") == TUESDAY
    with pytest.raises(ValueError, match=r"day|month"):
        read_day(text)


@pytest.mark.parametrize("text", ["11", "1100", "11:00:00", "9:00", "24:00", "11:00+03:00", "١١:٠٠", ""])
def test_a_time_of_day_has_one_spelling(text: str) -> None:
    assert read_time_of_day("15:30") == time(15, 30)
    with pytest.raises(ValueError, match=r"time of day|hour"):
        read_time_of_day(text)


@pytest.mark.parametrize(
    ("at", "business_date", "closes_at"),
    [
        (damascus(TUESDAY, 0), TUESDAY, damascus(TUESDAY, 11)),
        (damascus(TUESDAY, 10, 59, 59), TUESDAY, damascus(TUESDAY, 11)),
        (damascus(TUESDAY, 11), TUESDAY, damascus(TUESDAY, 15, 30)),
        (damascus(TUESDAY, 15, 30), THURSDAY, damascus(THURSDAY, 11)),
        (damascus(HOLIDAY, 9), THURSDAY, damascus(THURSDAY, 11)),
        (damascus(THURSDAY, 23), SUNDAY, damascus(SUNDAY, 11)),
        (damascus(date(2026, 11, 27), 9), SUNDAY, damascus(SUNDAY, 11)),
        (damascus(date(2026, 11, 28), 23, 59), SUNDAY, damascus(SUNDAY, 11)),
        (datetime(2026, 11, 23, 21, 30, tzinfo=UTC), TUESDAY, damascus(TUESDAY, 11)),
    ],
)
def test_the_business_date_and_cut_off_of_a_moment(at: datetime, business_date: date, closes_at: datetime) -> None:
    sitting = CALENDAR.sitting(at)
    assert (sitting.business_date, sitting.closes_at) == (business_date, closes_at)
    assert sitting.closes_at > at


def opened(at: datetime, last: Window | None = None, calendar: Calendar = CALENDAR) -> Window:
    return next_window(calendar, "SYP", at, last)


def test_windows_are_numbered_from_1_on_each_business_date() -> None:
    first = opened(damascus(TUESDAY, 9))
    early = opened(damascus(TUESDAY, 9, 30), first)
    after_cut_off = opened(damascus(TUESDAY, 11), early)
    next_day = opened(damascus(TUESDAY, 15, 30), after_cut_off)
    assert [window.window_id for window in (first, early, after_cut_off, next_day)] == [
        "SYP-20261124-01",
        "SYP-20261124-02",
        "SYP-20261124-03",
        "SYP-20261126-01",
    ]
    assert early.closes_at == damascus(TUESDAY, 11)


def test_a_window_closed_before_its_business_date_has_begun_is_followed_by_another_of_that_date() -> None:
    first = opened(damascus(TUESDAY, 16))
    assert opened(damascus(TUESDAY, 17), first).window_id == "SYP-20261126-02"


def test_business_dates_never_go_back_when_cut_offs_or_clock_do() -> None:
    ahead = opened(damascus(TUESDAY, 16))
    later_cut_off = replace(CALENDAR, cut_offs=(time(23),))
    assert opened(damascus(TUESDAY, 17), ahead, later_cut_off).window_id == "SYP-20261126-02"
    assert opened(damascus(TUESDAY, 9) - timedelta(days=7), ahead).business_date == THURSDAY
    declared = replace(CALENDAR, holidays=frozenset({THURSDAY}))
    assert opened(damascus(TUESDAY, 17), ahead, declared).window_id == "SYP-20261129-01"


def test_an_open_window_closes_at_once_where_no_cut_off_is_left() -> None:
    assert CALENDAR.closing(TUESDAY, damascus(TUESDAY, 12)) == damascus(TUESDAY, 15, 30)
    assert CALENDAR.closing(TUESDAY, damascus(TUESDAY, 16)) == damascus(TUESDAY, 16)
    assert local_moment(TUESDAY) == damascus(TUESDAY, 0)


@pytest.mark.parametrize(
    "cut_offs",
    [
        (),
        (time(12), time(11)),
        (time(11), time(11)),
        (time(0),),
        (time(11, 0, 1),),
        (time(11, tzinfo=UTC),),
        tuple(time(1, m) for m in range(25)),
    ],
)
def test_cut_offs_that_make_no_sense_are_refused_by_name(cut_offs: tuple[time, ...]) -> None:
    with pytest.raises(CalendarRefused) as refused:
        require_calendar(cut_offs, ())
    assert "?" not in refused.value.detail("ar")


def test_holidays_without_end_are_refused() -> None:
    with pytest.raises(CalendarRefused):
        require_calendar([time(11)], [TUESDAY + timedelta(days=day) for day in range(60)])
