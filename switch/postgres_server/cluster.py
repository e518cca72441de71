"""The data of a PostgreSQL server: makes it once, knows who owns it, clears what a killed predecessor left."""

import contextlib
import os
import pwd
import secrets
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from switch.postgres_server.binaries import major_version
from switch.processes import Account, launch, tail

SUPERUSER = "switch"
_INITDB_SECONDS = 120.0
_ORPHAN_STOP_SECONDS = 20.0
_UNPRIVILEGED_USERS = ("nobody", "daemon")


class WrongVersion(RuntimeError):
    """The data was made by another major version of PostgreSQL than the programs at hand."""


def account_for(cluster: Path) -> Account | None:
    """Whom the server runs as: PostgreSQL refuses root, so root lends it to the data's owner or an unprivileged user."""
    if os.geteuid() != 0:
        return None
    if cluster.exists() and (owner := cluster.stat()).st_uid != 0:
        return Account(owner.st_uid, owner.st_gid)
    for name in _UNPRIVILEGED_USERS:
        with contextlib.suppress(KeyError):
            user = pwd.getpwnam(name)
            return Account(user.pw_uid, user.pw_gid)
    raise RuntimeError(f"PostgreSQL does not run as root, and there is no user {' or '.join(_UNPRIVILEGED_USERS)}")


def path_seen_by(account: Account | None, folder: Path) -> str:
    """Name a folder for a server whose working directory it is; an unprivileged server could not walk there from /root."""
    return str(folder) if account is None else "/proc/self/cwd"


def password_of(cluster: Path) -> str:
    """The superuser's password; it is made before the cluster and lies beside it, for our eyes only."""
    kept = cluster.with_name("password")
    if not kept.exists():
        with os.fdopen(os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as new:
            new.write(secrets.token_urlsafe(24))
    return kept.read_text(encoding="ascii")


def make_cluster(binaries: Path, cluster: Path, *, durable: bool) -> None:
    """Make the cluster unless it is there. A half-made one never gets its name."""
    if (cluster / "PG_VERSION").exists():
        made_by = int((cluster / "PG_VERSION").read_text(encoding="ascii"))
        if made_by != (at_hand := major_version(binaries)):
            raise WrongVersion(
                f"{cluster} was made by PostgreSQL {made_by}, and {binaries} has {at_hand}; dump and load it, or set SWITCH_PG_BIN"
            )
        return
    unfinished = cluster.with_name(cluster.name + ".new")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    account = account_for(cluster)
    if account is not None:
        os.chown(unfinished, account.uid, account.gid)
    log_file = cluster.with_name("initdb.log")
    with _lent_password(password_of(cluster), account) as password_file:
        initdb = launch(
            [
                binaries / "initdb",
                f"--pgdata={path_seen_by(account, unfinished)}",
                f"--username={SUPERUSER}",
                f"--pwfile={password_file}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--data-checksums",
                "--no-instructions",
                *([] if durable else ["--no-sync"]),
            ],
            log_file=log_file,
            account=account,
            death_signal=signal.SIGKILL,
            working_directory=unfinished,
        )
        if initdb.wait(_INITDB_SECONDS) != 0:
            raise RuntimeError(f"initdb failed:\n{tail(log_file)}")
    unfinished.rename(cluster)


@contextlib.contextmanager
def _lent_password(password: str, account: Account | None) -> Iterator[str]:
    with tempfile.NamedTemporaryFile("w", dir="/tmp", prefix="switch-") as lent:
        lent.write(password)
        lent.flush()
        if account is not None:
            os.chown(lent.name, account.uid, account.gid)
        yield lent.name


def clear_remains(cluster: Path) -> None:
    """Stop the processes of a server whose parent was killed, and forget its pid, which may be anybody's by now.

    Where there is no /proc, PostgreSQL's own check of postmaster.pid decides.
    """
    pid_file = cluster / "postmaster.pid"
    if not pid_file.exists() or not Path("/proc/self/cwd").exists():
        return
    for request in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        deadline = time.monotonic() + _ORPHAN_STOP_SECONDS
        _signal_postmaster(pid_file, cluster, request)
        while (alive := _processes_in(cluster)) and time.monotonic() < deadline:
            time.sleep(0.02)
        if not alive:
            break
    else:
        raise RuntimeError(f"processes {sorted(_processes_in(cluster))} hold {cluster} and do not end")
    pid_file.unlink(missing_ok=True)


def _signal_postmaster(pid_file: Path, cluster: Path, request: signal.Signals) -> None:
    with contextlib.suppress(FileNotFoundError, ValueError, IndexError):
        postmaster = int(pid_file.read_text(encoding="utf-8").split("\n")[0])
        alive = _processes_in(cluster)
        for pid in [postmaster] if request is not signal.SIGKILL and postmaster in alive else alive:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, request)


def _processes_in(cluster: Path) -> set[int]:
    """The processes of a server: each has the cluster as its working directory."""
    found = set()
    for process in Path("/proc").iterdir():
        if process.name.isdecimal():
            with contextlib.suppress(OSError):
                program = (process / "exe").readlink().name.removesuffix(" (deleted)")
                if program == "postgres" and (process / "cwd").samefile(cluster):
                    found.add(int(process.name))
    return found
