"""Old files: those of a folder that nobody needs after a time, and logs, which have an end even while they are written."""

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from heapq import nsmallest
from pathlib import Path

LARGEST_LOG_BYTES = 16 << 20
FORMER = ".1"
"""At the end of the name of a log that was put aside."""


@dataclass(frozen=True, slots=True)
class OldFolder:
    """In the folders of `folder`, with whatever lies beside them."""

    folder: Path

    def remove(self, before: datetime, most: int) -> int:
        """The oldest first: how many."""
        return _removed(self._files(), before, most)

    def _files(self) -> Iterator[Path]:
        for place, _, names in os.walk(self.folder):
            yield from (Path(place, name) for name in names)


@dataclass(frozen=True, slots=True)
class OldLogs:
    folder: Path

    def remove(self, before: datetime, most: int) -> int:
        """Of those put aside. A log that grew large is put aside while it is written: its writers only add to its end."""
        for log in self.folder.glob("*.log"):
            if log.stat().st_size > LARGEST_LOG_BYTES:
                shutil.copyfile(log, log.with_name(log.name + FORMER))
                os.truncate(log, 0)
        return _removed(self.folder.glob(f"*{FORMER}"), before, most)


def _removed(files: Iterator[Path], before: datetime, most: int) -> int:
    gone, aged = 0, []
    for file in files:
        with suppress(FileNotFoundError):
            aged.append((file.lstat().st_mtime, file))
    for _, file in nsmallest(most, (one for one in aged if one[0] < before.timestamp())):
        with suppress(FileNotFoundError):
            file.unlink()
            gone += 1
    return gone
