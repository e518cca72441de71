"""The inbox in a local folder: what participants have put there over SFTP, each into a folder of its own, and our answers beside it."""

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from switch.domain.file_signatures import SUFFIX
from switch.domain.identifiers import ParticipantCode
from switch.domain.received_files import (
    KEPT,
    MOST_SIGNATURE_BYTES,
    QUIET_SECONDS,
    ReceivedFileTooLarge,
    ReceivedOutcome,
    Waiting,
    answer_name,
    is_signature_name,
    is_upload_name,
)

COPIED_BYTES = 1 << 20
_OPENED = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


@dataclass(frozen=True, slots=True)
class LocalInbox:
    folder: Path

    def waiting(self, now: datetime) -> list[Waiting]:
        """Files with a signature beside them, of all participants, in order."""
        return [found for owner in self._owners() for path in _names(owner) if (found := _waiting(owner, path, now)) is not None]

    def signature(self, participant: ParticipantCode, name: str) -> bytes:
        """What lies beside the file, at most a little more than a signature has. Raises FileNotFoundError."""
        with _opened(self.folder / participant / f"{name}{SUFFIX}") as file:
            return file.read(MOST_SIGNATURE_BYTES + 1)

    @contextmanager
    def copied(self, participant: ParticipantCode, name: str, most_bytes: int) -> Iterator[BinaryIO]:
        """A copy that its sender cannot write to any more. Raises FileNotFoundError, ReceivedFileTooLarge."""
        with tempfile.TemporaryFile() as copy, _opened(self.folder / participant / name) as file:
            while block := file.read(COPIED_BYTES):
                copy.write(block)
                if copy.tell() > most_bytes:
                    raise ReceivedFileTooLarge(maximum=most_bytes)
            copy.seek(0)
            yield copy

    def answer(self, participant: ParticipantCode, name: str, outcome: ReceivedOutcome, document: bytes) -> None:
        """Whole beside the file, then the file goes with its signature."""
        folder = self.folder / participant
        handle, unfinished = tempfile.mkstemp(prefix=".", suffix=".unfinished", dir=folder)
        with os.fdopen(handle, "wb") as file:
            file.write(document)
        Path(unfinished).chmod(0o640)
        for old in ReceivedOutcome:
            (folder / answer_name(name, old)).unlink(missing_ok=True)
        Path(unfinished).rename(folder / answer_name(name, outcome))
        for gone in (f"{name}{SUFFIX}", name):
            (folder / gone).unlink(missing_ok=True)

    def tidy(self, now: datetime) -> int:
        """Takes away what has lain there for longer than KEPT; how many files that were."""
        gone = 0
        for owner in self._owners():
            for entry in os.scandir(owner):
                with suppress(FileNotFoundError):
                    if not entry.is_dir(follow_symlinks=False) and _age(entry.stat(follow_symlinks=False), now) > KEPT:
                        Path(entry).unlink()
                        gone += 1
        return gone

    def _owners(self) -> list[Path]:
        if not self.folder.is_dir():
            return []
        return sorted(Path(entry) for entry in os.scandir(self.folder) if entry.is_dir(follow_symlinks=False))


def _names(owner: Path) -> list[str]:
    return sorted(path.name for path in owner.iterdir() if is_upload_name(path.name) and not is_signature_name(path.name))


def _waiting(owner: Path, name: str, now: datetime) -> Waiting | None:
    try:
        found, signature = ((owner / each).stat(follow_symlinks=False) for each in (name, f"{name}{SUFFIX}"))
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(found.st_mode) or not stat.S_ISREG(signature.st_mode):
        return None
    quiet = min(_age(found, now), _age(signature, now)) >= timedelta(seconds=QUIET_SECONDS)
    return Waiting(ParticipantCode(owner.name), name, found.st_size, quiet)


def _age(found: os.stat_result, now: datetime) -> timedelta:
    return now - datetime.fromtimestamp(found.st_mtime, tz=now.tzinfo)


def _opened(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, _OPENED), "rb")
