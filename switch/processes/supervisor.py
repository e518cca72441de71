"""Keeps several children running: starts them in order, restarts the dead, stops all in reverse order."""

import signal
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType, TracebackType
from typing import Protocol, Self

import structlog

from switch.processes.ending import Ending

_WATCH_SECONDS = 0.1
_FIRST_DELAY_SECONDS = 0.1
_LONGEST_DELAY_SECONDS = 5.0
_HEALTHY_AFTER_SECONDS = 30.0
_FIRST_STARTS = 3
"""Of one that a signal ends, from outside or because it crashed, while everything is first started."""
_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

_log = structlog.get_logger(__name__)


class Child(Protocol):
    """What can be supervised: a `Process`, or the PostgreSQL server."""

    @property
    def name(self) -> str: ...
    @property
    def pid(self) -> int | None: ...
    def start(self) -> None: ...
    def wait_ready(self) -> bool: ...
    def is_alive(self) -> bool: ...
    @property
    def ending(self) -> Ending | None: ...
    def stop(self) -> None: ...
    def last_words(self) -> str: ...


class ChildFailed(RuntimeError):
    """A child did not become ready when everything was first started."""

    def __init__(self, name: str, last_words: str) -> None:
        super().__init__(f"{name} did not start; the end of its log:\n{last_words}")
        self.name = name


@dataclass(slots=True)
class _Watched:
    child: Child
    restarts: int = 0
    delay_seconds: float = _FIRST_DELAY_SECONDS
    started_at: float = field(default_factory=time.monotonic)
    restart_at: float | None = None


class Supervisor:
    """Use it as a context manager: entering starts every child, leaving stops every child.

    While it is entered SIGINT, SIGTERM and SIGHUP end `supervise` instead of the process. `<name>.pid` in `run_directory`
    names each running child.
    """

    def __init__(self, run_directory: Path, children: Sequence[Child]) -> None:
        self._run_directory = run_directory
        self._watched = [_Watched(child) for child in children]
        self._stopping = threading.Event()
        self._former_handlers: dict[signal.Signals, signal._HANDLER] = {}

    def __enter__(self) -> Self:
        self._run_directory.mkdir(parents=True, exist_ok=True)
        for number in _STOP_SIGNALS:
            self._former_handlers[number] = signal.signal(number, self._asked_to_stop)
        try:
            for watched in self._watched:
                if self._stopping.is_set():
                    break
                self._start_first_time(watched)
        except BaseException:
            self._stop_all()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stop_all()

    @property
    def restarts(self) -> dict[str, int]:
        """How often each child had to be started again."""
        return {watched.child.name: watched.restarts for watched in self._watched}

    def supervise(self, until: Callable[[], bool] = lambda: False) -> None:
        """Watch the children until a stop signal, or until `until` says so. Main thread only."""
        while not self._stopping.is_set() and not until():
            for watched in self._watched:
                if not self._stopping.is_set():
                    self._watch(watched)
            self._stopping.wait(_WATCH_SECONDS)

    @property
    def stopping(self) -> bool:
        """Whether a stop was asked for."""
        return self._stopping.is_set()

    def add(self, *children: Child) -> None:
        """Start more, all at once, when what they need has been prepared; one that was started before is watched from now on.

        Raises ChildFailed. Main thread only.
        """
        if self._stopping.is_set():
            return
        added = [_Watched(child) for child in children]
        for watched in added:
            self._watched.append(watched)
            if watched.child.is_alive():
                self._note(watched)
            else:
                self._start(watched)
        for watched in added:
            self._wait_ready(watched)

    def stop(self) -> None:
        """End `supervise` from another thread."""
        self._stopping.set()

    def _start_first_time(self, watched: _Watched) -> None:
        self._start(watched)
        self._wait_ready(watched)

    def _wait_ready(self, watched: _Watched) -> None:
        while not watched.child.wait_ready() and not self._stopping.is_set():
            ending = watched.child.ending
            if ending is None or ending.killed_by is None or watched.restarts + 1 >= _FIRST_STARTS:
                raise ChildFailed(watched.child.name, watched.child.last_words())
            _log.error("process.died", process=watched.child.name, pid=watched.child.pid, by=str(ending), restart_in_seconds=0)
            self._restart(watched)
        _log.info("process.ready", process=watched.child.name, pid=watched.child.pid)

    def _start(self, watched: _Watched) -> None:
        watched.child.start()
        self._note(watched)

    def _note(self, watched: _Watched) -> None:
        watched.started_at = time.monotonic()
        watched.restart_at = None
        new = self._pid_file(watched.child).with_suffix(".new")
        new.write_text(f"{watched.child.pid}\n", encoding="ascii")
        new.replace(self._pid_file(watched.child))  # whoever reads it at this moment finds the whole of the one or of the other

    def _watch(self, watched: _Watched) -> None:
        now = time.monotonic()
        if watched.restart_at is not None:
            if now >= watched.restart_at:
                self._restart(watched)
        elif not watched.child.is_alive():
            if now - watched.started_at >= _HEALTHY_AFTER_SECONDS:
                watched.delay_seconds = _FIRST_DELAY_SECONDS
            _log.error(
                "process.died",
                process=watched.child.name,
                pid=watched.child.pid,
                by=str(watched.child.ending),
                restart_in_seconds=watched.delay_seconds,
            )
            watched.restart_at = now + watched.delay_seconds
            watched.delay_seconds = min(2 * watched.delay_seconds, _LONGEST_DELAY_SECONDS)

    def _restart(self, watched: _Watched) -> None:
        watched.restarts += 1
        watched.child.stop()  # what it left in its session must not meet its successor
        self._start(watched)
        _log.warning("process.restarted", process=watched.child.name, pid=watched.child.pid, restarts=watched.restarts)

    def _stop_all(self) -> None:
        self._stopping.set()
        for watched in reversed(self._watched):
            watched.child.stop()
            self._pid_file(watched.child).unlink(missing_ok=True)
        for number, handler in self._former_handlers.items():
            signal.signal(number, handler)
        _log.info("supervisor.stopped", restarts=self.restarts)

    def _asked_to_stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stopping.set()

    def _pid_file(self, child: Child) -> Path:
        return self._run_directory / f"{child.name}.pid"
