"""Codes and ids for any content: a check digit finds every single mistake, and an id keeps its bucket."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from switch.domain.errors import CheckDigitWrong, Refusal
from switch.domain.identifiers import (
    BUCKETS,
    bucket_for,
    bucket_of,
    bucketed_id,
    check_character,
    participant_code,
    payment_reference,
    service_code,
)

FIRST, LAST = 1_577_836_800, 4_102_444_800  # 2020-01-01 to 2100-01-01, in seconds
moments = st.integers(FIRST, LAST).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
digits = st.text("0123456789", min_size=8, max_size=8)


@given(digits, st.integers(0, 8), st.sampled_from("0123456789"))
def test_one_wrong_digit_is_always_found(text: str, place: int, other: str) -> None:
    code = text + check_character(text)
    assert service_code(code) == code
    assume(code[place] != other)
    with pytest.raises(CheckDigitWrong):
        service_code(code[:place] + other + code[place + 1 :])


@given(st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=20), st.integers(0, 20), st.sampled_from("0A9Z5M"))
def test_one_wrong_character_of_a_payment_reference_is_always_found(text: str, place: int, other: str) -> None:
    whole = text + check_character(text, 36)
    assume(place < len(whole) and whole[place] != other)
    wrong = whole[:place] + other + whole[place + 1 :]
    assert check_character(wrong[:-1], 36) != wrong[-1]


@given(st.one_of(st.text(max_size=12), st.integers(), st.none(), st.lists(st.integers())))
def test_anything_is_a_code_or_refused_and_nothing_else(value: object) -> None:
    for read in (participant_code, service_code):
        try:
            code = read(value)
        except Refusal:
            continue
        assert code == value


@given(st.integers(0, BUCKETS - 1), moments)
def test_an_id_keeps_its_bucket_whenever_it_is_made(bucket: int, at: datetime) -> None:
    identifier = bucketed_id(bucket, at)
    assert bucket_of(identifier) == bucket
    assert identifier.version == 7
    assert bucket_of(UUID(str(identifier))) == bucket


@given(st.integers(0, BUCKETS - 1), moments)
def test_a_payment_reference_checks_itself(bucket: int, at: datetime) -> None:
    reference = payment_reference(bucketed_id(bucket, at))
    assert len(reference) == 17
    assert check_character(reference[:-1], 36) == reference[-1]


@given(st.text(max_size=64), st.text(max_size=64))
def test_every_customer_has_a_bucket(service: str, reference: str) -> None:
    assert 0 <= bucket_for(service, reference) < BUCKETS
