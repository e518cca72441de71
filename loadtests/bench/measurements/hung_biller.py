"""One of twenty billers hangs: what the payments of the other nineteen keep of their rate and of their p99."""

import asyncio
import json

import uvloop

from loadtests.bench import generator, paying
from loadtests.bench.figures import Figure, Verdict, judged
from loadtests.bench.generator import Load
from loadtests.bench.online_bills import customers_of, payable
from loadtests.bench.place import Place
from loadtests.bench.sizes import Sizes
from switch.domain.catalogue import Mode, Service

BILLERS = 20
KEPT = 0.95
CONNECTIONS = 64
HANGING_CONNECTIONS = 200
"""Of those who pay the one that hangs: each waits for seconds."""
MOST_SECONDS = 10.0
"""Orders are signed beforehand, and good for a minute."""
SILENT = [{"does": "silent", "calls": ["pay", "enquire"]}]


def measure(place: Place, sizes: Sizes) -> list[Figure]:
    services = _one_of_each(place)
    hung, seconds = services[0].biller, min(sizes.steady_seconds, MOST_SECONDS)
    with place.running("billers", "api") as pids:
        asked = customers_of(services)
        paying.send(place, pids, [order for _, order in payable(place, asked, 10 * BILLERS)], connections=CONNECTIONS)
        orders = payable(place, asked, sizes.online_payments)
        rate = paying.send(place, pids, [order for _, order in orders], connections=CONNECTIONS).per_second / 2
        count = int(rate * seconds)
        before, _ = _both(place, hung, payable(place, asked, count), rate)
        orders = payable(place, asked, count)
        place.script.write_text(json.dumps({"rules": {hung: SILENT}}), encoding="ascii")
        try:
            beside, hanging = _both(place, hung, orders, rate)
        finally:
            place.script.write_text("{}", encoding="ascii")
        after, _ = _both(place, hung, payable(place, asked, count), rate)
    calm = Load(before.seconds + after.seconds, before.heard + after.heard)
    ratio = beside.rate(paying.COMPLETED) / calm.rate(paying.COMPLETED)
    slower = calm.milliseconds(99, paying.COMPLETED) / beside.milliseconds(99, paying.COMPLETED)
    told = f"{calm.rate(paying.COMPLETED):,.0f}/s, p99 {calm.milliseconds(99, paying.COMPLETED):,.0f} ms while all answer"
    numbers = {"calm": calm.statuses, "beside": beside.statuses, "hanging": hanging.statuses, "offered_per_second": rate}
    return [
        Figure(
            f"one of {BILLERS} billers hangs: rate of the others", f">= {KEPT:.0%} of that while all answer",
            f"{ratio:.0%} ({beside.rate(paying.COMPLETED):,.0f}/s); {beside.statuses}", told, judged(ratio >= KEPT), numbers,
        ),
        Figure(
            f"one of {BILLERS} billers hangs: p99 of the others", f"<= 1/{KEPT} of that while all answer",
            f"{beside.milliseconds(99, paying.COMPLETED):,.0f} ms", told, judged(slower >= KEPT),
        ),
        Figure(
            f"one of {BILLERS} billers hangs: its own payments", "in doubt, then refused", f"{hanging.statuses}", "-", Verdict.SHOWN,
        ),
    ]  # fmt: skip


def _one_of_each(place: Place) -> list[Service]:
    """Of twenty billers, one service each."""
    by_biller = {service.biller: service for service in reversed(place.services_of(Mode.ONLINE))}
    services = [by_biller[biller] for biller in sorted(by_biller)][:BILLERS]
    if len(services) < BILLERS:
        raise RuntimeError(f"the catalogue has {len(services)} billers that are asked on line, not {BILLERS}")
    return services


def _both(place: Place, hung: str, orders: list[tuple[Service, bytes]], rate: float) -> tuple[Load, Load]:
    """The payments of the others, and beside them those of the one, offered at their shares of the rate."""
    others = [order for service, order in orders if service.biller != hung]
    its = [order for service, order in orders if service.biller == hung]

    async def drive() -> tuple[Load, Load]:
        return await asyncio.gather(
            generator.drive(place.address, others, connections=CONNECTIONS, rate=rate * len(others) / len(orders)),
            generator.drive(place.address, its, connections=HANGING_CONNECTIONS, rate=rate * len(its) / len(orders)),
        )

    loads = uvloop.run(drive())
    for load in loads:
        paying.remember(place, load)
    return loads
