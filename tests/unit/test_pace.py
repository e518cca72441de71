"""Pace: the wait that a newcomer has to expect."""

import pytest

from switch.posting.pace import Pace


class _Watch:
    seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def watch() -> _Watch:
    return _Watch()


def _turns(pace: Pace, watch: _Watch, *seconds: float) -> None:
    for taken in seconds:
        pace.turn_begins()
        watch.seconds += taken
        pace.turn_ends()


def test_nobody_waits_for_nothing(watch: _Watch) -> None:
    pace = Pace(watch)
    assert pace.wait_seconds(0) == 0
    _turns(pace, watch, *[0.1] * 50)
    assert pace.wait_seconds(0) == 0
    assert pace.wait_seconds(10) == pytest.approx(1.0)


def test_the_turn_under_way_counts_and_a_stuck_one_counts_as_long_as_it_is_stuck(watch: _Watch) -> None:
    pace = Pace(watch)
    _turns(pace, watch, *[0.1] * 50)
    pace.turn_begins()
    assert pace.wait_seconds(1) == pytest.approx(0.2)
    watch.seconds += 5
    assert pace.wait_seconds(0) == pytest.approx(5.0)


def test_one_hiccup_is_forgotten(watch: _Watch) -> None:
    pace = Pace(watch)
    _turns(pace, watch, *[0.01] * 20, 4.0)
    assert pace.wait_seconds(3) > 2
    _turns(pace, watch, *[0.01] * 8)
    assert pace.wait_seconds(3) < 0.3
