"""Fees: a tariff is data; what it charges is split to the minor unit between switch, bank, central bank and tax."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import astuple
from datetime import date
from enum import StrEnum

from switch.domain.identifiers import ServiceCode
from switch.domain.money import Money, share
from switch.domain.values import value


class BorneBy(StrEnum):
    PAYER = "payer"
    BILLER = "biller"


@value(frozen=True, slots=True)
class Fees:
    """Minor units of the payment's currency. `payer + biller == switch + bank + central_bank + tax`."""

    payer: int = 0
    biller: int = 0
    switch: int = 0
    bank: int = 0
    central_bank: int = 0
    tax: int = 0

    def __post_init__(self) -> None:
        parts = (self.payer, self.biller, self.switch, self.bank, self.central_bank, self.tax)
        if min(parts) < 0 or self.payer + self.biller != self.switch + self.bank + self.central_bank + self.tax:
            raise ValueError(f"fees do not add up: {parts}")

    def less(self, given_back: "Fees") -> "Fees":
        """What is left of them."""
        return Fees(*(mine - back for mine, back in zip(astuple(self), astuple(given_back), strict=True)))

    @property
    def total(self) -> int:
        return self.payer + self.biller

    def part(self, total: int) -> "Fees":
        """So much of them, not more than they are; both who bears it and who gets it in proportion, by the largest remainder."""
        payer, biller = _split(total, (self.payer, self.biller))
        return Fees(payer, biller, *_split(total, (self.switch, self.bank, self.central_bank, self.tax)))


def _split(total: int, weights: Sequence[int]) -> list[int]:
    """`total`, not more than the weights together, by their proportion; none gets more than its weight.

    What rounding leaves goes to the largest remainders, of equal ones to the first.
    """
    whole = sum(weights)
    if not whole:
        return [0] * len(weights)
    parts = [weight * total // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda place: -(weights[place] * total % whole))
    for place in by_remainder[: total - sum(parts)]:
        parts[place] += 1
    return parts


NO_FEES = Fees()


@value(frozen=True, slots=True)
class Tariff:
    """One version of one line of the tariff. Rates are parts per million, rounded half up to the minor unit."""

    tariff_id: str
    service: ServiceCode | None
    channel: str | None
    from_minor: int
    currency: str
    fixed_minor: int
    rate_ppm: int
    maximum_minor: int
    borne_by: BorneBy
    switch_ppm: int
    bank_ppm: int
    tax_ppm: int
    effective_from: date

    def charge(self, amount: Money) -> Fees:
        """The fee on `amount`; what neither switch nor bank takes is the central bank's. A biller never pays more than it gets."""
        fee = min(self.fixed_minor + share(amount.minor, self.rate_ppm), self.maximum_minor)
        tax = share(fee, self.tax_ppm)
        if self.borne_by is BorneBy.BILLER and fee + tax > amount.minor:
            fee, tax = amount.minor, 0
        switch = share(fee, self.switch_ppm)
        bank = min(share(fee, self.bank_ppm), fee - switch)
        total = fee + tax
        payer, biller = (total, 0) if self.borne_by is BorneBy.PAYER else (0, total)
        return Fees(payer, biller, switch, bank, fee - switch - bank, tax)

    def digest(self) -> bytes:
        """SHA-256 of the whole line, kept beside it: an edited tariff is found by it (I14)."""
        return hashlib.sha256(json.dumps(astuple(self), ensure_ascii=False, separators=(",", ":"), default=str).encode()).digest()


def applicable(tariffs: Iterable[Tariff], service: ServiceCode, channel: str, amount: Money, on: date) -> Tariff | None:
    """The most specific line in force: service before channel before neither, then the newest, then the highest slab."""
    candidates = [
        tariff
        for tariff in tariffs
        if tariff.currency == amount.currency
        and tariff.service in (None, service)
        and tariff.channel in (None, channel)
        and tariff.from_minor <= amount.minor
        and tariff.effective_from <= on
    ]
    return max(
        candidates,
        key=lambda tariff: (tariff.service is not None, tariff.channel is not None, tariff.effective_from, tariff.from_minor),
        default=None,
    )


def in_place_of(published: Iterable[Tariff], lines: Sequence[Tariff]) -> tuple[Tariff, ...]:
    """The published tariff with these added, or in the places that they take; a place is a service, channel, slab, currency and day."""
    places = {_place(line) for line in lines}
    return (*(line for line in published if _place(line) not in places), *lines)


def _place(line: Tariff) -> tuple[ServiceCode | None, str | None, int, str, date]:
    return (line.service, line.channel, line.from_minor, line.currency, line.effective_from)
