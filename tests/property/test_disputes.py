"""Disputes: whatever anybody tries, in any order and with any clock, a dispute keeps its rules and always ends or waits for somebody."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switch.domain import dispute_clocks, dispute_moves
from switch.domain.calendar import Calendar, local_date
from switch.domain.dispute_errors import DisputeMoveRefused, DisputeNotYours, DisputeTermRefused
from switch.domain.dispute_standing import Clock, Done
from switch.domain.dispute_terms import RULES, DisputeReason, DisputeTerm, Party, Remedy, Silence, business_hours_after
from switch.domain.disputes import Actor, Dispute, DisputeEventKind, DisputeOutcome, DisputeState
from switch.domain.errors import Refusal
from switch.domain.identifiers import DisputeId, IdempotencyKey, ParticipantCode, PaymentId

START = datetime(2026, 11, 24, 8, tzinfo=UTC)
CALENDAR = Calendar()
ID = UUID("019ab000-0000-7000-8000-00000000abcd")
Move = Callable[[Dispute, Actor, Clock], Done]
ANY = DisputeState


def term_of(reason: DisputeReason, answer: Silence = Silence.ESCALATES, review: Silence = Silence.CLOSES) -> DisputeTerm:
    first = Party.BILLER if RULES[reason].opens is Party.BANK else Party.BANK
    return DisputeTerm(reason, first, 24, answer, 48, review, 24, 90)


def fresh(reason: DisputeReason, term: DisputeTerm) -> Dispute:
    until = business_hours_after(CALENDAR, START, term.answer_hours)
    return Dispute(
        DisputeId(ID), PaymentId(ID), ParticipantCode("100010"), ParticipantCode("200019"), IdempotencyKey("key-00000001"), reason,
        "SYP", 10_000, START, term, DisputeState.OPEN, term.first, until,
    )  # fmt: skip


moves: st.SearchStrategy[Move] = st.one_of(
    st.sampled_from(Party).map(lambda to: lambda its, actor, now: dispute_moves.handed_over(its, to, "n", actor, now)),
    st.tuples(st.sampled_from(Remedy), st.none() | st.integers(-1, 10_001)).map(
        lambda said: lambda its, actor, now: dispute_moves.accepted(its, said[0], said[1], "n", actor, now)
    ),
    st.tuples(st.none() | st.sampled_from(Remedy), st.none() | st.integers(-1, 10_001)).map(
        lambda said: lambda its, actor, now: dispute_moves.decided(its, said[0], said[1], "n", actor.by, now)
    ),
    st.integers(-1, 481).map(lambda hours: lambda its, actor, now: dispute_moves.extended(its, hours, "n", actor, now)),
    st.sampled_from([
        lambda its, actor, now: dispute_moves.rejected(its, "n", actor, now),
        lambda its, actor, now: dispute_moves.escalated(its, "n", actor, now),
        lambda its, actor, now: dispute_moves.withdrawn(its, "n", actor, now),
        lambda its, actor, now: dispute_moves.confirmed(its, "n", actor, now),
        lambda its, actor, now: dispute_moves.commented(its, "n", actor, now),
        lambda its, actor, now: dispute_moves.linked(its, "b", actor, now),
        lambda its, actor, now: dispute_moves.refund_asked(its, "r", actor.by, now, None),
        lambda its, actor, now: dispute_moves.landed(its, DisputeOutcome.REFUNDED, {}, now),
    ]),
)  # fmt: skip
TRIES = st.lists(st.tuples(moves, st.sampled_from([Party.BANK, Party.BILLER, Party.SWITCH]), st.integers(0, 200)), max_size=25)
TERMS = st.builds(
    term_of,
    st.sampled_from(DisputeReason),
    st.sampled_from([Silence.ESCALATES, Silence.ACCEPTS, Silence.REJECTS]),
    st.sampled_from([Silence.CLOSES, Silence.ESCALATES]),
)
_AFTER = {
    ANY.OPEN: {ANY.OPEN, ANY.ACCEPTED, ANY.REJECTED, ANY.ESCALATED, ANY.CLOSED},
    ANY.ACCEPTED: {ANY.ACCEPTED, ANY.ESCALATED, ANY.CLOSED},
    ANY.REJECTED: {ANY.REJECTED, ANY.ESCALATED, ANY.CLOSED},
    ANY.ESCALATED: {ANY.ESCALATED, ANY.UPHELD, ANY.CLOSED},
    ANY.UPHELD: {ANY.UPHELD, ANY.CLOSED},
    ANY.CLOSED: {ANY.CLOSED},
}


def require_sound(before: Dispute, after: Dispute) -> None:
    assert after.state in _AFTER[before.state]
    assert after.events == before.events + 1
    assert after.live == (after.holder is not None) == (after.deadline is not None) == (after.ended_at is None) == (after.outcome is None)
    assert (after.holder is Party.CENTRAL_BANK) == (after.state is DisputeState.ESCALATED)
    assert after.agreed_minor is None or 0 < after.agreed_minor <= after.claimed_minor
    assert (after.remedy is Remedy.REFUND and after.agreed_minor is None) is False
    assert after.remedy is None or after.remedy in RULES[after.reason].remedies
    fixed = ("dispute_id", "payment_id", "bank", "biller", "reason", "claimed_minor", "opened_at", "term")
    assert all(getattr(before, name) == getattr(after, name) for name in fixed)
    if not before.live:
        assert replace(after, events=before.events) == before


def require_arabic(refused: Refusal) -> None:
    assert re.search("[A-Za-z?]", refused.detail("ar")) is None


@given(TERMS, TRIES)
def test_any_sequence_of_moves_keeps_the_rules(term: DisputeTerm, tries: list[tuple[Move, Party, int]]) -> None:
    its, at = fresh(term.reason, term), START
    for move, party, hours in tries:
        at += timedelta(hours=hours)
        now = Clock(at, CALENDAR)
        if its.deadline is not None and its.deadline <= at and its.told < 2:
            for done in dispute_clocks.ran_out(its, now):
                require_sound(its, done[0])
                its = done[0]
            assert its.late
        try:
            moved, line = move(its, Actor(party, party), now)
        except (DisputeMoveRefused, DisputeNotYours) as refused:
            require_arabic(refused)
            continue
        except Refusal:
            continue
        require_sound(its, moved)
        assert (line.number, line.at) == (moved.events, at)
        if line.kind in (DisputeEventKind.ACCEPTED, DisputeEventKind.REJECTED):
            assert party is its.holder is not its.opener, "only whoever has it answers, and nobody their own"
        if line.kind is DisputeEventKind.WITHDRAWN:
            assert party is its.opener
        if line.kind is DisputeEventKind.EXTENDED:
            assert party is Party.SWITCH
            assert its.deadline is not None
            assert moved.deadline is not None
            assert moved.deadline > its.deadline
        its = moved


@given(TERMS)
def test_with_nobody_saying_anything_it_ends_or_waits_for_the_switch_or_the_central_bank(term: DisputeTerm) -> None:
    its = fresh(term.reason, term)
    for _ in range(6):
        if its.deadline is None or its.told == 2:
            break
        its = dispute_clocks.ran_out(its, Clock(its.deadline, CALENDAR))[-1][0]
        assert its.late
    assert not its.live or its.holder in (Party.SWITCH, Party.CENTRAL_BANK)
    if term.answer_silence is Silence.ESCALATES:
        assert its.state is DisputeState.ESCALATED, "silence is no answer where the term does not say so"
        assert its.outcome is None


@given(st.integers(0, 366 * 24 * 60), st.integers(1, 2_000), st.integers(1, 500))
def test_business_hours_pass_on_business_dates_only_and_add_up(minutes: int, first: int, then: int) -> None:
    at = START + timedelta(minutes=minutes)
    until = business_hours_after(CALENDAR, at, first)
    assert until >= at + timedelta(hours=first)
    just_before = until - timedelta(microseconds=1)
    assert CALENDAR.is_business_date(local_date(just_before))
    assert business_hours_after(CALENDAR, until, then) == business_hours_after(CALENDAR, at, first + then)


def test_a_weekend_and_a_holiday_stop_the_clock() -> None:
    thursday = datetime(2026, 11, 26, 9, tzinfo=UTC)  # noon in Damascus
    assert business_hours_after(CALENDAR, thursday, 24) == datetime(2026, 11, 29, 9, tzinfo=UTC)
    holiday = Calendar(holidays=frozenset({date(2026, 11, 29)}))
    assert business_hours_after(holiday, thursday, 24) == datetime(2026, 11, 30, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    "wrong",
    [
        {"first": Party.BANK}, {"first": Party.CENTRAL_BANK}, {"answer_hours": 0}, {"review_hours": 2_001}, {"open_days": 0},
        {"answer_silence": Silence.CLOSES}, {"review_silence": Silence.ACCEPTS},
    ],
)  # fmt: skip
def test_a_term_that_nobody_could_keep_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(DisputeTermRefused):
        replace(term_of(DisputeReason.PAID_TWICE), **wrong)  # type: ignore[arg-type]
