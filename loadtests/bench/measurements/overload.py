"""Twice the rate that it can take: what still gets done, how the rest is refused, and what becomes of the memory."""

from loadtests.bench import paying
from loadtests.bench.cpu import memory_bytes
from loadtests.bench.figures import Figure, Verdict, judged, percentile
from loadtests.bench.generator import Heard
from loadtests.bench.place import Place
from loadtests.bench.sizes import Sizes

GOODPUT_RATIO = 0.8
BANK_WAITS_SECONDS = 15.0
CONNECTIONS = 1_000
SHED = 503
MEMORY_GROWTH_BYTES = 48 * 1024**2
"""For connections, nonces and what is under way: a limit, not a leak."""


def measure(place: Place, sizes: Sizes) -> list[Figure]:
    with place.running("api") as pids:
        paying.warm_up(place, pids)
        highest = paying.highest_rate(place, pids, sizes.payments)
        before = memory_bytes(pids["api"])
        paid = paying.pay(place, pids, int(2 * highest * sizes.overload_seconds), connections=CONNECTIONS, rate=2 * highest)
        after = memory_bytes(pids["api"])
    heard = paid.load.heard
    good = [answer for answer in heard if answer.status == paying.COMPLETED and answer.seconds <= BANK_WAITS_SECONDS]
    others = [answer for answer in heard if answer.status != paying.COMPLETED]
    goodput = len(good) / paid.load.seconds
    told_to_wait = sum(_told_to_wait(answer) for answer in others)
    numbers = {
        "offered_per_second": 2 * highest, "goodput_per_second": goodput, "statuses": paid.load.statuses, "told_to_wait": told_to_wait,
        "memory_before": before, "memory_after": after, "p99_ms_of_completed": 1000 * percentile((answer.seconds for answer in good), 99),
    }  # fmt: skip
    reference = f"{2 * highest:,.0f}/s offered over {CONNECTIONS:,} connections, highest {highest:,.0f}/s"
    return [
        Figure(
            "twice the highest rate: goodput", f">= {GOODPUT_RATIO:.0%} of the highest", f"{goodput / highest:.0%} ({goodput:,.0f}/s)",
            reference, judged(goodput >= GOODPUT_RATIO * highest), numbers,
        ),
        Figure(
            "twice the highest rate: the rest", "503 with Retry-After",
            f"{told_to_wait:,} of {len(others):,} not completed; {paid.load.statuses}", reference, judged(told_to_wait == len(others)),
        ),
        Figure(
            "twice the highest rate: memory of the API", "flat", f"{before / 2**20:.0f} MiB before, {after / 2**20:.0f} MiB after",
            f"growth of at most {MEMORY_GROWTH_BYTES / 2**20:.0f} MiB", judged(after - before <= MEMORY_GROWTH_BYTES),
        ),
        Figure(
            "twice the highest rate: answer time of the completed", "-",
            f"p50 {paid.load.milliseconds(50, 201):,.0f} ms, p99 {paid.load.milliseconds(99, 201):,.0f} ms", reference, Verdict.SHOWN,
        ),
    ]  # fmt: skip


def _told_to_wait(answer: Heard) -> bool:
    return answer.status == SHED and b"retry-after: " in answer.head.lower()
