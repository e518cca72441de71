"""Money for any amount: nothing is lost in writing and reading, in splitting, or in charging."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from switch.domain.errors import Refusal
from switch.domain.fees import BorneBy, Tariff
from switch.domain.money import MAXIMUM_MINOR, Money, parse_amount, share

minors = st.integers(1, MAXIMUM_MINOR)
rates = st.integers(0, 1_000_000)


@given(minors)
def test_reading_what_was_written_gives_the_same(minor: int) -> None:
    money = Money(minor, "SYP")
    assert parse_amount(money.text(), "SYP") == money


@given(st.one_of(st.text(max_size=50), st.from_regex(r"\A[0-9.+-]{0,20}\Z"), st.floats(), st.none(), st.binary()))
def test_anything_is_read_as_money_or_refused_and_nothing_else(text: object) -> None:
    try:
        money = parse_amount(text, "SYP")
    except Refusal:
        return
    assert 0 < money.minor <= MAXIMUM_MINOR
    assert parse_amount(money.text(), "SYP") == money


@given(minors, rates)
def test_a_share_is_never_off_by_more_than_half_a_minor_unit(minor: int, ppm: int) -> None:
    assert abs(share(minor, ppm) * 1_000_000 - minor * ppm) <= 500_000
    assert 0 <= share(minor, ppm) <= minor


@given(
    minor=minors,
    fixed=st.integers(0, 10**6),
    maximum=st.integers(0, 10**7),
    rate=rates,
    switch=rates,
    bank=rates,
    tax=rates,
    borne_by=st.sampled_from(BorneBy),
)
def test_what_is_charged_is_what_is_shared_out(
    minor: int, fixed: int, maximum: int, rate: int, switch: int, bank: int, tax: int, borne_by: BorneBy
) -> None:
    bank = min(bank, 1_000_000 - switch)
    line = Tariff("t", None, None, 0, "SYP", fixed, rate, maximum, borne_by, switch, bank, tax, date(2026, 1, 1))

    fees = line.charge(Money(minor, "SYP"))  # would raise, were it not to add up

    assert fees.payer + fees.biller == fees.switch + fees.bank + fees.central_bank + fees.tax
    assert fees.biller <= minor
    assert fees.switch + fees.bank + fees.central_bank <= max(maximum, minor)
