"""One signed payment over HTTP of an uploaded bill, beside pgbench that does the same in plain SQL."""

from statistics import median

from loadtests.bench import paying, pgbench
from loadtests.bench.figures import Figure, Verdict, judged
from loadtests.bench.paying import Paid
from loadtests.bench.pgbench import Reference
from loadtests.bench.place import Place
from loadtests.bench.reference_books import REFERENCE, ReferenceBooks, in_one_transaction
from loadtests.bench.sizes import Sizes

WHAT = "signed payment over HTTP, uploaded bill"
CPU_MILLISECONDS = 0.9
FIRST_RATIO, SECOND_RATIO = 0.6, 1.0


def measure(place: Place, sizes: Sizes) -> list[Figure]:
    reference = measure_reference(place, sizes)
    with place.running("api") as pids:
        paying.warm_up(place, pids)
        rounds = paying.highest(place, pids, sizes.payments, sizes.rounds)
    place.highest_rate = max(paid.per_second for paid in rounds)
    return figures(rounds, reference)


def measure_reference(place: Place, sizes: Sizes) -> Reference:
    """Once in a run; with the API not running."""
    if place.payment_reference is None:
        place.payment_reference = _measured_reference(place, sizes)
    return place.payment_reference


def _measured_reference(place: Place, sizes: Sizes) -> Reference:
    books = ReferenceBooks(place)

    def variables() -> dict[str, int]:
        return {"start": books.bills_for(sizes.reference_seconds), "banks": len(place.banks)}

    return pgbench.best(place, REFERENCE, in_one_transaction(), sizes.reference_seconds, variables)


def figures(rounds: list[Paid], reference: Reference) -> list[Figure]:
    typical = sorted(rounds, key=lambda paid: paid.cpu_milliseconds)[len(rounds) // 2]
    rate = median(paid.per_second for paid in rounds)
    ratio = rate / reference.per_second
    told = reference.told()
    numbers = {
        "rounds": [_numbers(paid) for paid in rounds],
        "reference_per_second": reference.per_second,
        "reference_server_cpu_ms": reference.cpu_milliseconds,
        "ratio": ratio,
    }
    cpu = f"{typical.cpu_milliseconds:.2f} ms ({typical.spent.told(typical.completed)})"
    return [
        Figure(f"{WHAT}: CPU", f"<= {CPU_MILLISECONDS} ms", cpu, told, judged(typical.cpu_milliseconds <= CPU_MILLISECONDS), numbers),
        Figure(f"{WHAT}: rate", f">= {FIRST_RATIO} of the reference", f"{ratio:.2f} ({rate:,.0f}/s)", told, judged(ratio >= FIRST_RATIO)),
        Figure(f"{WHAT}: rate, second goal", f">= {SECOND_RATIO} of the reference", f"{ratio:.2f}", told, judged(ratio >= SECOND_RATIO)),
        Figure(
            f"{WHAT}: answer time at the highest rate", "-",
            f"p50 {typical.load.milliseconds(50, 201):.0f} ms, p99 {typical.load.milliseconds(99, 201):.0f} ms",
            f"{typical.connections} connections", Verdict.SHOWN,
        ),
    ]  # fmt: skip


def _numbers(paid: Paid) -> dict[str, object]:
    return {
        "completed": paid.completed,
        "statuses": paid.load.statuses,
        "per_second": paid.per_second,
        "cpu_ms": paid.cpu_milliseconds,
        "cpu_seconds": dict(paid.spent.seconds),
        "connections": paid.connections,
        "p50_ms": paid.load.milliseconds(50, 201),
        "p99_ms": paid.load.milliseconds(99, 201),
    }
