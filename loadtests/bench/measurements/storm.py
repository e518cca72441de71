"""A bank that asks after its payments without end, beside the payments of the others: what these still get done."""

import asyncio

import uvloop

from loadtests.bench import generator, open_bills, paying, signed
from loadtests.bench.figures import Figure, Verdict, judged
from loadtests.bench.generator import Load
from loadtests.bench.place import Place
from loadtests.bench.sizes import Sizes

RATIO = 0.8
STORM_CONNECTIONS = 100
STORM_RATE = 1_000
"""Status calls a second, offered: the payments are offered at half of what can be taken, and this is beside them."""


def measure(place: Place, sizes: Sizes) -> list[Figure]:
    with place.running("api") as pids:
        paying.warm_up(place, pids)
        rate = paying.highest_rate(place, pids, sizes.payments) / 2
        count = int(rate * sizes.steady_seconds)
        calm = paying.pay(place, pids, count, connections=max(paying.CONNECTIONS), rate=rate)
        stormy, storm = uvloop.run(_both(place, count, rate, sizes.steady_seconds))
    paying.remember(place, stormy)
    ratio = stormy.rate(paying.COMPLETED) / calm.per_second
    p99 = stormy.milliseconds(99, paying.COMPLETED)
    told = f"{calm.per_second:,.0f}/s, p99 {calm.load.milliseconds(99, paying.COMPLETED):,.0f} ms without the storm"
    numbers = {"calm": calm.load.statuses, "stormy": stormy.statuses, "storm": storm.statuses, "offered_per_second": rate}
    return [
        Figure(
            "a storm of status calls: payments of the others", f">= {RATIO:.0%} of the rate without it, none refused",
            f"{ratio:.0%} ({stormy.rate(paying.COMPLETED):,.0f}/s), p99 {p99:,.0f} ms; {stormy.statuses}",
            told, judged(ratio >= RATIO and set(stormy.statuses) == {paying.COMPLETED}), numbers,
        ),
        Figure(
            "a storm of status calls: the storm", "200 up to its limit, then 429", f"{storm.statuses}",
            f"{STORM_RATE:,}/s offered by one bank over {STORM_CONNECTIONS} connections", Verdict.SHOWN,
        ),
    ]  # fmt: skip


async def _both(place: Place, count: int, rate: float, seconds: float) -> tuple[Load, Load]:
    stormer = place.banks[0]
    bills = await asyncio.to_thread(open_bills.upload, place, count)
    payments = signed.payments(place, bills, place.chance.choices(place.banks[1:], k=count))
    calls = [signed.asked(place, stormer, "/v1/payments", "limit=10") for _ in range(int(STORM_RATE * seconds))]
    paid, asked = await asyncio.gather(
        generator.drive(place.address, payments, connections=max(paying.CONNECTIONS), rate=rate),
        generator.drive(place.address, calls, connections=STORM_CONNECTIONS, rate=STORM_RATE),
    )
    return paid, asked
