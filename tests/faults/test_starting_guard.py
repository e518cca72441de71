"""The guard at the start: on a server that may forget, or beside a clock that is far off, no process of the switch begins."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import create_engine, text

from switch.bootstrap.awaiting import await_database
from switch.bootstrap.migrating import migrate_database
from switch.cli.key_files import ensure_switch_key
from switch.cli.sandbox.place import free_ports
from switch.postgres_server import PostgresServer
from switch.settings import Settings
from switch.store.database import connect
from switch.store.revision import NEEDED
from switch.store.server_safety import FARTHEST_OFF_SECONDS, ClockFarOff, ServerNotSafe, require_safe
from tests.seeded import one

WAITED_SECONDS = 60
ASKED_SEVERAL_TIMES_SECONDS = 0.3
COMMANDS = (["serve"], ["worker"], ["verify"])


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Settings, str]]:
    """A durable server, as real ones are: its settings can be spoiled for one database."""
    folder = tmp_path_factory.mktemp("guarded")
    with PostgresServer(folder / "postgres") as server:
        url = server.create_database("switch")
        settings = Settings(data=folder, database_url=url)
        ensure_switch_key(settings)
        migrate_database(settings)
        yield settings, url


def _execute(url: str, statement: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


def _run(settings: Settings, *words: str) -> subprocess.CompletedProcess[str]:
    env = os.environ | {
        "SWITCH_DATA": str(settings.data),
        "SWITCH_DATABASE_URL": str(settings.database_url),
        "SWITCH_PORT": str(free_ports(1)[0]),
        "SWITCH_NAMES": "switch.example.sy",
    }
    return subprocess.run([sys.executable, "-m", "switch", *words], env=env, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_nothing_begins_where_a_commit_may_be_forgotten(kept: tuple[Settings, str], command: list[str]) -> None:
    settings, url = kept
    _execute(url, "ALTER DATABASE switch SET synchronous_commit = off")
    try:
        done = _run(settings, *command)
    finally:
        _execute(url, "ALTER DATABASE switch RESET synchronous_commit")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "synchronous_commit = off" in done.stderr + done.stdout
    assert "Traceback" not in done.stderr + done.stdout


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_nothing_begins_on_a_schema_of_another_program(kept: tuple[Settings, str], command: list[str]) -> None:
    settings, url = kept
    _execute(url, "UPDATE alembic_version SET version_num = 'of-tomorrow'")
    try:
        done = _run(settings, *command)
    finally:
        _execute(url, f"UPDATE alembic_version SET version_num = '{NEEDED}'")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "of-tomorrow" in done.stderr + done.stdout
    assert "Traceback" not in done.stderr + done.stdout


async def test_who_waits_for_the_database_goes_on_as_soon_as_it_has_the_schema_that_is_needed(kept: tuple[Settings, str]) -> None:
    settings, url = kept
    _execute(url, "UPDATE alembic_version SET version_num = 'of-yesterday'")
    waiting = asyncio.create_task(await_database(settings, WAITED_SECONDS))
    await asyncio.wait([waiting], timeout=ASKED_SEVERAL_TIMES_SECONDS)
    assert not waiting.done()
    _execute(url, f"UPDATE alembic_version SET version_num = '{NEEDED}'")
    async with asyncio.timeout(WAITED_SECONDS / 2):
        await waiting


@pytest.mark.parametrize("command", [["serve"], ["worker"]], ids=lambda command: command[0])
def test_who_has_waited_long_enough_says_what_is_wrong(kept: tuple[Settings, str], command: list[str]) -> None:
    nowhere = kept[0].model_copy(update={"database_url": f"postgresql://nobody@127.0.0.1:{free_ports(1)[0]}/switch"})
    done = _run(nowhere, *command, "--wait", "0.2")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "the database cannot be reached" in done.stderr + done.stdout
    assert "Traceback" not in done.stderr + done.stdout


def test_a_wrong_setting_is_named(kept: tuple[Settings, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "switch", "verify"], env=os.environ | {"SWITCH_PORT": "0"}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "SWITCH_PORT" in done.stderr
    assert "Traceback" not in done.stderr


async def test_each_setting_that_lets_a_crash_take_back_is_named(database_url: str) -> None:
    """The server of the tests is one that forgets."""
    database = connect(database_url)
    (now,) = await one(database, "SELECT clock_timestamp()")
    with pytest.raises(ServerNotSafe, match="fsync"):
        async with database.reading() as connection:
            await require_safe(connection, now)
    await database.close()


async def test_a_clock_that_is_far_off_is_named(kept: tuple[Settings, str]) -> None:
    database = connect(kept[1])
    (now,) = await one(database, "SELECT clock_timestamp()")
    async with database.reading() as connection:
        await require_safe(connection, now)
        await require_safe(connection, now - timedelta(seconds=FARTHEST_OFF_SECONDS - 5))
        for wrong in (timedelta(seconds=FARTHEST_OFF_SECONDS + 5), timedelta(days=-400)):
            with pytest.raises(ClockFarOff):
                await require_safe(connection, now + wrong)
    await database.close()
