"""What a payment costs in books that keep many, beside the same test on an empty database; in turns, so that neighbours disturb both."""

import shutil
from pathlib import Path
from statistics import median

from loadtests.bench import filling, paying
from loadtests.bench.figures import Figure, judged_at
from loadtests.bench.paying import Paid
from loadtests.bench.place import Place
from loadtests.bench.proof import connected, prove
from loadtests.bench.sizes import Sizes
from switch.bootstrap.master_keys import PERSONAL_KEYS

GOAL_KEPT = 50_000_000
DEARER = 1.10
FEWEST_ROUNDS = 3
BYTES_EACH = 4_300
MANY_TIMES = 10
"""So many times what the empty database holds at its end; with fewer kept, the two are too much alike to judge."""
CONNECTIONS = max(paying.CONNECTIONS)


class NoRoom(Exception):
    """The disk would be full before the books are."""


def measure(place: Place, sizes: Sizes) -> list[Figure]:
    """Raises NoRoom."""
    _require_room(place, sizes.kept)
    filling.fill(place, sizes.kept - _kept(place))
    kept = _kept(place)
    rounds = max(sizes.rounds, FEWEST_ROUNDS)
    big: list[Paid] = []
    empty: list[Paid] = []
    with Place(_folder(place), place.tell, place.chance.randrange(10**9)) as beside:
        with place.running("api") as pids, beside.running("api") as pids_beside:
            paying.warm_up(place, pids)
            paying.warm_up(beside, pids_beside)
            for _ in range(rounds):
                empty.append(paying.pay(beside, pids_beside, sizes.payments, connections=CONNECTIONS))
                big.append(paying.pay(place, pids, sizes.payments, connections=CONNECTIONS))
        kept_beside = _kept(beside)
        prove(beside)
    return [_figure(big, empty, kept, kept_beside)]


def _require_room(place: Place, wanted: int) -> None:
    """A payment with all that belongs to it and its share of the indexes takes four kilobytes."""
    room = shutil.disk_usage(place.settings.data).free * 9 // 10 // BYTES_EACH
    if room < wanted:
        raise NoRoom(
            f"{wanted:,} payments need {wanted * BYTES_EACH / 2**30:,.0f} GiB; there is room for {room:,}."
            " Give another --folder, or fewer (--kept; KEPT= of `make bench-large`)."
        )


def _folder(place: Place) -> Path:
    """With the same key for pseudonyms: this process puts bills into both books, and a process has one."""
    keys = place.settings.data / "empty" / "keys"
    keys.mkdir(parents=True, mode=0o700)
    shutil.copy2(place.settings.keys / PERSONAL_KEYS, keys)
    return keys.parent


def _kept(place: Place) -> int:
    with connected(place) as connection:
        row = connection.execute("SELECT count(*) FROM payment").fetchone()
    assert row is not None
    return int(row[0])


def _figure(big: list[Paid], empty: list[Paid], kept: int, kept_beside: int) -> Figure:
    cost, cost_empty = (median(paid.cpu_milliseconds for paid in rounds) for rounds in (big, empty))
    ratio = cost / cost_empty
    costs = [paid.cpu_milliseconds for paid in empty]
    numbers = {
        "kept": kept,
        "ratio": ratio,
        "cpu_ms": [paid.cpu_milliseconds for paid in big],
        "cpu_ms_empty": costs,
        "cpu_seconds": [dict(paid.spent.seconds) for paid in big],
        "cpu_seconds_empty": [dict(paid.spent.seconds) for paid in empty],
    }
    typical = sorted(big, key=lambda paid: paid.cpu_milliseconds)[len(big) // 2]
    return Figure(
        f"payment with {kept:,} payments kept (the goal is for {GOAL_KEPT:,}): CPU", f"<= {DEARER:.2f} of the cost at an empty database",
        f"{ratio:.2f} ({cost:.2f} ms: {typical.spent.told(typical.completed)})",
        f"{cost_empty:.2f} ms ({min(costs):.2f} to {max(costs):.2f} in {len(costs)} rounds) at a new database, {kept_beside:,} at its end",
        judged_at(kept, MANY_TIMES * kept_beside, ratio <= DEARER), numbers,
    )  # fmt: skip
