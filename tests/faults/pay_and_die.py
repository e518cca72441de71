"""Run as a program of its own: inquires, pays, is killed in between. Arguments: database, books, where, key, folder.

Where is a fail point such as `written@2`, or what the biller does; at `unreachable` it only stands still before it finds that out.
"""

import asyncio
import sys
from pathlib import Path

from switch.domain.identifiers import IdempotencyKey
from switch.fail_points import Does, FailPoint, Failure, arm
from tests.faults.booked_biller import UNREACHABLE, BookedBiller
from tests.faults.crashing_switch import inquire_and_pay, opened
from tests.seeded import FixedClock


async def main(url: str, books: Path, dies: str, key: str, folder: Path) -> None:
    point, at, times = dies.partition("@")
    if point in set(FailPoint):
        arm([Failure(FailPoint(point), Does.EXIT, at=int(times) if at else 1)])
    if dies == UNREACHABLE:
        arm([Failure(FailPoint.RESERVED, Does.STOP, at=1)])
    async with opened(url, BookedBiller(books, dies), FixedClock(), folder) as switch:
        await inquire_and_pay(switch, IdempotencyKey(key), folder / "inquiry")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), sys.argv[3], sys.argv[4], Path(sys.argv[5])))
