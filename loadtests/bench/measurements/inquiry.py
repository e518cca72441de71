"""An inquiry of an uploaded bill, beside pgbench that selects the same rows."""

import uvloop

from loadtests.bench import generator, open_bills, paying, pgbench, signed
from loadtests.bench.cpu import CpuClock
from loadtests.bench.figures import Figure, judged
from loadtests.bench.place import Place
from loadtests.bench.reference_books import REFERENCE, ReferenceBooks
from loadtests.bench.sizes import Sizes

CPU_MILLISECONDS = 0.45
PRESENTED = 200


def measure(place: Place, sizes: Sizes) -> list[Figure]:
    books = ReferenceBooks(place)
    reference = pgbench.best(
        place, REFERENCE, pgbench.script("select"), sizes.reference_seconds, lambda: {"start": books.bills_for(sizes.reference_seconds)}
    )
    with place.running("api") as pids:
        paying.warm_up(place, pids)
        bills = open_bills.upload(place, sizes.inquiries)
        asked = [(bill.service.code, bill.customer_reference) for bill in bills]
        requests = signed.inquiries(place, asked, place.spread(len(asked)))
        cpu = CpuClock(pids)
        load = uvloop.run(generator.drive(place.address, requests, connections=max(paying.CONNECTIONS)))
        spent = cpu.spent()
    presented = len(load.with_status(PRESENTED))
    each = spent.milliseconds_each(presented)
    numbers = {"statuses": load.statuses, "per_second": load.rate(PRESENTED), "cpu_ms": each, "reference_per_second": reference.per_second}
    return [
        Figure(
            "inquiry of an uploaded bill: CPU", f"<= {CPU_MILLISECONDS} ms",
            f"{each:.2f} ms ({spent.told(presented)}), {load.rate(PRESENTED):,.0f}/s",
            reference.told("pgbench select"), judged(each <= CPU_MILLISECONDS and presented == len(requests)), numbers,
        )
    ]  # fmt: skip
