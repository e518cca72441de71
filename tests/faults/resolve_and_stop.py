"""Run as a program of its own: resolves what is due, and stands still in between. Arguments: database, books, fail point, folder."""

import asyncio
import sys
from pathlib import Path

from switch.fail_points import Does, FailPoint, Failure, arm
from tests.faults.booked_biller import BookedBiller
from tests.faults.crashing_switch import opened
from tests.seeded import FixedClock

LATER_SECONDS = 60


async def main(url: str, books: Path, point: str, folder: Path) -> None:
    clock = FixedClock()
    clock.move(LATER_SECONDS)
    async with opened(url, BookedBiller(books), clock, folder) as switch:
        arm([Failure(FailPoint(point), Does.STOP, at=1)])
        sys.stdout.write(str(await switch.resolve_payments()))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), sys.argv[3], Path(sys.argv[4])))
