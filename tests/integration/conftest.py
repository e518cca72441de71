"""Filled books are made once a test process; each test has a copy of them, database and files, to do with as it likes."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from adapters.drops.local_folder import LocalFolder
from switch.postgres_server import PostgresServer
from switch.store.database import Database, connect
from tests.filled_books import World, filled_world, sealed_world
from tests.vault_keys import use_test_vault

Fill = Callable[[Database, Path], Awaitable[World]]


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
