"""Bills of billers that are asked on line: inquired by a bank beforehand, and the payment of each signed by the same."""

import itertools
from collections.abc import Iterator, Sequence

import orjson
import uvloop

from loadtests.bench import generator, signed
from loadtests.bench.generator import Load
from loadtests.bench.place import OpenBill, Place
from switch.domain.catalogue import Service
from switch.domain.identifiers import ParticipantCode, ServiceCode
from switch.domain.money import parse_amount
from switch.simulators.charging import shipped_billers
from switch.simulators.customers import customers

CONNECTIONS = 64
Asked = tuple[Service, str]
"""A customer of a service."""


def customers_of(services: Sequence[Service]) -> Iterator[Asked]:
    """Known to their billers, each once, of all services in turn."""
    charged = {code: service for biller in shipped_billers().values() for code, service in biller.services.items()}
    known = [zip(itertools.repeat(service), customers(charged[service.code]), strict=False) for service in services]
    return itertools.chain.from_iterable(zip(*known, strict=False))


def payable(place: Place, asked: Iterator[Asked], count: int) -> list[tuple[Service, bytes]]:
    """So many customers are asked for; those that have nothing to pay are left out."""
    wanted, banks = list(itertools.islice(asked, count)), place.spread(count)
    requests = signed.inquiries(place, ((service.code, reference) for service, reference in wanted), banks)
    presented = uvloop.run(generator.drive(place.address, requests, connections=CONNECTIONS))
    whose = {(service.code, reference): (service, bank) for (service, reference), bank in zip(wanted, banks, strict=True)}
    return list(_orders(place, whose, presented))


def _orders(
    place: Place, whose: dict[tuple[ServiceCode, str], tuple[Service, ParticipantCode]], presented: Load
) -> Iterator[tuple[Service, bytes]]:
    for heard in presented.with_status(200):
        presentment = orjson.loads(heard.body)
        service, bank = whose[presentment["service_code"], presentment["customer_reference"]]
        for offer in presentment["offers"][:1]:
            amount = parse_amount(offer["amount"]["amount"], offer["amount"]["currency"])
            bill = OpenBill(service, presentment["customer_reference"], offer["bill"]["bill_number"], amount)
            yield service, signed.payment(place, bill, bank, presentment["inquiry_id"])
