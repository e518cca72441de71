"""Run as a program of its own: carries out that a debt is paid over the RTGS; dies at a fail point. Arguments: database, point, folder."""

import asyncio
import sys
from pathlib import Path

from switch.fail_points import Does, FailPoint, Failure, arm
from tests.faults.settle_and_die import world_of


async def main(url: str, point: str, folder: Path) -> None:
    arm([Failure(FailPoint(point), Does.EXIT)])
    world = world_of(url, folder)
    world.clock.move(600)
    await world.decide.finish()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], Path(sys.argv[3])))
