"""Buckets: how much of each allowance is used up, known to all API processes of this machine: a table in a file that all of them map.

Each is one number, the moment at which it will be whole again (GCRA, the "leaky bucket as a meter"). It is read and written without a
lock: two processes at the very same moment may count one for both, which is of no matter here, and a lock would cost more than all
the rest. A bucket that is whole says nothing, so its place may be taken by another.
"""

import hashlib
import mmap
import os
import shutil
from functools import lru_cache
from pathlib import Path

ROWS = 65_536
TRIED = 16
"""Places that a key may have."""
_BOOT = Path("/proc/sys/kernel/random/boot_id")


@lru_cache(maxsize=8_192)
def key_of(name: str) -> int:
    """The same in all processes; never 0, which is nobody's."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little") | 1


class Buckets:
    """Without a folder it is this process's own."""

    def __init__(self, folder: Path | None = None, rows: int = ROWS) -> None:
        self._rows = rows
        file = -1 if folder is None else opened(folder / "buckets", 16 * rows)
        whole = memoryview(mmap.mmap(file, 16 * rows))
        self._keys = whole[: 8 * rows].cast("Q")
        self._whole_at = whole[8 * rows :].cast("d")
        if file >= 0:
            os.close(file)  # the map stays

    def ahead(self, key: int, now: float) -> float:
        """Seconds until it is whole."""
        place = self._find(key)
        return 0.0 if place is None else max(self._whole_at[place] - now, 0.0)

    def take(self, key: int, seconds: float, now: float) -> None:
        """It will be whole so much later."""
        place = self._place(key, now)
        self._whole_at[place] = max(self._whole_at[place], now) + seconds

    def keep(self, key: int, seconds: float, now: float) -> None:
        """It will not be whole before so long, however often this is said."""
        place = self._place(key, now)
        self._whole_at[place] = max(self._whole_at[place], now + seconds)

    def _find(self, key: int) -> int | None:
        place = key % self._rows
        if self._keys[place] == key:
            return place
        for further in range(1, TRIED):
            if self._keys[place := (key + further) % self._rows] == key:
                return place
        return None

    def _place(self, key: int, now: float) -> int:
        """Where all are taken, its first place is shared: both are counted together, which refuses rather too early than too late."""
        if (place := self._find(key)) is not None:
            return place
        for further in range(TRIED):
            place = (key + further) % self._rows
            if self._whole_at[place] <= now:
                self._keys[place] = key
                return place
        return key % self._rows


def folder_of_this_start(run: Path) -> Path:
    """A folder for each start of the machine, since the times are of its monotonic clock; former ones go."""
    folder = run / f"limits-{_BOOT.read_text(encoding='ascii').strip()}"
    for former in run.glob("limits-*"):
        if former != folder:
            shutil.rmtree(former, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def opened(path: Path, size: int) -> int:
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    os.truncate(file, size)
    return file
