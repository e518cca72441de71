"""Sums as they are written in files, a million times over: `Money.text`, without a `Money` for each."""

from switch.domain.money import SCALES


def written_sum(minor: int, currency: str) -> str:
    """Decimal digits with all of the currency's decimals: `1250.00`."""
    scale = SCALES[currency]
    if minor < 0:
        return f"-{written_sum(-minor, currency)}"
    digits = str(minor)
    if not scale:
        return digits
    if len(digits) <= scale:
        digits = digits.rjust(scale + 1, "0")
    return f"{digits[:-scale]}.{digits[-scale:]}"
