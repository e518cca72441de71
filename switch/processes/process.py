"""One child process: start it, wait until it is ready, stop it."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from switch.processes.ending import Ending, ending_of
from switch.processes.launch import launch, tail

READY_WITHIN_SECONDS = 90.0
"""On a machine that does much else."""
_POLL_SECONDS = 0.02


class Process:
    """A program run as our child. `ready` is asked again and again until it says yes; without it, started is ready."""

    def __init__(
        self,
        name: str,
        argv: Sequence[str | Path],
        *,
        log_file: Path | None,
        env: Mapping[str, str] | None = None,
        handed_on: Sequence[int] = (),
        ready: Callable[[], bool] | None = None,
        ready_within_seconds: float = READY_WITHIN_SECONDS,
        stop_within_seconds: float = 15.0,
    ) -> None:
        self.name = name
        self._argv = tuple(argv)
        self._log_file = log_file
        self._env = dict(env or {})
        self._handed_on = handed_on
        self._ready = ready
        self._ready_within_seconds = ready_within_seconds
        self._stop_within_seconds = stop_within_seconds
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        return self._child.pid if self._child else None

    def start(self) -> None:
        self._child = launch(self._argv, log_file=self._log_file, env=self._env, handed_on=self._handed_on)

    def is_alive(self) -> bool:
        return self._child is not None and self.ending is None

    @property
    def ending(self) -> Ending | None:
        return None if self._child is None else ending_of(self._child)

    def wait_ready(self) -> bool:
        """Return whether it became ready in time; false at once when it died."""
        deadline = time.monotonic() + self._ready_within_seconds
        while self.is_alive() and time.monotonic() < deadline:
            if self._ready is None or self._ready():
                return True
            time.sleep(_POLL_SECONDS)
        return False

    def stop(self) -> None:
        """Ask it to end; kill it, and whatever it started in its session, when it does not in time.

        Until then its number is not given back, dead or not, so that nobody else can have it and be killed in its place.
        """
        if self._child is None or self._child.returncode is not None:
            return
        os.kill(self._child.pid, signal.SIGTERM)
        deadline = time.monotonic() + self._stop_within_seconds
        while self.is_alive() and time.monotonic() < deadline:
            time.sleep(_POLL_SECONDS)
        with contextlib.suppress(PermissionError):
            os.killpg(self._child.pid, signal.SIGKILL)
        self._child.wait()

    def last_words(self) -> str:
        ended = "" if self.ending is None else f"\n{self.name} ended by {self.ending}"
        return ended.lstrip() if self._log_file is None else tail(self._log_file) + ended
