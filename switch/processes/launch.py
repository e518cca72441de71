"""Starts a program in a session of its own, tied to us: when we die, even by kill -9, it is told to stop."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

_TIED = Path(__file__).with_name("tied.py")
_LOG_LIMIT_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Account:
    """The user and group of the operating system that a child runs as."""

    uid: int
    gid: int


def launch(
    argv: Sequence[str | Path],
    *,
    log_file: Path | None,
    env: Mapping[str, str] | None = None,
    account: Account | None = None,
    death_signal: signal.Signals = signal.SIGTERM,
    working_directory: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Start `argv` (its first word a full path). `env` is added to ours; output goes to the end of `log_file`, or where ours goes."""
    if threading.current_thread() is not threading.main_thread():
        # Linux sends the death signal when the *thread* that started the child ends.
        raise RuntimeError("a tied child must be started from the main thread")
    uid, gid = (account.uid, account.gid) if account else (-1, -1)
    tie = [sys.executable, "-I", "-S", str(_TIED), str(os.getpid()), str(int(death_signal)), str(uid), str(gid)]
    with open_log(log_file) if log_file is not None else nullcontext() as log:
        return subprocess.Popen(  # noqa: S603 - argv comes from our own code
            [*tie, *map(str, argv)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env={**os.environ, **(env or {})},
            cwd=working_directory,
            start_new_session=True,
        )


def open_log(log_file: Path) -> BinaryIO:
    """Open for appending; a log that grew large is put aside first, one generation is kept."""
    log_file.parent.mkdir(parents=True, exist_ok=True)
    if log_file.exists() and log_file.stat().st_size > _LOG_LIMIT_BYTES:
        log_file.replace(log_file.with_name(log_file.name + ".1"))
    return log_file.open("ab")


def tail(log_file: Path, lines: int = 20) -> str:
    """Return the last lines of a log, for the message of an error."""
    if not log_file.exists():
        return ""
    with log_file.open("rb") as log:
        log.seek(max(0, log.seek(0, os.SEEK_END) - 8192))
        return "\n".join(log.read().decode(errors="replace").splitlines()[-lines:])
