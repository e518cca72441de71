"""Liquidity decided: when a level is passed and when again, which days are alike, and how wide a forecast's band is."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from switch.domain.calendar import Calendar
from switch.domain.identifiers import ParticipantCode, WindowId
from switch.domain.liquidity import FEWEST_LIKE_DAYS, forecast, like_days, told, warnings
from switch.domain.positions import Position

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
"""A Tuesday, eleven in the morning in Damascus."""
WINDOW = WindowId("SYP-20261124-01")
POSITION = Position(ParticipantCode("100010"), "SYP", cap=1_000)
CALENDAR = Calendar((time(12, 0), time(16, 0)))


def said_after(uses: list[int], cap: int = 1_000) -> list[list[int]]:
    """The levels of what is said at each look, negative where the position is below again."""
    said: dict[int, int] = {}
    heard = []
    for used in uses:
        new = warnings(replace(POSITION, posted=used, cap=cap), WINDOW, said, NOW)
        said |= {one.level: one.number for one in new}
        heard.append([one.level if one.passed else -one.level for one in new])
    return heard


@pytest.mark.parametrize(
    ("uses", "heard"),
    [
        ([499, 500, 501], [[], [50], []]),
        ([500, 499, 450, 500], [[50], [], [], []]),
        ([500, 449, 500, 501], [[50], [-50], [50], []]),
        ([900, 849, 840, 910], [[50, 75, 90], [-90], [], [90]]),
        ([1_000, 0, -50], [[50, 75, 90], [-50, -75, -90], []]),
    ],
)
def test_a_level_is_said_once_until_the_position_was_well_below_it(uses: list[int], heard: list[list[int]]) -> None:
    assert said_after(uses) == heard


def test_a_cap_of_nothing_warns_only_who_owes_something() -> None:
    assert said_after([0, 1, 0], cap=0) == [[], [50, 75, 90], [-50, -75, -90]]


def test_of_levels_passed_together_the_highest_is_told() -> None:
    new = warnings(replace(POSITION, held=760), WINDOW, {}, NOW)
    assert [one.level for one in new] == [50, 75]
    assert told(new) == new[-1]
    assert told(warnings(POSITION, WINDOW, {50: 1}, NOW)) is None


def test_days_are_alike_when_the_same_time_was_left_until_the_cut_off() -> None:
    tuesday = like_days(CALENDAR, NOW)
    assert {day.begins_at.weekday() for day in tuesday} == {6, 0, 1, 2, 3}
    assert all(day.ends_at - day.begins_at == timedelta(hours=1) for day in tuesday)

    before_the_weekend = like_days(CALENDAR, datetime(2026, 11, 26, 14, 0, tzinfo=UTC))
    assert {day.begins_at.weekday() for day in before_the_weekend} == {3}
    assert len(before_the_weekend) == 8

    holiday = Calendar(CALENDAR.cut_offs, frozenset({date(2026, 11, 25)}))
    assert all(day.begins_at.weekday() != 1 for day in like_days(holiday, NOW + timedelta(hours=6)))


def test_a_forecast_is_what_like_days_paid_on_top_of_what_is_owed() -> None:
    position = replace(POSITION, held=10, posted=90)
    found = forecast(position, NOW, NOW + timedelta(hours=1), [700, 100, 300, 200, 400, 500, 600, 800, 900, 950, 0])
    assert (found.low, found.expected, found.high) == (200, 600, 1_000)
    assert not found.may_pass_cap
    assert replace(found, high=1_001).may_pass_cap


def test_too_few_days_are_no_forecast() -> None:
    found = forecast(POSITION, NOW, NOW, [1] * (FEWEST_LIKE_DAYS - 1))
    assert (found.enough_history, found.low, found.expected, found.high, found.like_days) == (False, None, None, None, 4)
