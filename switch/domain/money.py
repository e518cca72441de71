"""Money: whole minor units of one currency. No floats, ever."""

import re
from dataclasses import dataclass

from switch.domain.errors import AmountMalformed, AmountOutOfRange, AmountTooPrecise, CurrencyUnsupported

SCALES = {"SYP": 2}
"""Decimals of each currency. SYP: new pounds of 2026-01-01, scale 2."""

MAXIMUM_MINOR = 10**15 - 1
_AMOUNT = re.compile(r"(0|[1-9][0-9]{0,15})(?:\.([0-9]{1,18}))?", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """`minor` units (piastres for SYP) of `currency` (ISO 4217). May be negative in a posting, never in a payment."""

    minor: int
    currency: str

    def __add__(self, other: "Money") -> "Money":
        _same(self, other)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        _same(self, other)
        return Money(self.minor - other.minor, self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency)

    def __bool__(self) -> bool:
        return self.minor != 0

    def text(self) -> str:
        """Decimal digits with all of the currency's decimals: `1250.00`."""
        return decimal_text(self.minor, SCALES[self.currency])

    def __str__(self) -> str:
        return f"{self.text()} {self.currency}"


def require_currency(currency: str) -> None:
    """Raises CurrencyUnsupported where nothing is paid in it here."""
    if currency not in SCALES:
        raise CurrencyUnsupported(currency=currency[:8])


def parse_amount(text: object, currency: str) -> Money:
    """A positive amount as participants write it. Refuses anything that is not plain decimal digits of that currency."""
    require_currency(currency)
    return parse_scaled(text, currency, SCALES[currency])


def parse_scaled(text: object, currency: str, scale: int) -> Money:
    """The same in any currency, also one in which nothing is paid here; its decimals are `scale`."""
    match = _AMOUNT.fullmatch(text) if isinstance(text, str) and len(text) <= 40 else None
    if match is None:
        raise AmountMalformed()
    whole, fraction = match.group(1), match.group(2) or ""
    if len(fraction) > scale:
        raise AmountTooPrecise(currency=currency, scale=scale)
    money = Money(int(whole + fraction.ljust(scale, "0")), currency)
    if not 0 < money.minor <= MAXIMUM_MINOR:
        raise AmountOutOfRange(maximum=decimal_text(MAXIMUM_MINOR, scale), currency=currency)
    return money


def share(amount_minor: int, parts_per_million: int) -> int:
    """`parts_per_million` of a non-negative amount, rounded half up to a whole minor unit."""
    return (amount_minor * parts_per_million + 500_000) // 1_000_000


def decimal_text(minor: int, scale: int) -> str:
    """Decimal digits, `scale` of them after the point."""
    sign = "-" if minor < 0 else ""
    digits = str(abs(minor)).rjust(scale + 1, "0")
    return f"{sign}{digits[:-scale]}.{digits[-scale:]}" if scale else f"{sign}{digits}"


def _same(one: Money, other: Money) -> None:
    if one.currency != other.currency:
        raise CurrencyUnsupported(currency=other.currency)
