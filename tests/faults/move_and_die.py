"""Run as a program of its own: moves a window into the open one; dies at a fail point. Arguments: database, point, folder."""

import asyncio
import sys
from pathlib import Path

from switch.fail_points import Does, FailPoint, Failure, arm
from switch.store.database import connect
from tests.settling import SettlingWorld
from tests.vault_keys import use_test_vault

use_test_vault()


async def main(url: str, point: str, folder: Path) -> None:
    arm([Failure(FailPoint(point), Does.EXIT)])
    world = SettlingWorld(connect(url), folder)
    world.clock.move(600)
    await world.decide.finish()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], Path(sys.argv[3])))
