"""The server that we bring along: it starts, keeps what was written, survives kills, and is reached by nobody else."""

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine, text

from switch.postgres_server import DataDirectoryInUse, PostgresServer, WrongVersion
from tests.supervised import is_running
from tests.waiting import wait_until

OWNER = """
import sys, time
from pathlib import Path
from switch.postgres_server import PostgresServer
server = PostgresServer(Path(sys.argv[1]), durable=True)
server.start()
assert server.wait_ready()
print(server.pid, flush=True)
time.sleep(600)
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[PostgresServer]:
    with PostgresServer(tmp_path / "data", durable=False) as started:
        yield started


def connect(url: str) -> psycopg.Connection:
    return psycopg.connect(url.replace("+psycopg", ""), autocommit=True)


def value(url: str, query: str) -> object:
    with connect(url) as connection:
        row = connection.execute(query).fetchone()
    assert row is not None
    return row[0]


def test_a_database_is_a_copy_of_its_template(server: PostgresServer) -> None:
    with connect(server.create_database("original")) as connection:
        connection.execute("CREATE TABLE bills AS SELECT 7 AS amount")
    assert value(server.create_database("copy", template="original"), "SELECT amount FROM bills") == 7
    server.drop_database("copy")
    assert server.ensure_database("original") == server.url_of("original")
    assert value(server.url, "SELECT count(*) FROM pg_database WHERE datname = 'copy'") == 0


def test_the_url_is_one_that_sqlalchemy_takes(server: PostgresServer) -> None:
    engine = create_engine(server.url)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT current_user")).scalar_one() == "switch"
    engine.dispose()


def test_only_the_password_opens_it_and_only_we_can_read_it(server: PostgresServer, tmp_path: Path) -> None:
    password = tmp_path / "data" / "password"
    assert stat.S_IMODE(password.stat().st_mode) == 0o600
    assert stat.S_IMODE(server.socket_directory.stat().st_mode) == 0o700
    with pytest.raises(psycopg.OperationalError, match="password"):
        connect(server.url.replace(password.read_text(), "guess"))
    assert value(server.url, "SELECT current_setting('listen_addresses')") == ""


def test_it_is_durable_unless_a_test_asks_otherwise(tmp_path: Path) -> None:
    server = PostgresServer(tmp_path / "data")
    with server:
        for setting in ("fsync", "full_page_writes", "synchronous_commit", "data_checksums"):
            assert value(server.url, f"SELECT current_setting('{setting}')") == "on"
    assert not server.socket_directory.exists()


def test_what_was_committed_survives_an_immediate_stop(tmp_path: Path) -> None:
    server = PostgresServer(tmp_path / "data")
    with server, connect(server.url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        server.stop(immediate=True)
    with server:
        assert value(server.url, "SELECT answer FROM kept") == 42


def test_it_starts_again_after_kill_9(server: PostgresServer) -> None:
    assert server.pid is not None
    with connect(server.url):
        os.kill(server.pid, signal.SIGKILL)
        wait_until(lambda: not server.is_alive())
        server.start()
        assert server.wait_ready()
    assert value(server.url, "SELECT 1") == 1


def test_a_foreign_pid_in_the_pid_file_does_not_block_the_start(tmp_path: Path) -> None:
    server = PostgresServer(tmp_path / "data", durable=False)
    with server:
        pid_file = tmp_path / "data" / "cluster" / "postmaster.pid"
        lines = pid_file.read_text().split("\n")
        server.stop()
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]))
    with server:
        assert value(server.url, "SELECT 1") == 1


def test_the_server_dies_with_its_killed_parent_and_starts_again(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with subprocess.Popen([sys.executable, "-c", OWNER, str(data)], stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        postmaster = int(owner.stdout.readline())
        with pytest.raises(DataDirectoryInUse):
            PostgresServer(data).start()
        owner.kill()
    with PostgresServer(data) as successor:
        assert not is_running(postmaster)
        assert value(successor.url, "SELECT 1") == 1


def test_an_orphan_that_nobody_told_to_stop_is_stopped_first(server: PostgresServer, tmp_path: Path) -> None:
    orphan = server.pid
    assert orphan is not None
    server._release_lock()  # as if its owner were gone, on a system that tells no child of it
    with PostgresServer(tmp_path / "data", durable=False) as successor:
        assert value(successor.url, "SELECT 1") == 1
        assert not is_running(orphan)


def test_two_servers_do_not_meet(tmp_path: Path) -> None:
    with PostgresServer(tmp_path / "a", durable=False) as one, PostgresServer(tmp_path / "b", durable=False) as other:
        one.create_database("mine")
        assert value(other.url, "SELECT count(*) FROM pg_database WHERE datname = 'mine'") == 0


def test_the_socket_path_is_short_however_deep_the_data_lies(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 100) / ("e" * 100)
    assert len(str(PostgresServer(deep).socket_directory)) < 60


def test_data_of_another_major_version_is_refused_by_name(tmp_path: Path) -> None:
    cluster = tmp_path / "data" / "cluster"
    cluster.mkdir(parents=True)
    (cluster / "PG_VERSION").write_text("9\n")
    with pytest.raises(WrongVersion, match="made by PostgreSQL 9"):
        PostgresServer(tmp_path / "data").start()
