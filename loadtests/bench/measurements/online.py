"""A payment whose biller is asked over HTTP: inquired, reserved, asked, concluded; the simulated billers' own time is not counted."""

import itertools
from collections.abc import Iterator

import orjson
import uvloop

from loadtests.bench import generator, paying, pgbench, signed
from loadtests.bench.figures import Figure, Verdict, judged
from loadtests.bench.generator import Load
from loadtests.bench.place import OpenBill, Place
from loadtests.bench.reference_books import REFERENCE, ReferenceBooks, in_two_transactions
from loadtests.bench.sizes import Sizes
from switch.domain.catalogue import Mode, Service
from switch.domain.money import parse_amount
from switch.simulators.charging import shipped_billers
from switch.simulators.customers import customers

WHAT = "signed payment over HTTP, on-line biller over HTTP"
CPU_MILLISECONDS = 1.8
CONNECTIONS = 64
COUNTED = ("api", "postgres")
WARM_UP = 100


def measure(place: Place, sizes: Sizes) -> list[Figure]:
    books = ReferenceBooks(place)
    reference = pgbench.best(
        place, REFERENCE, in_two_transactions(), sizes.reference_seconds,
        lambda: {"start": books.bills_for(sizes.reference_seconds), "banks": len(place.banks)},
    )  # fmt: skip
    asked = _customers(place)
    with place.running("billers", "api") as pids:
        counted = {name: pids[name] for name in COUNTED}
        paying.send(place, counted, _payable(place, asked, WARM_UP), connections=CONNECTIONS)
        paid = paying.send(place, counted, _payable(place, asked, sizes.online_payments), connections=CONNECTIONS)
    told = reference.told("pgbench, two transactions")
    cpu = f"{paid.cpu_milliseconds:.2f} ms ({paid.spent.told(paid.completed)})"
    ratio = paid.per_second / reference.per_second
    numbers = {"statuses": paid.load.statuses, "per_second": paid.per_second, "cpu_ms": paid.cpu_milliseconds, "ratio": ratio}
    return [
        Figure(f"{WHAT}: CPU", f"<= {CPU_MILLISECONDS} ms", cpu, told, judged(paid.cpu_milliseconds <= CPU_MILLISECONDS), numbers),
        Figure(
            f"{WHAT}: rate", "-", f"{ratio:.2f} of the reference ({paid.per_second:,.0f}/s); the simulated billers share the cores", told,
            Verdict.SHOWN,
        ),
    ]  # fmt: skip


def _payable(place: Place, asked: Iterator[tuple[Service, str]], count: int) -> list[bytes]:
    """Inquired by a bank, and signed by the same."""
    wanted, banks = list(itertools.islice(asked, count)), place.spread(count)
    requests = signed.inquiries(place, ((service.code, reference) for service, reference in wanted), banks)
    presented = uvloop.run(generator.drive(place.address, requests, connections=CONNECTIONS))
    return list(_orders(place, {reference: (service, bank) for (service, reference), bank in zip(wanted, banks, strict=True)}, presented))


def _orders(place: Place, wanted: dict[str, tuple[Service, str]], presented: Load) -> Iterator[bytes]:
    for heard in presented.with_status(200):
        presentment = orjson.loads(heard.body)
        service, bank = wanted[presentment["customer_reference"]]
        for offer in presentment["offers"][:1]:
            amount = parse_amount(offer["amount"]["amount"], offer["amount"]["currency"])
            bill = OpenBill(service, presentment["customer_reference"], offer["bill"]["bill_number"], amount)
            yield signed.payment(place, bill, bank, presentment["inquiry_id"])


def _customers(place: Place) -> Iterator[tuple[Service, str]]:
    """Known to their billers, each once, of all services in turn; a reference that two services have is left out."""
    charged = {code: service for biller in shipped_billers().values() for code, service in biller.services.items()}
    services = [service for service in place.services_of(Mode.ONLINE) if "{8,12}" in service.reference.pattern]
    known = [((service, reference) for reference in customers(charged[service.code])) for service in services]
    seen: set[str] = set()
    for service, reference in itertools.chain.from_iterable(zip(*known, strict=False)):
        if reference not in seen:
            seen.add(reference)
            yield service, reference
