"""A payment whose biller is asked over HTTP: inquired, reserved, asked, concluded; the simulated billers' own time is not counted."""

from loadtests.bench import paying, pgbench
from loadtests.bench.figures import Figure, Verdict, judged
from loadtests.bench.online_bills import customers_of, payable
from loadtests.bench.place import Place
from loadtests.bench.reference_books import REFERENCE, ReferenceBooks, in_two_transactions
from loadtests.bench.sizes import Sizes
from switch.domain.catalogue import Mode

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
    asked = customers_of(place.services_of(Mode.ONLINE))
    with place.running("billers", "api") as pids:
        counted = {name: pids[name] for name in COUNTED}
        paying.send(place, counted, [order for _, order in payable(place, asked, WARM_UP)], connections=CONNECTIONS)
        orders = [order for _, order in payable(place, asked, sizes.online_payments)]
        paid = paying.send(place, counted, orders, connections=CONNECTIONS)
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
