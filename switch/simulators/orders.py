"""A day's orders: which pretend bank's customer pays what, by a seed; every service has its turn."""

import itertools
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from switch.domain.catalogue import AmountRuleKind, Mode
from switch.domain.money import Money
from switch.simulators.charging import ChargedService
from switch.simulators.customers import customers, draw

CHANNELS = ("mobile", "internet", "branch", "atm", "agent", "kiosk")
CHANNEL_WEIGHTS = (50, 22, 12, 8, 5, 3)
MISTAKES_PER_THOUSAND = {"wrong_customer": 10, "wrong_amount": 8, "twice": 12, "again": 15}
SMALLEST_PART_PERCENT = 20
TAKEN_BACK_PER_THOUSAND = {"whole": 10, "by_two": 10, "parts": 15}
TOO_LATE_PER_THOUSAND = 200
TOO_LATE_AT = "200465020"
"""This service lets a payment be taken back for a moment only; some of its customers ask after that."""


class Twist(StrEnum):
    """What a customer or a bank does out of the ordinary."""

    NONE = "none"
    WRONG_CUSTOMER = "wrong_customer"
    """A reference that the biller does not know."""
    WRONG_AMOUNT = "wrong_amount"
    """An amount that the bill's rule does not allow."""
    TWICE = "twice"
    """The same bill is paid once more, under another key, by another bank: at most one payment may stand."""
    AGAIN = "again"
    """The bank repeats the order with the same key, as after silence: it must be the same payment."""


class TakenBack(StrEnum):
    """What a customer asks for once it is paid."""

    NONE = "none"
    WHOLE = "whole"
    BY_TWO = "by_two"
    """Two clerks at once, under two keys: it is taken back once."""
    PARTS = "parts"
    """Two parts at once; where the service has no parts, none."""
    TOO_LATE = "too_late"


@dataclass(frozen=True, slots=True)
class Wish:
    """What one customer wants; which bill it is, only the inquiry tells."""

    number: int
    bank: str
    service: ChargedService
    customer_reference: str
    channel: str
    twist: Twist
    percent: int
    """Of what is due, where the rule allows a part."""
    taken_back: TakenBack = TakenBack.NONE


def wishes(services: Sequence[ChargedService], banks: Sequence[str], count: int, seed: int) -> list[Wish]:
    """The same for the same seed."""
    chance = random.Random(seed)  # noqa: S311 - to be repeated, not to be secret
    known: Mapping[str, Iterator[str]] = {service.code: _wanting(service) for service in services}
    turns = list(itertools.islice(itertools.cycle(services), count))
    chance.shuffle(turns)
    return [_wish(number, service, next(known[service.code]), banks, chance, seed) for number, service in enumerate(turns)]


def customers_needed(services: Sequence[ChargedService], count: int) -> int:
    """How many customers of each service such a day has at most."""
    return -(-count // len(services)) + 1


def prepaid_amount(service: ChargedService, wish: Wish) -> Money:
    """Round amounts around the usual one, within the service's limits."""
    steps = 1 + draw("prepaid", wish.number, below=8)
    minor = max(service.typical.minor * steps // 4 // 100 * 100, 100)
    if service.rule.minimum is not None:
        minor = max(minor, service.rule.minimum.minor)
    if service.rule.maximum is not None:
        minor = min(minor, service.rule.maximum.minor)
    return Money(minor, service.typical.currency)


def part_of(due: Money, rule: str, percent: int) -> Money:
    """What is paid of a bill: all of it, or a part or more where its rule allows."""
    match rule:
        case AmountRuleKind.UP_TO:
            return Money(max(due.minor * percent // 100, 1), due.currency)
        case AmountRuleKind.AT_LEAST | AmountRuleKind.ANY:
            return Money(due.minor * (200 - percent) // 100, due.currency)
        case _:
            return due


def _wanting(service: ChargedService) -> Iterator[str]:
    """Each customer pays once a day; those of a service with few come again."""
    seen = []
    try:
        for customer_reference in customers(service):
            seen.append(customer_reference)
            yield customer_reference
    except ValueError:
        yield from itertools.cycle(seen)


def _wish(number: int, service: ChargedService, customer_reference: str, banks: Sequence[str], chance: random.Random, seed: int) -> Wish:
    twists = [Twist(name) for name in MISTAKES_PER_THOUSAND]
    weights = list(MISTAKES_PER_THOUSAND.values())
    twist = chance.choices([*twists, Twist.NONE], [*weights, 1000 - sum(weights)])[0]
    return Wish(
        number=number,
        bank=chance.choices(banks, range(2 * len(banks), len(banks), -1))[0],
        service=service,
        customer_reference=customer_reference,
        channel=chance.choices(CHANNELS, CHANNEL_WEIGHTS)[0],
        twist=_fitting(twist, service),
        percent=100 if chance.random() < 0.8 else chance.randint(SMALLEST_PART_PERCENT, 99),
        taken_back=_taken_back(draw("taken back", seed, number, below=1000), service),
    )


def _taken_back(lot: int, service: ChargedService) -> TakenBack:
    if service.code == TOO_LATE_AT:
        return TakenBack.TOO_LATE if lot < TOO_LATE_PER_THOUSAND else TakenBack.NONE
    for name, share in TAKEN_BACK_PER_THOUSAND.items():
        if lot < share:
            return TakenBack(name)
        lot -= share
    return TakenBack.NONE


def _fitting(twist: Twist, service: ChargedService) -> Twist:
    """A fee may well be paid twice, and an unknown customer can only be told by who knows them."""
    if twist is Twist.TWICE and not service.mode.has_bills:
        return Twist.AGAIN
    if twist is Twist.WRONG_CUSTOMER and service.mode is Mode.FEE:
        return Twist.NONE
    return twist
