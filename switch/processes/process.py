"""One child process: start it, wait until it is ready, stop it."""

import contextlib
import os
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from switch.processes.ending import Ending, Started, ending_of
from switch.processes.fork import fork
from switch.processes.launch import launch, tail

READY_WITHIN_SECONDS = 90.0
"""On a machine that does much else."""
_POLL_SECONDS = 0.02


class Process:
    """A program, or a function of ours, run as our child. `ready` is asked again and again until it says yes; without it, started is
    ready.

    A function begins with all that we have imported, and shares our standard output; no log file, surroundings or files are for it.
    `death_signal` is what it gets when we die.
    """

    def __init__(
        self,
        name: str,
        run: Sequence[str | Path] | Callable[[], None],
        *,
        log_file: Path | None = None,
        env: Mapping[str, str] | None = None,
        ready: Callable[[], bool] | None = None,
        ready_within_seconds: float = READY_WITHIN_SECONDS,
        stop_within_seconds: float = 15.0,
        death_signal: signal.Signals = signal.SIGTERM,
    ) -> None:
        self.name = name
        self._run = run
        self._log_file = log_file
        self._env = dict(env or {})
        self._ready = ready
        self._ready_within_seconds = ready_within_seconds
        self._stop_within_seconds = stop_within_seconds
        self._death_signal = death_signal
        self._child: Started | None = None

    @property
    def pid(self) -> int | None:
        return self._child.pid if self._child else None

    def start(self) -> None:
        if callable(self._run):
            self._child = fork(self._run, self._death_signal)
        else:
            self._child = launch(self._run, log_file=self._log_file, env=self._env, death_signal=self._death_signal)

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
