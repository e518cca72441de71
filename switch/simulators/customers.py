"""Customers of a pretend biller: which references it knows, and as many of them as are wanted; the same on every run."""

import hashlib
import itertools
import re
from collections.abc import Iterator

from switch.simulators.charging import ChargedService

ONE_UNKNOWN_IN = 50
_PIECE = re.compile(r"\[(?P<first>[0-9])-(?P<last>[0-9])\](?:\{(?P<least>\d+)(?:,(?P<most>\d+))?\})?|(?P<literal>[0-9/-])")


def draw(*about: object, below: int) -> int:
    """A number from 0 to below - 1 that depends on nothing but what it is about."""
    digest = hashlib.blake2b("/".join(map(str, about)).encode(), digest_size=8).digest()
    return int.from_bytes(digest) % below


def is_known(service: ChargedService, customer_reference: str) -> bool:
    """About one reference in fifty is unknown; the example of the service never is."""
    if re.fullmatch(service.reference.pattern, customer_reference, re.ASCII) is None:
        return False
    return customer_reference == service.reference.example or draw("known", service.code, customer_reference, below=ONE_UNKNOWN_IN) > 0


def customers(service: ChargedService) -> Iterator[str]:
    """Known references without end, each once, the example first. Raises ValueError for a pattern that has too few."""
    seen = {service.reference.example}
    yield service.reference.example
    unlucky = 0
    for number in itertools.count():
        customer_reference = _made_up(service, number)
        if customer_reference in seen or not is_known(service, customer_reference):
            unlucky += 1
            if unlucky > 10_000:
                raise ValueError(f"the service {service.code} has no more than {len(seen)} customers")
            continue
        unlucky = 0
        seen.add(customer_reference)
        yield customer_reference


def _made_up(service: ChargedService, number: int) -> str:
    """A text that the service's pattern matches; the shipped patterns are digits, ranges of them and a separator."""
    text = ""
    for place, piece in enumerate(_PIECE.finditer(service.reference.pattern)):
        if piece["literal"]:
            text += piece["literal"]
            continue
        first, last = int(piece["first"]), int(piece["last"])
        least, most = int(piece["least"] or 1), int(piece["most"] or piece["least"] or 1)
        length = least + draw("length", service.code, number, place, below=most - least + 1)
        for position in range(length):
            lowest = max(first, 1) if position == 0 else first
            text += str(lowest + draw("digit", service.code, number, place, position, below=last - lowest + 1))
    return text
