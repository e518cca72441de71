"""A real PostgreSQL for the tests: one server a test process, one migrated template, a fresh copy of it for each test.

One server for all the processes of a run was measured to be no quicker; a cluster in memory is several times quicker than on disk.
"""

import itertools
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config

from switch.postgres_server import PostgresServer
from tests.logged import Logged, logged
from tests.vault_keys import use_test_vault

_TEMPLATE = "migrated"
_MEMORY = Path("/dev/shm")
_MEMORY_NEEDED_BYTES = 2 * 1024**3
_numbers = itertools.count(1)


use_test_vault()


_LONGEST_FIRST = ("system", "faults", "test_verification.py", "test_confusion_matrix.py", "test_simulation.py", "test_reconciliation.py")
"""Folders and files that take minutes: begun last, one of them would keep a single worker busy at the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.path.parent.name not in _LONGEST_FIRST and item.path.name not in _LONGEST_FIRST)


@pytest.fixture(scope="session", autouse=True)
def log_of_all(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Logged]:
    """Torn down last of all: then nothing personal and no secret may be in what the tests and their processes have logged."""
    with logged(tmp_path_factory.getbasetemp()) as log:
        yield log
    assert not (wrongs := log.wrongs()), "\n".join(["personal data or secrets in logs:", *wrongs])


@pytest.fixture(autouse=True)
def _begun(log_of_all: Logged, request: pytest.FixtureRequest) -> None:
    """Whatever the test before has opened."""
    use_test_vault()
    log_of_all.of_test(request.node.nodeid)


@pytest.fixture(scope="session")
def project_root() -> Path:
    return Path(__file__).parent.parent


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory, log_of_all: Logged) -> Iterator[PostgresServer]:
    """The server shared by the tests of this process; a test that stops or breaks a server starts its own."""
    data_directory = _place_in_memory() or tmp_path_factory.mktemp("postgres")
    with PostgresServer(data_directory, durable=False) as server:
        yield server
    log_of_all.also(data_directory / "postgres.log")
    shutil.rmtree(data_directory)


@pytest.fixture(scope="session")
def template_database(postgres_server: PostgresServer, project_root: Path) -> str:
    """The name of a database with every migration applied."""
    config = Config(project_root / "alembic.ini")
    config.attributes["url"] = postgres_server.create_database(_TEMPLATE)
    command.upgrade(config, "head")
    return _TEMPLATE


@pytest.fixture
def database_url(postgres_server: PostgresServer, template_database: str) -> Iterator[str]:
    """SQLAlchemy's URL of a migrated, empty database of the test's own."""
    name = f"test_{next(_numbers)}"
    yield postgres_server.create_database(name, template=template_database)
    postgres_server.drop_database(name)


@pytest.fixture
def empty_database_url(postgres_server: PostgresServer) -> Iterator[str]:
    """SQLAlchemy's URL of a database without any table, for the tests of the migrations themselves."""
    name = f"test_{next(_numbers)}"
    yield postgres_server.create_database(name)
    postgres_server.drop_database(name)


def _place_in_memory() -> Path | None:
    if not os.access(_MEMORY, os.W_OK) or shutil.disk_usage(_MEMORY).free < _MEMORY_NEEDED_BYTES:
        return None
    for former in _MEMORY.glob(f"switch-tests-{os.getuid()}-*"):  # a killed run could not tidy up
        if not Path("/proc", former.name.rpartition("-")[2]).exists():
            shutil.rmtree(former, ignore_errors=True)
    return _MEMORY / f"switch-tests-{os.getuid()}-{os.getpid()}"
