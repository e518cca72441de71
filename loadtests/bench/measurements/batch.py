"""A payment batch of a bank, handed in over HTTP and asked for until every line is answered, beside pgbench paying one at a time."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median

from loadtests.bench import open_bills
from loadtests.bench.cpu import CpuClock, Spent
from loadtests.bench.figures import Figure, judged
from loadtests.bench.measurements.payment import measure_reference
from loadtests.bench.pgbench import Reference
from loadtests.bench.place import OpenBill, Place
from loadtests.bench.sizes import Sizes
from switch.cli.key_files import load_switch_public_key
from switch.client import PaymentOrder, SwitchClient, new_key

CPU_MILLISECONDS = 0.2
RATIO = 3.0
WARM_UPS = 4
"""Whichever process of the API takes one of them: most likely each has had one then."""
WARM_UP_LINES = 500
ASKED_EVERY_SECONDS = 0.25
STUCK_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class PaidBatch:
    lines: int
    completed: int
    seconds: float
    """From handing in to the moment at which the switch says it was done."""
    spent: Spent

    @property
    def per_second(self) -> float:
        return self.completed / self.seconds

    @property
    def cpu_milliseconds(self) -> float:
        return self.spent.milliseconds_each(self.completed)


def measure(place: Place, sizes: Sizes) -> list[Figure]:
    reference = measure_reference(place, sizes)
    with place.running("api") as pids:
        for _ in range(WARM_UPS):
            _pay(place, pids, WARM_UP_LINES)
        rounds = [_pay(place, pids, sizes.batch_lines) for _ in range(sizes.rounds)]
    return _figures(rounds, reference)


def _pay(place: Place, pids: Mapping[str, int], count: int) -> PaidBatch:
    bank = place.chance.choice(place.banks)
    orders = {new_key(): _order(bill) for bill in open_bills.upload(place, count)}
    with SwitchClient(place.settings.api_url, place.key_of(bank), load_switch_public_key(place.settings)) as client:
        cpu, began = CpuClock(pids), datetime.now(UTC)
        batch_id = client.hand_in_batch(new_key(), orders)["batch_id"]
        batch, give_up_at = client.batch(batch_id), time.monotonic() + STUCK_SECONDS
        while not batch["done"]:
            if time.monotonic() > give_up_at:
                raise RuntimeError(f"the batch is not done after {STUCK_SECONDS:.0f} s: {batch['counts']}")
            time.sleep(ASKED_EVERY_SECONDS)
            batch = client.batch(batch_id)
        spent = cpu.spent()
        seconds = (datetime.fromisoformat(batch["done_at"]) - began).total_seconds()
        paid = {line["payment"]["payment_id"] for line in client.batch_lines(batch_id) if line["state"] == "COMPLETED"}
    place.acknowledged |= paid
    return PaidBatch(count, len(paid), seconds, spent)


def _order(bill: OpenBill) -> PaymentOrder:
    return PaymentOrder(
        service_code=bill.service.code,
        customer_reference=bill.customer_reference,
        amount=bill.amount.text(),
        currency=bill.amount.currency,
        bank_reference=f"FT-{bill.bill_number}",
        bill_number=bill.bill_number,
    )


def _figures(rounds: list[PaidBatch], reference: Reference) -> list[Figure]:
    typical = sorted(rounds, key=lambda paid: paid.cpu_milliseconds)[len(rounds) // 2]
    rate = median(paid.per_second for paid in rounds)
    ratio, cost = rate / reference.per_second, typical.cpu_milliseconds
    whole = all(paid.completed == paid.lines for paid in rounds)
    what = f"batch of {typical.lines:,} lines, uploaded bills"
    numbers = {
        "ratio": ratio,
        "rounds": [
            {"lines": paid.lines, "completed": paid.completed, "seconds": paid.seconds, "cpu_ms": paid.cpu_milliseconds} for paid in rounds
        ],
        "reference_per_second": reference.per_second,
    }
    unpaid = "" if whole else f"; only {min(paid.completed for paid in rounds):,} lines completed"
    return [
        Figure(
            f"{what}: CPU", f"<= {CPU_MILLISECONDS} ms a line", f"{cost:.2f} ms ({typical.spent.told(typical.completed)}){unpaid}",
            reference.told(), judged(cost <= CPU_MILLISECONDS and whole), numbers,
        ),
        Figure(
            f"{what}: rate", f">= {RATIO:.0f} x the reference", f"{ratio:.2f} x ({rate:,.0f} lines/s){unpaid}",
            reference.told(), judged(ratio >= RATIO and whole),
        ),
    ]  # fmt: skip
