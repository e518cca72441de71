"""Money as participants write it: plain decimal digits of its currency, or refused by name."""

import pytest

from switch.domain.errors import AmountMalformed, AmountOutOfRange, AmountTooPrecise, CurrencyUnsupported
from switch.domain.money import MAXIMUM_MINOR, Money, parse_amount, share


@pytest.mark.parametrize(("text", "minor"), [("1", 100), ("0.01", 1), ("1250.5", 125_050), ("9999999999999.99", MAXIMUM_MINOR)])
def test_a_right_amount_is_read(text: str, minor: int) -> None:
    assert parse_amount(text, "SYP") == Money(minor, "SYP")


@pytest.mark.parametrize(
    "text",
    [
        *("", " 1", "1 ", "+1", "-1", "1e3", "1,000.00", "01", ".5", "5.", "0x10", "١٢", "1_000", "NaN", "∞", "1\n", "1" * 41),
        *(1, 1.0, None, True, b"1"),
    ],
)
def test_what_is_no_amount_is_refused(text: object) -> None:
    with pytest.raises(AmountMalformed):
        parse_amount(text, "SYP")


def test_more_decimals_than_the_currency_has_are_refused() -> None:
    with pytest.raises(AmountTooPrecise, match="2 decimals"):
        parse_amount("1.001", "SYP")


@pytest.mark.parametrize("text", ["0", "0.00", "10000000000000.00"])
def test_nothing_and_too_much_are_refused(text: str) -> None:
    with pytest.raises(AmountOutOfRange):
        parse_amount(text, "SYP")


@pytest.mark.parametrize("currency", ["USD", "syp", "", "SYP" * 100])
def test_another_currency_is_refused_and_not_echoed_whole(currency: str) -> None:
    with pytest.raises(CurrencyUnsupported) as refused:
        parse_amount("1.00", currency)
    assert len(str(refused.value.facts["currency"])) <= 8


def test_currencies_are_never_mixed() -> None:
    with pytest.raises(CurrencyUnsupported):
        Money(1, "SYP") + Money(1, "USD")
    with pytest.raises(CurrencyUnsupported):
        Money(1, "SYP") - Money(1, "USD")


def test_money_is_written_with_all_its_decimals() -> None:
    assert [Money(minor, "SYP").text() for minor in (0, 5, 100, -5, -12_345)] == ["0.00", "0.05", "1.00", "-0.05", "-123.45"]


@pytest.mark.parametrize(("amount", "ppm", "part"), [(100, 5_000, 1), (99, 5_000, 0), (10_000, 5_000, 50), (0, 5_000, 0), (1, 500_000, 1)])
def test_a_share_is_rounded_half_up(amount: int, ppm: int, part: int) -> None:
    assert share(amount, ppm) == part
