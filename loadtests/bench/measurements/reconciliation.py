"""A business date reconciled, three sides of many lines, beside DuckDB full-joining the same three CSV files."""

import asyncio
import os
import time
from dataclasses import dataclass
from datetime import date

from loadtests.bench import filling, three_sides
from loadtests.bench.figures import Figure, Verdict, judged_at
from loadtests.bench.full_join import Joined, full_join
from loadtests.bench.place import CURRENCY, Place
from loadtests.bench.proof import connected
from loadtests.bench.sizes import Sizes
from loadtests.bench.three_sides import Statement, ThreeSides
from switch.bootstrap.opening import opened_switch

GOAL_LINES = 1_000_000
SLOWER = 5.0


@dataclass(frozen=True, slots=True)
class Reconciled:
    import_seconds: float
    reconcile_seconds: float
    matched: int
    breaks: int

    @property
    def seconds(self) -> float:
        return self.import_seconds + self.reconcile_seconds


def measure(place: Place, sizes: Sizes) -> list[Figure]:
    with connected(place) as connection:
        _, day = filling.open_window(connection)
    filling.fill(place, sizes.reconciled - three_sides.count_of_day(place, day))
    place.tell("writing the statements of banks and billers")
    sides = three_sides.write(place, day)
    joined = full_join(sides.csv_files, place.settings.data / "duckdb")
    place.tell("taking the statements in, and reconciling")
    return _figures(asyncio.run(_reconcile(place, day, sides)), joined, sides.payments)


# As many statements are handed in at once as there are cores: participants do not wait for one another, and DuckDB reads with all of them.
async def _reconcile(place: Place, day: date, sides: ThreeSides) -> Reconciled:
    async with opened_switch(place.settings) as switch:
        directory = switch.directory.current()
        began = time.monotonic()
        at_once = asyncio.Semaphore(os.cpu_count() or 1)

        async def take_in(statement: Statement) -> None:
            async with at_once:
                with statement.path.open("rb") as file:
                    await switch.import_statement(directory.participant(statement.owner), file)

        await asyncio.gather(*map(take_in, sides.statements))
        imported = time.monotonic()
        results = await switch.reconcile(day, CURRENCY)
        ended = time.monotonic()
    matched, breaks = sum(side.matched for side in results), sum(side.breaks for side in results)
    return Reconciled(imported - began, ended - imported, matched, breaks)


def _figures(ours: Reconciled, joined: Joined, payments: int) -> list[Figure]:
    right = ours.matched == 2 * payments and ours.breaks == 0 and joined.rows == joined.agreeing == payments
    ratio = ours.seconds / joined.seconds
    alone = ours.reconcile_seconds / joined.seconds
    what = f"reconciliation of {payments:,} payments x 3 sides"
    scope = "" if payments >= GOAL_LINES else f" at {GOAL_LINES:,}"
    reference = f"DuckDB {joined.seconds:.2f} s, reading the three CSV files, too ({joined.agreeing:,} of {joined.rows:,} agree)"
    found = f"{ours.matched:,} lines matched, {ours.breaks:,} breaks"
    numbers = {
        "payments": payments, "import_seconds": ours.import_seconds, "reconcile_seconds": ours.reconcile_seconds, "ratio": ratio,
        "ratio_without_import": alone, "duckdb_seconds": joined.seconds, "matched": ours.matched, "breaks": ours.breaks,
    }  # fmt: skip
    return [
        Figure(
            f"{what}: statements taken in and compared", f"within {SLOWER:.0f} x{scope}",
            f"{ratio:.1f} x ({ours.import_seconds:.1f} s taking in + {ours.reconcile_seconds:.1f} s comparing; {found})",
            reference, judged_at(payments, GOAL_LINES, ratio <= SLOWER and right), numbers,
        ),
        Figure(
            f"{what}: compared only", "-", f"{alone:.1f} x ({ours.reconcile_seconds:.1f} s; the statements were taken in before)",
            reference, Verdict.SHOWN,
        ),
    ]  # fmt: skip
