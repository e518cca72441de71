"""Nonces: which signed messages were received already, by any process of this machine: a table in a file that all of them map.

In which row a nonce stands, only the machine knows: who sends thousands cannot choose one that they fill up for everybody.
A row is locked while it is looked at (fcntl: the operating system gives the lock of a killed process back); it holds for each nonce
a hash and when it came, and forgets the oldest where that was long enough ago.
"""

import fcntl
import hashlib
import mmap
import os
from pathlib import Path

from switch.domain.errors import Overloaded

REMEMBERED_SECONDS = 90
"""Longer than a signature can be fresh (60 s old and 10 s ahead)."""
ROWS = 16_384
PLACES = 64
"""Of a row. All of them: about 10,000 messages a second for as long as they are remembered."""
HASH_BYTES = 16
_TIMES_BYTES = 4 * PLACES
_ROW_BYTES = _TIMES_BYTES + HASH_BYTES * PLACES
_SECRET_BYTES = 32
_BOOT = Path("/proc/sys/kernel/random/boot_id")


class Nonces:
    """Without a folder it is this process's own."""

    def __init__(self, folder: Path | None = None, rows: int = ROWS) -> None:
        self._rows = rows
        size = rows * _ROW_BYTES
        self._file = None if folder is None else _opened(folder, size + _SECRET_BYTES)
        self._bytes = mmap.mmap(-1 if self._file is None else self._file, size + _SECRET_BYTES)
        self._times = memoryview(self._bytes).cast("I")
        self._secret = self._shared_secret(size)

    def first_seen(self, keyid: str, nonce: str, monotonic: float) -> bool:
        """Remember it; False where it is known already. Raises Overloaded where there is no place for it."""
        hashed = hashlib.blake2b(f"{keyid}\0{nonce}".encode(), digest_size=HASH_BYTES, key=self._secret).digest()
        start = int.from_bytes(hashed[:4], "little") % self._rows * _ROW_BYTES
        hashes, now = start + _TIMES_BYTES, int(monotonic) + 1
        self._lock(start, fcntl.LOCK_EX)
        try:
            if self._known(hashed, hashes, start + _ROW_BYTES):
                return False
            times = self._times[start // 4 : start // 4 + PLACES].tolist()
            oldest = min(times)
            if oldest and now - oldest < REMEMBERED_SECONDS:
                raise Overloaded(retry_after_seconds=REMEMBERED_SECONDS)
            place = times.index(oldest)
            self._times[start // 4 + place] = now
            self._bytes[hashes + HASH_BYTES * place : hashes + HASH_BYTES * (place + 1)] = hashed
        finally:
            self._lock(start, fcntl.LOCK_UN)
        return True

    def _shared_secret(self, place: int) -> bytes:
        """Behind the table: whoever comes first makes it."""
        self._lock(place, fcntl.LOCK_EX, _SECRET_BYTES)
        try:
            if not any(self._bytes[place:]):
                self._bytes[place:] = os.urandom(_SECRET_BYTES)
            return self._bytes[place:]
        finally:
            self._lock(place, fcntl.LOCK_UN, _SECRET_BYTES)

    def _known(self, hashed: bytes, begin: int, end: int) -> bool:
        """Long forgotten is still known until its place is taken: a signature of then is stale anyway."""
        found = self._bytes.find(hashed, begin, end)
        while found >= 0 and (found - begin) % HASH_BYTES:
            found = self._bytes.find(hashed, found + 1, end)
        return found >= 0

    def _lock(self, start: int, how: int, size: int = _ROW_BYTES) -> None:
        if self._file is not None:
            fcntl.lockf(self._file, how, size, start)


def _opened(folder: Path, size: int) -> int:
    """A file for each start of the machine, since the times are of its monotonic clock."""
    path = folder / f"nonces-{_BOOT.read_text(encoding='ascii').strip()}"
    for former in folder.glob("nonces-*"):
        if former != path:
            former.unlink(missing_ok=True)
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    os.truncate(file, size)
    return file
