"""In every Python process that a test starts (tests/logged.py): what it writes to standard error is kept for the search in the end, too."""

import os
import sys
from typing import Any


class Both:
    """Standard error, and the file of this test process."""

    def __init__(self, stream: Any, path: str) -> None:
        self._stream, self._path = stream, path
        self._kept: Any = None

    def write(self, text: str) -> int:
        if self._kept is None:
            self._kept = open(self._path, "a", encoding="utf-8", errors="backslashreplace", buffering=1)  # noqa: PTH123, SIM115 - as quick as it gets
        self._kept.write(text)
        return int(self._stream.write(text))

    def writelines(self, lines: Any) -> None:
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


if path := os.environ.get("TESTS_LOGGED"):
    sys.stderr = Both(sys.stderr, path)
