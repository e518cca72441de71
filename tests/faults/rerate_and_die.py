"""Run as a program of its own: re-rates the payments of a day in small batches; dies at a fail point.

Arguments: database, point, folder.
"""

import asyncio
import sys
from pathlib import Path

from switch.fail_points import Does, FailPoint, Failure, arm
from switch.reports.current_directory import CurrentDirectory
from switch.store.database import connect
from tests.rerated import Rerating
from tests.settling import SettlingWorld
from tests.vault_keys import use_test_vault

use_test_vault()


async def re_rate(world: SettlingWorld) -> Rerating:
    """Safe to repeat: which of it is done is read from the books."""
    directory = CurrentDirectory(world.database)
    await directory.refresh()
    rerating = Rerating(world, directory)
    await rerating.decide.finish()
    await rerating.finish()
    return rerating


async def main(url: str, point: str, folder: Path) -> None:
    arm([Failure(FailPoint(point), Does.EXIT, at=2)])
    world = SettlingWorld(connect(url), folder)
    world.clock.move(2 * 24 * 3600)
    await re_rate(world)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], Path(sys.argv[3])))
