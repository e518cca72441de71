"""Run as a program of its own: archives an old date in each of some databases, and dies in each at another fail point.

Arguments: a folder, then `point=database`, several times. A child for each, so that what is imported is imported once.
"""

import asyncio
import os
import sys
from dataclasses import replace
from pathlib import Path

from adapters.drops.local_folder import LocalFolder
from switch.fail_points import EXIT_CODE, Does, FailPoint, Failure, arm
from switch.signatures import generate_key
from switch.store.database import connect
from tests.filled_archive import archiving
from tests.filled_books import LOG
from tests.vault_keys import use_test_vault

use_test_vault()


async def archived(url: str, folder: Path) -> None:
    database = connect(url)
    archive = replace(archiving(database, LocalFolder(folder), generate_key("switch:main"), LOG.origin), removed_at_once=1)
    while (its := await archive()).removed or its.finished:
        pass
    await database.close()


def die(point: str, url: str, folder: Path) -> None:
    if (child := os.fork()) == 0:
        arm([Failure(FailPoint(point), Does.EXIT, at=1)])
        asyncio.run(archived(url, folder))
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == EXIT_CODE, point


if __name__ == "__main__":
    for words in sys.argv[2:]:
        name, _, database_url = words.partition("=")
        die(name, database_url, Path(sys.argv[1]) / name)
