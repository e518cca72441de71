"""Windows are closed while payments come as fast as they can: none may be refused, and none may wait long."""

import asyncio

import uvloop

from loadtests.bench import generator, open_bills, paying, signed
from loadtests.bench.figures import Figure, judged, percentile
from loadtests.bench.generator import Heard, Load
from loadtests.bench.place import BY, CURRENCY, Place
from loadtests.bench.sizes import Sizes
from switch.bootstrap.opening import opened_switch

SLOWER = 2.0
CONNECTIONS = 64
Span = tuple[float, float]


def measure(place: Place, sizes: Sizes) -> list[Figure]:
    count = 2 * sizes.payments
    with place.running("api") as pids:
        paying.warm_up(place, pids)
        apart_seconds = count / paying.highest_rate(place, pids, sizes.payments) / (sizes.window_closes + 1)
        requests = signed.payments(place, open_bills.upload(place, count), place.spread(count))
        load, closes = uvloop.run(_pay_and_close(place, requests, sizes.window_closes, apart_seconds))
    paying.remember(place, load)
    during, normal = _parted(load, closes)
    refused = len(load.heard) - len(load.with_status(paying.COMPLETED))
    p99_during, p99_normal = (1000 * percentile((answer.seconds for answer in answers), 99) for answers in (during, normal))
    longest = 1000 * max(end - begin for begin, end in closes)
    numbers = {"statuses": load.statuses, "p99_ms_during": p99_during, "p99_ms_normal": p99_normal, "during": len(during), "closes": closes}
    reference = f"{len(closes)} closes, the longest {longest:.0f} ms with its nets; {load.rate(paying.COMPLETED):,.0f}/s"
    return [
        Figure(
            "window close under full load: payments refused", "0", f"{refused} of {len(load.heard):,}",
            reference, judged(refused == 0), numbers,
        ),
        Figure(
            "window close under full load: answer time", f"p99 during close < {SLOWER:.0f} x normal",
            f"{p99_during / p99_normal:.2f} x (p99 {p99_during:.0f} ms of {len(during)}, normal {p99_normal:.0f} ms)", reference,
            judged(p99_during < SLOWER * p99_normal),
        ),
    ]  # fmt: skip


async def _pay_and_close(place: Place, requests: list[bytes], closes: int, apart_seconds: float) -> tuple[Load, list[Span]]:
    async with opened_switch(place.settings) as switch:

        async def close() -> list[Span]:
            loop, spans = asyncio.get_running_loop(), []
            for _ in range(closes):
                await asyncio.sleep(apart_seconds)
                began = loop.time()
                await switch.close_window(CURRENCY, by=BY)
                spans.append((began, loop.time()))
            return spans

        closing = asyncio.create_task(close())
        load = await generator.drive(place.address, requests, connections=CONNECTIONS)
        return load, await closing


def _parted(load: Load, closes: list[Span]) -> tuple[list[Heard], list[Heard]]:
    """Answers that were waited for while a window was being closed, and the others."""
    during: list[Heard] = []
    normal: list[Heard] = []
    for answer in load.with_status(paying.COMPLETED):
        answered_at = answer.asked_at + answer.seconds
        met = any(answer.asked_at < end and answered_at > begin for begin, end in closes)
        (during if met else normal).append(answer)
    return during, normal
