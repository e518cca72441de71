"""The rows of a sheet while its report is made: few in memory, many on disk, read as often as one likes."""

import json
from collections.abc import Iterator
from tempfile import SpooledTemporaryFile

from switch.domain.reports import Row

IN_MEMORY_BYTES = 1 << 20


class KeptRows:
    def __init__(self) -> None:
        self._file = SpooledTemporaryFile(IN_MEMORY_BYTES)  # noqa: SIM115 - closed with the report
        self._count = 0

    def add(self, row: Row) -> None:
        self._file.write(json.dumps(list(row), ensure_ascii=False).encode() + b"\n")
        self._count += 1

    def close(self) -> None:
        self._file.close()

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Row]:
        self._file.seek(0)
        for line in self._file:
            yield json.loads(line)
