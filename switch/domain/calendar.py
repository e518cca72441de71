"""The calendar: business dates, holidays, cut-offs, and the zone in which they are read."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone

from switch.domain.settlement_errors import CalendarRefused

BUSINESS_ZONE = timezone(timedelta(hours=3))
"""Damascus: UTC+3 all year since October 2022; fixed here, because a bare machine may have no zone data."""

WEEKEND = frozenset({4, 5})
"""Friday and Saturday, as `date.weekday()` counts."""

DEFAULT_CUT_OFFS = (time(11, 0), time(15, 30))
"""For a currency whose cut-offs were never set."""

MOST_CUT_OFFS = 24
LONGEST_CLOSURE_DAYS = 30
"""Holidays that leave no business date for longer than this are a mistake."""


_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_TIME_OF_DAY = re.compile(r"[0-9]{2}:[0-9]{2}", re.ASCII)


def read_day(text: str) -> date:
    """`2026-12-01` and no other spelling, whoever writes it. Raises ValueError."""
    if _DAY.fullmatch(text) is None:
        raise ValueError("a day is written 2026-12-01")
    return date.fromisoformat(text)


def read_time_of_day(text: str) -> time:
    """`16:30` and no other spelling. Raises ValueError."""
    if _TIME_OF_DAY.fullmatch(text) is None:
        raise ValueError("a time of day is written 16:30")
    return time.fromisoformat(text)


def local_date(at: datetime) -> date:
    """The day on the calendar in Damascus; a holiday is a day, too."""
    return at.astimezone(BUSINESS_ZONE).date()


def local_moment(day: date, at: time = time.min) -> datetime:
    """That time of that day in Damascus."""
    return datetime.combine(day, at, BUSINESS_ZONE)


@dataclass(frozen=True, slots=True)
class Sitting:
    """For which business date a payment counts, and when its window closes."""

    business_date: date
    closes_at: datetime


@dataclass(frozen=True, slots=True)
class Calendar:
    """One currency's: cut-offs in Damascus time, ascending, and the holidays of the banks."""

    cut_offs: tuple[time, ...] = DEFAULT_CUT_OFFS
    holidays: frozenset[date] = frozenset()

    def is_business_date(self, day: date) -> bool:
        return day.weekday() not in WEEKEND and day not in self.holidays

    def business_date_from(self, day: date) -> date:
        """The first business date that is not before `day`."""
        for ahead in range(LONGEST_CLOSURE_DAYS + 1):
            if self.is_business_date(day + timedelta(days=ahead)):
                return day + timedelta(days=ahead)
        raise _refused(
            f"no business date for more than {LONGEST_CLOSURE_DAYS} days from {day}",
            f"لا يوم عمل لأكثر من {LONGEST_CLOSURE_DAYS} يوماً من {day}",
        )

    def sitting(self, at: datetime) -> Sitting:
        """What is taken at this moment; from the last cut-off on it counts for the next business date."""
        today = local_date(at)
        if self.is_business_date(today) and (closes_at := self._cut_off_after(today, at)) is not None:
            return Sitting(today, closes_at)
        following = self.business_date_from(today + timedelta(days=1))
        return Sitting(following, local_moment(following, self.cut_offs[0]))

    def closing(self, business_date: date, at: datetime) -> datetime:
        """When a window of `business_date` closes that is open at this moment: at once where no cut-off is left."""
        return self._cut_off_after(business_date, at) or at

    def _cut_off_after(self, day: date, at: datetime) -> datetime | None:
        return next((moment for cut_off in self.cut_offs if (moment := local_moment(day, cut_off)) > at), None)


def require_calendar(cut_offs: Iterable[time], holidays: Iterable[date]) -> Calendar:
    """A calendar that staff may set. Raises CalendarRefused."""
    times = tuple(cut_offs)
    if not 1 <= len(times) <= MOST_CUT_OFFS:
        raise _refused(f"a day has 1 to {MOST_CUT_OFFS} cut-offs", f"لليوم من 1 إلى {MOST_CUT_OFFS} موعد إقفال")
    if list(times) != sorted(set(times)):
        raise _refused("cut-offs are given once each, the earliest first", "تُذكر مواعيد الإقفال مرة واحدة لكل منها، الأبكر أولاً")
    if any(cut_off.second or cut_off.microsecond or cut_off.tzinfo or cut_off == time.min for cut_off in times):
        raise _refused("a cut-off is a whole minute after midnight, Damascus time", "موعد الإقفال دقيقة كاملة بعد منتصف الليل بتوقيت دمشق")
    calendar = Calendar(times, frozenset(holidays))
    for day in calendar.holidays:
        calendar.business_date_from(day)
    return calendar


def _refused(why: str, why_ar: str) -> CalendarRefused:
    return CalendarRefused(why=why, why_ar=why_ar)
