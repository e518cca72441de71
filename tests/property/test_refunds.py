"""Fees of parts that are taken back: whatever the parts, each adds up by itself, none is negative, and together they are the whole."""

from dataclasses import astuple

from hypothesis import given
from hypothesis import strategies as st

from switch.domain.fees import Fees

SHARES = st.tuples(*(st.integers(0, 5_000) for _ in range(4)))


@st.composite
def fees(draw: st.DrawFn) -> Fees:
    switch, bank, central_bank, tax = draw(SHARES)
    total = switch + bank + central_bank + tax
    biller = draw(st.integers(0, total))
    return Fees(total - biller, biller, switch, bank, central_bank, tax)


@given(fees(), st.lists(st.integers(0, 3_000), max_size=12))
def test_parts_add_up_and_never_take_more_than_is_left(whole: Fees, wanted: list[int]) -> None:
    left = whole
    for each in wanted:
        part = left.part(min(each, left.total))
        assert part.total == min(each, left.total)
        left = left.less(part)  # a fee that would be negative raises
    rest = left.part(left.total)
    assert rest == left
    assert astuple(left.less(rest)) == (0, 0, 0, 0, 0, 0)
