"""Filled books are made once a test process; each test has a copy of them, database and files, to do with as it likes."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from adapters.drops.local_folder import LocalFolder
from switch.postgres_server import PostgresServer
from switch.store.database import Database, connect
from switch.store.migration import migrate
from switch.usecases.seal_log import SealLog
from tests.filled_archive import archive_an_old_day
from tests.filled_books import LOG, LOG_KEY, World, filled_world, sealed_world
from tests.filled_rest import fill_the_rest
from tests.seeded import FixedClock
from tests.tampering import without_checks
from tests.vault_keys import use_test_vault

Fill = Callable[[Database, Path], Awaitable[World]]


async def full_world(database: Database, folder: Path) -> World:
    world = await filled_world(database, folder)
    await archive_an_old_day(database, world.drop, LOG_KEY, LOG.origin)
    await without_checks(world)
    await fill_the_rest(world)
    await SealLog(FixedClock(), database, LOG_KEY, LOG.origin, rows_at_once=20).whole()
    return world


class Original:
    """A database that nobody is connected to, and the folder of its files."""

    def __init__(self, server: PostgresServer, template: str, name: str, files: Path, fill: Fill) -> None:
        self.server, self.name, self.files = server, name, files
        use_test_vault()
        asyncio.run(self._filled(server.create_database(name, template=template), fill))
        self._copies = 0

    async def _filled(self, url: str, fill: Fill) -> None:
        database = connect(url)
        await fill(database, self.files)
        await database.close()

    @asynccontextmanager
    async def copied(self, folder: Path) -> AsyncIterator[World]:
        self._copies += 1
        name = f"{self.name}_{self._copies}"
        database = connect(self.server.create_database(name, template=self.name))
        shutil.copytree(self.files, folder, dirs_exist_ok=True)
        try:
            yield World(database, LocalFolder(folder))
        finally:
            await database.close()
            self.server.drop_database(name)


@pytest.fixture(scope="session")
def filled_original(postgres_server: PostgresServer, template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Original:
    return Original(postgres_server, template_database, "filled", tmp_path_factory.mktemp("filled"), filled_world)


@pytest.fixture(scope="session")
def sealed_original(postgres_server: PostgresServer, template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Original:
    return Original(postgres_server, template_database, "sealed", tmp_path_factory.mktemp("sealed"), sealed_world)


@pytest.fixture(scope="session")
def full_original(postgres_server: PostgresServer, template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Original:
    return Original(postgres_server, template_database, "full", tmp_path_factory.mktemp("full"), full_world)


@pytest.fixture
async def full(full_original: Original, tmp_path: Path) -> AsyncIterator[World]:
    """Every table has rows, and an old day is in the archive."""
    async with full_original.copied(tmp_path) as world:
        yield world


@pytest.fixture
async def filled(filled_original: Original, tmp_path: Path) -> AsyncIterator[World]:
    """See `filled_world`."""
    async with filled_original.copied(tmp_path) as world:
        yield world


@pytest.fixture
async def sealed(sealed_original: Original, tmp_path: Path) -> AsyncIterator[World]:
    """See `sealed_world`."""
    async with sealed_original.copied(tmp_path) as world:
        yield world


@pytest.fixture(scope="module")
def durable_books(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """See `filled_world`: database and data folder, for commands, which begin on no server that may forget. One for all tests of a file."""
    data = tmp_path_factory.mktemp("data")

    async def fill(url: str) -> None:
        use_test_vault()  # commands, which the tests of another file have run in this process, use the keys of their data folder
        database = connect(url)
        await filled_world(database, data / "files")
        await database.close()

    with PostgresServer(tmp_path_factory.mktemp("durable")) as server:
        url = server.create_database("filled")
        migrate(url)
        asyncio.run(fill(url))
        yield url, data
