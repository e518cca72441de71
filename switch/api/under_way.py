"""Under way: how many requests of each participant are being answered by all API processes of this machine, in a file that they map.

Each process counts in a column of its own, so nothing is locked; a column is held by a lock on a file, which the operating system
gives back when its process dies, by kill -9 too, and the next one to start forgets what a dead one has counted.
"""

import fcntl
import mmap
import os
from pathlib import Path

from switch.api.buckets import opened
from switch.domain.identifiers import ParticipantCode

PARTICIPANTS = 100_000
"""A place for each code that there can be: six digits, the last of which checks the others. Only what is used takes memory."""
PROCESSES = 64
_COLUMN_BYTES = 2 * PARTICIPANTS


class NoColumnLeft(RuntimeError):
    """More API processes on one machine than there is a use for."""


class UnderWay:
    """Without a folder it is this process's own."""

    def __init__(self, folder: Path | None = None) -> None:
        file = -1 if folder is None else opened(folder / "under-way", _COLUMN_BYTES * PROCESSES)
        self._bytes = mmap.mmap(file, _COLUMN_BYTES * PROCESSES)
        self._counts = memoryview(self._bytes).cast("H")
        self._own = 0
        if folder is not None:
            os.close(file)  # the map stays
            self._own, self._lock = self._take_column(folder)

    def count(self, participant: ParticipantCode) -> int:
        return sum(self._counts[int(participant) // 10 :: PARTICIPANTS])

    def enter(self, participant: ParticipantCode) -> None:
        self._counts[self._own * PARTICIPANTS + int(participant) // 10] += 1

    def leave(self, participant: ParticipantCode) -> None:
        self._counts[self._own * PARTICIPANTS + int(participant) // 10] -= 1

    def _take_column(self, folder: Path) -> tuple[int, int]:
        """The first that nobody holds, and its lock."""
        held: tuple[int, int] | None = None
        for column in range(PROCESSES):
            path = folder / f"process-{column}"
            if held is not None and not path.exists():
                break
            lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(lock)
                continue
            self._bytes[column * _COLUMN_BYTES : (column + 1) * _COLUMN_BYTES] = bytes(_COLUMN_BYTES)
            if held is None:
                held = column, lock
            else:
                os.close(lock)
        if held is None:
            raise NoColumnLeft(f"{PROCESSES} API processes are running here already")
        return held
