"""How long an answer takes at half the highest rate, when requests come when they come."""

from loadtests.bench import paying
from loadtests.bench.figures import Figure, judged
from loadtests.bench.place import Place
from loadtests.bench.sizes import Sizes

P99_MILLISECONDS = 50.0
CONNECTIONS = 64


def measure(place: Place, sizes: Sizes) -> list[Figure]:
    with place.running("api") as pids:
        paying.warm_up(place, pids)
        rate = paying.highest_rate(place, pids, sizes.payments) / 2
        paid = paying.pay(place, pids, int(rate * sizes.steady_seconds), connections=CONNECTIONS, rate=rate)
    p50, p99 = (paid.load.milliseconds(percent, paying.COMPLETED) for percent in (50, 99))
    all_completed = paid.completed == len(paid.load.heard)
    return [
        Figure(
            "answer time of a payment at half the highest rate", f"p99 < {P99_MILLISECONDS:.0f} ms", f"p50 {p50:.1f} ms, p99 {p99:.1f} ms",
            f"{rate:,.0f}/s offered, half of {2 * rate:,.0f}/s", judged(p99 < P99_MILLISECONDS and all_completed),
            {"p50_ms": p50, "p99_ms": p99, "offered_per_second": rate, "statuses": paid.load.statuses, "cpu_ms": paid.cpu_milliseconds},
        )
    ]  # fmt: skip
