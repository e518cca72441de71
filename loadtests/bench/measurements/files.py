"""The files of a settled window with many payments: how long, and how much memory, beside COPY of the same rows to files."""

import asyncio
import time
from pathlib import Path
from typing import Any

from loadtests.bench import filling
from loadtests.bench.figures import Figure, judged_at
from loadtests.bench.pgbench import script
from loadtests.bench.place import BY, CURRENCY, Place
from loadtests.bench.proof import connected
from loadtests.bench.sizes import Sizes
from switch.bootstrap.opening import opened_switch
from switch.domain.identifiers import WindowId
from switch.domain.settlement import WindowState

GOAL_LINES = 1_000_000
SECONDS = 25.0
PEAK_MEGABYTES = 250
SETTLE_SECONDS = 120.0
ASK_AGAIN_SECONDS = 1.0


def measure(place: Place, sizes: Sizes) -> list[Figure]:
    asyncio.run(_close(place))  # what others have paid is in a window of its own
    filling.fill(place, sizes.file_lines)
    window_id = asyncio.run(_close(place))
    with place.running("rtgs"):
        asyncio.run(_settle(place, window_id))
    copied_seconds, rows = _copy(place, window_id)
    began = time.monotonic()
    issued = place.told_by("loadtests.bench.issuing", window_id)
    return _figures(issued, time.monotonic() - began, copied_seconds, rows, sizes.file_lines)


async def _close(place: Place) -> WindowId:
    async with opened_switch(place.settings) as switch:
        return (await switch.close_window(CURRENCY, by=BY)).closed.window_id


async def _settle(place: Place, window_id: WindowId) -> None:
    async with opened_switch(place.settings) as switch, asyncio.timeout(SETTLE_SECONDS):
        while (window := await switch.settle_window(window_id)).state is not WindowState.SETTLED:
            place.tell(f"{window_id} is {window.state}, asking again")
            await asyncio.sleep(ASK_AGAIN_SECONDS)


def _copy(place: Place, window_id: WindowId) -> tuple[float, int]:
    """Seconds and rows. The lines of billers and those of banks, each sorted as they stand in the files."""
    began, rows = time.monotonic(), 0
    with connected(place) as connection:
        for name in ("files_to_billers", "files_to_banks"):
            path = place.settings.data / f"{name}.csv"
            rows += _copied(connection.cursor(), script(name), window_id, path)
    return time.monotonic() - began, rows


def _copied(cursor: Any, statement: str, window_id: WindowId, path: Path) -> int:
    with path.open("wb") as file, cursor.copy(statement, (window_id,)) as copy:
        for block in copy:
            file.write(block)
    return int(cursor.rowcount)


def _figures(issued: dict[str, Any], seconds: float, copied_seconds: float, rows: int, payments: int) -> list[Figure]:
    lines, peak = issued["lines"], issued["peak_bytes"] / 2**20
    what = f"settlement files of a window with {payments:,} payments"
    whole = lines == rows == 2 * payments
    scope = "" if payments >= GOAL_LINES else f" at {GOAL_LINES:,}"
    told = f"{lines:,} lines in {issued['files']} files, {issued['bytes'] / 2**20:,.0f} MiB"
    reference = f"COPY TO of the same {rows:,} rows {copied_seconds:.1f} s; {told}"
    numbers = {**issued, "process_seconds": seconds, "copy_seconds": copied_seconds, "copy_rows": rows, "payments": payments}
    return [
        Figure(
            f"{what}: time", f"< {SECONDS:.0f} s{scope}",
            f"{seconds:.1f} s with the start of the process ({issued['seconds']:.1f} s without), {seconds / copied_seconds:.1f} x COPY; "
            f"{10**6 * issued['seconds'] / lines:.1f} s a million lines without the start",
            reference, judged_at(payments, GOAL_LINES, seconds < SECONDS and whole), numbers,
        ),
        Figure(
            f"{what}: peak memory", f"< {PEAK_MEGABYTES} MB{scope}", f"{issued['peak_bytes'] / 1e6:.0f} MB ({peak:.0f} MiB)", told,
            judged_at(payments, GOAL_LINES, issued["peak_bytes"] < PEAK_MEGABYTES * 10**6 and whole),
        ),
    ]  # fmt: skip
