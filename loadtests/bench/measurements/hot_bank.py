"""One bank has all the traffic, beside the same traffic spread over all banks."""

from statistics import median

from loadtests.bench import paying
from loadtests.bench.figures import Figure, judged
from loadtests.bench.place import Place
from loadtests.bench.sizes import Sizes

RATIO = 0.8


def measure(place: Place, sizes: Sizes) -> list[Figure]:
    hot: list[float] = []
    spread: list[float] = []
    connections = max(paying.CONNECTIONS)
    with place.running("api") as pids:
        paying.warm_up(place, pids)
        for _ in range(sizes.rounds):
            spread.append(paying.pay(place, pids, sizes.payments, connections=connections).per_second)
            banks = [place.banks[0]] * sizes.payments
            hot.append(paying.pay(place, pids, sizes.payments, connections=connections, banks=banks).per_second)
    ratio = median(hot) / median(spread)
    return [
        Figure(
            "one hot bank has all the traffic", f">= {RATIO:.0%} of the rate spread over all banks", f"{ratio:.0%} ({median(hot):,.0f}/s)",
            f"{median(spread):,.0f}/s spread over {len(place.banks)} banks", judged(ratio >= RATIO), {"hot": hot, "spread": spread},
        )
    ]  # fmt: skip
