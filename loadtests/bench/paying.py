"""Paying as fast as it goes: fresh bills, requests signed beforehand, answers counted, CPU time by the operating system."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import orjson
import uvloop

from loadtests.bench import generator, open_bills, signed
from loadtests.bench.cpu import CpuClock, Spent
from loadtests.bench.generator import Load
from loadtests.bench.place import Place

COMPLETED = 201
WARM_UP = 400
CONNECTIONS = (16, 64)
"""As many banks' channels as are tried; the better one counts."""


@dataclass(frozen=True, slots=True)
class Paid:
    load: Load
    spent: Spent
    connections: int

    @property
    def completed(self) -> int:
        return len(self.load.with_status(COMPLETED))

    @property
    def per_second(self) -> float:
        return self.completed / self.load.seconds

    @property
    def cpu_milliseconds(self) -> float:
        return self.spent.milliseconds_each(self.completed)


def pay(
    place: Place, pids: Mapping[str, int], count: int, *, connections: int, rate: float | None = None, banks: Sequence[str] | None = None
) -> Paid:
    """So many payments of fresh uploaded bills."""
    bills = open_bills.upload(place, count)
    return send(place, pids, signed.payments(place, bills, banks or place.spread(count)), connections=connections, rate=rate)


def send(place: Place, pids: Mapping[str, int], requests: Sequence[bytes], *, connections: int, rate: float | None = None) -> Paid:
    cpu = CpuClock(pids)
    load = uvloop.run(generator.drive(place.address, requests, connections=connections, rate=rate))
    spent = cpu.spent()
    remember(place, load)
    return Paid(load, spent, connections)


def warm_up(place: Place, pids: Mapping[str, int]) -> None:
    """Connections, prepared statements, caches."""
    pay(place, pids, WARM_UP, connections=max(CONNECTIONS))


def highest(place: Place, pids: Mapping[str, int], count: int, rounds: int) -> list[Paid]:
    """Every round, each with the better number of connections."""
    return [
        max((pay(place, pids, count, connections=connections) for connections in CONNECTIONS), key=lambda paid: paid.per_second)
        for _ in range(rounds)
    ]


def highest_rate(place: Place, pids: Mapping[str, int], count: int) -> float:
    """Payments a second; measured once in a run."""
    if not place.highest_rate:
        place.highest_rate = highest(place, pids, count, 1)[0].per_second
    return place.highest_rate


def remember(place: Place, load: Load) -> None:
    """What was acknowledged must be there at the end."""
    place.acknowledged.update(orjson.loads(heard.body)["payment_id"] for heard in load.with_status(COMPLETED))
