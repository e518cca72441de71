"""A circuit breaker, by any order of asking, hearing and waiting: never asks much of a silent one, never gives one up for good."""

from hypothesis import given
from hypothesis import strategies as st

from switch.domain.breakers import (
    FAILURES_IN_A_ROW,
    FIRST_PAUSE_MILLISECONDS,
    LONGEST_PAUSE_MILLISECONDS,
    LONGEST_TRIAL_MILLISECONDS,
    Breaker,
    BreakerState,
)

WAITS = st.integers(0, 2 * LONGEST_PAUSE_MILLISECONDS)
STEPS = st.lists(st.tuples(st.sampled_from(["ask", "yes", "no", "gave_up", "wait"]), WAITS), max_size=60)


def after(steps: list[tuple[str, int]]) -> tuple[Breaker, int]:
    breaker, now = Breaker(), 0
    for what, wait in steps:
        match what:
            case "ask" if breaker.admits(now):
                breaker = breaker.asked(now)
            case "yes":
                breaker = breaker.succeeded()
            case "no":
                breaker = breaker.failed(now)
            case "gave_up":
                breaker = breaker.gave_up()
            case "wait":
                now += wait
            case _:
                pass
    return breaker, now


@given(STEPS)
def test_it_admits_exactly_what_its_state_says(steps: list[tuple[str, int]]) -> None:
    breaker, now = after(steps)
    state = breaker.state(now)
    if state is BreakerState.HALF_OPEN and breaker.admits(now):
        assert not breaker.asked(now).admits(now), "one trial at a time"
    else:
        assert breaker.admits(now) == (state is BreakerState.CLOSED)


@given(STEPS)
def test_it_is_never_left_alone_for_longer_than_the_longest_pause_and_a_lost_trial(steps: list[tuple[str, int]]) -> None:
    breaker, now = after(steps)
    assert breaker.admits(now + LONGEST_PAUSE_MILLISECONDS + LONGEST_TRIAL_MILLISECONDS)
    assert FIRST_PAUSE_MILLISECONDS <= breaker.pause_milliseconds <= LONGEST_PAUSE_MILLISECONDS


@given(STEPS)
def test_one_clear_answer_closes_it_as_if_nothing_had_been(steps: list[tuple[str, int]]) -> None:
    breaker, _ = after(steps)
    assert breaker.succeeded() == Breaker()


@given(st.lists(st.booleans(), max_size=60))
def test_it_opens_with_the_last_of_so_many_failures_in_a_row_and_not_before(answers: list[bool]) -> None:
    breaker, row = Breaker(), 0
    for well in answers:
        breaker = breaker.succeeded() if well else breaker.failed(0)
        row = 0 if well else row + 1
        assert (breaker.state(0) is BreakerState.OPEN) == (row >= FAILURES_IN_A_ROW)


@given(st.integers(0, 20))
def test_each_trial_that_fails_doubles_the_pause_up_to_the_longest(trials: int) -> None:
    breaker, now = Breaker(), 0
    for _ in range(FAILURES_IN_A_ROW):
        breaker = breaker.failed(now)
    for _ in range(trials):
        now += breaker.pause_milliseconds
        assert breaker.admits(now)
        breaker = breaker.asked(now).failed(now)
        assert not breaker.admits(now)
    assert breaker.pause_milliseconds == min(FIRST_PAUSE_MILLISECONDS * 2**trials, LONGEST_PAUSE_MILLISECONDS)


@given(st.integers(1, 100))
def test_stragglers_that_were_asked_before_it_opened_do_not_prolong_the_pause(stragglers: int) -> None:
    breaker = Breaker()
    for _ in range(FAILURES_IN_A_ROW):
        breaker = breaker.failed(0)
    late = breaker
    for _ in range(stragglers):
        late = late.failed(FIRST_PAUSE_MILLISECONDS)
    assert late == breaker
