"""A process dies at each step of archiving; who repeats ends as if nobody had: the same file, the same sums, the same rows gone."""

import asyncio
import subprocess
import sys
from pathlib import Path
from typing import Any

from switch.domain.archives import file_name
from switch.fail_points import OF_AN_ARCHIVE
from switch.postgres_server import PostgresServer
from switch.store.database import connect
from tests.faults.archive_and_die import archived
from tests.filled_archive import OLD_DAY, old_day
from tests.filled_books import World, fill_the_catalogue
from tests.seeded import BANK, OTHER_BANK, one, rows, seed

PREPARED = "archive_prepared"
ENDED = (
    "SELECT business_date, name, sha256, size, payments, leaves::text, totals FROM archive",
    "SELECT business_date, bucket_reached, payment_reached, removed, finished_at FROM archive_removal",
    "SELECT * FROM archived_payment ORDER BY 1, 2", "SELECT * FROM archived_reversal ORDER BY 1, 2",
    "SELECT * FROM archived_balance ORDER BY 1, 2, 3", "SELECT * FROM archived_movement ORDER BY 1, 2, 3, 4",
    "SELECT bill_number, paid_minor, archived_minor FROM bill ORDER BY 1", "SELECT count(*) FROM payment",
    "SELECT count(*) FROM posting", "SELECT count(*) FROM order_message", "SELECT count(*) FROM biller_message",
)  # fmt: skip


def test_a_process_dies_at_each_step_and_the_next_one_ends_as_if_nothing_had_been(
    postgres_server: PostgresServer, template_database: str, tmp_path: Path, project_root: Path
) -> None:
    prepared = postgres_server.create_database(PREPARED, template=template_database)
    asyncio.run(_prepare(prepared, tmp_path))
    urls = {point: postgres_server.create_database(f"archive_{point}", template=PREPARED) for point in OF_AN_ARCHIVE}
    words = [sys.executable, "-m", "tests.faults.archive_and_die", str(tmp_path), *(f"{point}={url}" for point, url in urls.items())]
    died = subprocess.run(words, cwd=project_root, capture_output=True, text=True, timeout=120, check=False)
    assert died.returncode == 0, died.stderr
    undisturbed = asyncio.run(_ended(prepared, tmp_path / "undisturbed"))
    for point, url in urls.items():
        assert asyncio.run(_ended(url, tmp_path / point)) == undisturbed, point
    for name in (PREPARED, *(f"archive_{point}" for point in OF_AN_ARCHIVE)):
        postgres_server.drop_database(name)


async def _prepare(url: str, folder: Path) -> None:
    database = connect(url)
    await seed(database, {BANK: 10_000_000, OTHER_BANK: 10_000_000})
    await fill_the_catalogue(World(database, folder))  # type: ignore[arg-type]
    await old_day(database)
    await database.close()


async def _ended(url: str, folder: Path) -> list[Any]:
    """Repeated until nothing is left to do."""
    await archived(url, folder)
    database = connect(url)
    ended: list[Any] = [[tuple(row) for row in await rows(database, question)] for question in ENDED]
    assert await one(database, "SELECT count(*) FROM payment") == (0,)
    assert await one(database, "SELECT count(*) FROM posting") == (0,)
    await database.close()
    return [*ended, (folder / "archive" / file_name(OLD_DAY)).read_bytes()]
