"""A PostgreSQL server as our direct child, on a unix socket that only we can reach."""

import contextlib
import fcntl
import hashlib
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self
from urllib.parse import quote

import psycopg
from psycopg import sql

from switch.postgres_server.binaries import find_binaries, readable_by_all
from switch.postgres_server.cluster import SUPERUSER, account_for, clear_remains, make_cluster, password_of, path_seen_by
from switch.processes import Ending, ending_of, launch, tail

_READY_SECONDS = 60.0
_FAST_STOP_SECONDS = 20.0
_IMMEDIATE_STOP_SECONDS = 10.0
_POLL_SECONDS = 0.01
_STATUS_LINE = 7  # of postmaster.pid: "starting", "ready", "standby" ...

_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "wal_level": "replica",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "recovery_init_sync_method": "syncfs",  # after a crash: of each of two thousand files by itself takes seconds before anybody is let in
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %q%u@%d ",
    "logging_collector": "off",
    "log_statement": "none",
    "log_parameter_max_length_on_error": "0",
    "log_min_error_statement": "panic",  # a statement may carry a payer's name,
    "log_error_verbosity": "terse",  # and so may the detail of an error
}
_DURABLE = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}
_NOT_DURABLE = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "shared_buffers": "64MB",
    "max_wal_size": "256MB",
    "autovacuum": "off",
}


class DataDirectoryInUse(RuntimeError):
    """Another running switch has this data directory."""


class ServerFailed(RuntimeError):
    """PostgreSQL ended, or was not ready in time; the message ends with its log."""


class PostgresServer:
    """Start it, use `url`, stop it; or use it as a context manager. It can be supervised (`switch.processes.Child`).

    `durable=False` is for tests: a crash of the machine loses data.
    """

    name = "postgres"

    def __init__(self, data_directory: Path, *, durable: bool = True) -> None:
        self._data_directory = data_directory.absolute()
        self._cluster = self._data_directory / "cluster"
        self._log_file = self._data_directory / "postgres.log"
        self._durable = durable
        self._child: subprocess.Popen[bytes] | None = None
        self._lock: BinaryIO | None = None

    def __enter__(self) -> Self:
        self.start()
        if not self.wait_ready():
            self.stop()
            raise ServerFailed(f"PostgreSQL did not start:\n{self.last_words()}")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    @property
    def has_data(self) -> bool:
        """Whether it was ever started on this folder."""
        return (self._cluster / "PG_VERSION").exists()

    @property
    def pid(self) -> int | None:
        return self._child.pid if self._child else None

    @property
    def url(self) -> str:
        """SQLAlchemy's URL of the maintenance database."""
        return self.url_of("postgres")

    def url_of(self, database: str) -> str:
        return f"postgresql+psycopg://{self._address_of(database)}"

    @property
    def socket_directory(self) -> Path:
        """Short, because a socket's path may have 107 bytes; the data directory's own, so that two switches never meet."""
        name = hashlib.sha256(os.fsencode(self._data_directory.resolve())).hexdigest()[:12]
        return Path(f"/tmp/switch-{os.geteuid()}-{name}")  # noqa: S108 - made with 0700, and refused if it is somebody else's

    @property
    def socket(self) -> Path:
        return self.socket_directory / ".s.PGSQL.5432"

    def url_at(self, host: str, port: int, database: str) -> str:
        """Through something that listens there and carries everything to our socket."""
        return f"postgresql://{SUPERUSER}:{password_of(self._cluster)}@{host}:{port}/{quote(database, safe='')}"

    def start(self) -> None:
        """Launch it; `wait_ready` tells when it serves. After a death, or a kill -9 of its former parent, just start again."""
        self._data_directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._take_lock()
        if self._child is not None:
            self._child.poll()  # PostgreSQL takes a dead one that nobody waited for to be alive
        try:
            self._launch()
        except BaseException:
            self._release_lock()
            raise

    def wait_ready(self) -> bool:
        """Return whether it serves in time; false at once when it died."""
        deadline = time.monotonic() + _READY_SECONDS
        while self.is_alive() and time.monotonic() < deadline:
            if self._is_ready():
                return True
            time.sleep(_POLL_SECONDS)
        return False

    def is_alive(self) -> bool:
        return self._child is not None and self.ending is None

    @property
    def ending(self) -> Ending | None:
        return None if self._child is None else ending_of(self._child)

    def stop(self, *, immediate: bool = False) -> None:
        """End it: fast (sessions are cut off, data is written out), or immediate, as in a crash."""
        requests = [] if immediate else [(signal.SIGINT, _FAST_STOP_SECONDS)]
        requests += [(signal.SIGQUIT, _IMMEDIATE_STOP_SECONDS), (signal.SIGKILL, _IMMEDIATE_STOP_SECONDS)]
        for request, seconds in requests:
            if self._child is not None and self._child.poll() is None:
                self._child.send_signal(request)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self._child.wait(seconds)
        self._child = None
        if self._lock is not None:
            shutil.rmtree(self.socket_directory, ignore_errors=True)
            self._release_lock()

    def create_database(self, name: str, template: str | None = None) -> str:
        """Create a database, as a copy of `template` if given (its files are copied: half the time of the default), and return its URL."""
        statement = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
        if template is not None:
            statement += sql.SQL(" TEMPLATE {} STRATEGY FILE_COPY").format(sql.Identifier(template))
        self._execute(statement)
        return self.url_of(name)

    def ensure_database(self, name: str) -> str:
        """Create the database unless it is there, and return its URL."""
        with contextlib.suppress(psycopg.errors.DuplicateDatabase):
            self.create_database(name)
        return self.url_of(name)

    def drop_database(self, name: str) -> None:
        """Drop a database, cutting off whoever is still connected."""
        self._execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def last_words(self) -> str:
        return tail(self._log_file)

    def _launch(self) -> None:
        clear_remains(self._cluster)
        account = account_for(self._cluster)
        binaries = find_binaries() if account is None else readable_by_all(find_binaries())
        make_cluster(binaries, self._cluster, durable=self._durable)
        self._make_socket_directory()
        settings = {**_SETTINGS, **(_DURABLE if self._durable else _NOT_DURABLE), "unix_socket_directories": str(self.socket_directory)}
        self._child = launch(
            [binaries / "postgres", "-D", path_seen_by(account, self._cluster), *(f"--{name}={value}" for name, value in settings.items())],
            log_file=self._log_file,
            account=account,
            death_signal=signal.SIGINT,
            working_directory=self._cluster,
        )

    def _make_socket_directory(self) -> None:
        owner = self._cluster.stat()
        try:
            self.socket_directory.mkdir(mode=0o700)
            os.chown(self.socket_directory, owner.st_uid, owner.st_gid)
        except FileExistsError:
            found = self.socket_directory.lstat()
            if self.socket_directory.is_symlink() or found.st_uid != owner.st_uid or found.st_mode & 0o077:
                raise ServerFailed(f"{self.socket_directory} was made by somebody else; remove it") from None

    def _is_ready(self) -> bool:
        with contextlib.suppress(FileNotFoundError):
            lines = (self._cluster / "postmaster.pid").read_text(encoding="utf-8").split("\n")
            return len(lines) > _STATUS_LINE and lines[0] == str(self.pid) and lines[_STATUS_LINE].strip() == "ready"
        return False

    def _take_lock(self) -> None:
        if self._lock is not None:
            return
        lock = (self._data_directory / "lock").open("ab")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            raise DataDirectoryInUse(f"another switch is running on {self._data_directory}") from None
        self._lock = lock

    def _release_lock(self) -> None:
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _execute(self, statement: sql.Composed) -> None:
        with psycopg.connect(f"postgresql://{self._address_of('postgres')}", autocommit=True) as connection:
            connection.execute(statement)

    def _address_of(self, database: str) -> str:
        return f"{SUPERUSER}:{password_of(self._cluster)}@/{quote(database, safe='')}?host={quote(str(self.socket_directory), safe='/')}"
