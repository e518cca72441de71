"""The place where a sandbox runs: one data folder that nobody else uses, and ports that are free."""

import fcntl
import shutil
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from switch.settings import Settings

FREED_WITHIN_SECONDS = 5.0
"""Processes of a sandbox that was killed are told to stop and may still be finishing."""
_ASK_AGAIN_SECONDS = 0.1
_LOCK = "run.lock"
_DEMO = "holds-a-demo"


class CannotStart(Exception):
    """Why not, and what to do about it; in words for people."""


@contextmanager
def own_folder(data: Path) -> Iterator[None]:
    """One sandbox a data folder; the lock ends with the process, however that ends."""
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (data / _LOCK).open("ab") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotStart(
                f"another `switch run` uses the data folder {data.absolute()}; stop it, or set SWITCH_DATA to another folder"
            ) from None
        yield


def folder_of_demo(data: Path) -> Path:
    """Emptied, for a new day: the data folder itself where it is new or holds an earlier demo, else one within, beside kept data."""
    taken = data.is_dir() and any(data.iterdir()) and not (data / _DEMO).exists()
    folder = data / "demo" if taken else data
    with own_folder(folder):
        for found in folder.iterdir():
            if found.is_dir() and not found.is_symlink():
                shutil.rmtree(found)
            elif found.name != _LOCK:
                found.unlink()
        (folder / _DEMO).touch()
    return folder


def keep(data: Path) -> None:
    """From now on the data is somebody's, and no demo empties it."""
    (data / _DEMO).unlink(missing_ok=True)


def require_free_ports(settings: Settings) -> None:
    wanted: Mapping[str, tuple[str, int]] = {
        "SWITCH_PORT": (settings.host, settings.port),
        "SWITCH_BILLERS_PORT": ("127.0.0.1", settings.billers_port),
        "SWITCH_RTGS_PORT": ("127.0.0.1", settings.rtgs_port),
    }
    if len({port for _, port in wanted.values()}) < len(wanted):
        raise CannotStart("SWITCH_PORT, SWITCH_BILLERS_PORT and SWITCH_RTGS_PORT must be three different ports")
    deadline = time.monotonic() + FREED_WITHIN_SECONDS
    for name, (host, port) in wanted.items():
        while (problem := _problem(host, port)) is not None:
            if time.monotonic() > deadline:
                raise CannotStart(
                    f"port {port} of {host} cannot be used ({problem}); stop what uses it, or choose another, such as {name}={port + 100}"
                )
            time.sleep(_ASK_AGAIN_SECONDS)


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens at now."""
    listening = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    try:
        return [int(one.getsockname()[1]) for one in listening]
    finally:
        for one in listening:
            one.close()


def _problem(host: str, port: int) -> str | None:
    try:
        socket.create_server((host, port)).close()
    except OSError as error:
        return error.strerror or str(error)
    return None
