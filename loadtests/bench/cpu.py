"""What processes cost: CPU time and memory by the operating system's accounts (/proc), children that have ended included."""

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_TICK_SECONDS = 1 / os.sysconf("SC_CLK_TCK")
QUIET_FOR_SECONDS = 0.4
QUIET_CORES = 0.1
QUIET_WITHIN_SECONDS = 15.0
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class Spent:
    """User and system seconds by process, between two looks."""

    seconds: Mapping[str, float]

    @property
    def total_seconds(self) -> float:
        return sum(self.seconds.values())

    def milliseconds_each(self, count: int) -> float:
        return 1000 * self.total_seconds / max(count, 1)

    def told(self, count: int) -> str:
        """Such as `api 0.51 + postgres 0.30`."""
        return " + ".join(f"{name} {1000 * seconds / max(count, 1):.2f}" for name, seconds in self.seconds.items())


class CpuClock:
    """Started when it is made."""

    def __init__(self, pids: Mapping[str, int]) -> None:
        self._pids = dict(pids)
        self._before = self._look()

    def spent(self) -> Spent:
        now = self._look()
        return Spent({name: now[name] - self._before[name] for name in now})

    def _look(self) -> dict[str, float]:
        children = _children()
        return {name: _tree_seconds(pid, children) for name, pid in self._pids.items()}


def wait_until_quiet(pids: Mapping[str, int]) -> None:
    """The API is ready with its first process: what its others spend on starting is not the cost of payments."""
    give_up_at = time.monotonic() + QUIET_WITHIN_SECONDS
    while time.monotonic() < give_up_at:
        clock = CpuClock(pids)
        time.sleep(QUIET_FOR_SECONDS)
        if clock.spent().total_seconds <= QUIET_CORES * QUIET_FOR_SECONDS:
            return


def memory_bytes(pid: int) -> int:
    """Resident now, of the process and its children."""
    children = _children()
    own = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * _PAGE_BYTES
    return own + sum(map(memory_bytes, children.get(pid, ())))


def peak_memory_bytes(pid: int) -> int:
    """The most that was ever resident."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024


def forget_peak(pid: int) -> None:
    """The most resident counts from now on (proc(5), clear_refs 5)."""
    Path(f"/proc/{pid}/clear_refs").write_text("5", encoding="ascii")


def _tree_seconds(pid: int, children: Mapping[int, list[int]]) -> float:
    own = _fields(pid)
    if own is None:
        return 0.0
    seconds = sum(map(int, own[11:15])) * _TICK_SECONDS  # utime, stime, cutime, cstime
    return seconds + sum(_tree_seconds(child, children) for child in children.get(pid, ()))


def _children() -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal() and (fields := _fields(int(entry.name))) is not None:
            found.setdefault(int(fields[1]), []).append(int(entry.name))
    return found


def _fields(pid: int) -> list[str] | None:
    """Those of /proc/<pid>/stat after the name, which may hold anything."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
