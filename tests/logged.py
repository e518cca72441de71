"""What tests log, and the processes that they start: kept in a file for each worker, and searched in the end for what no log may hold.

In this process every event and warning goes there; in a child everything that it says on standard error does (tests/children).
"""

import logging
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import structlog

CHILDREN = Path(__file__).parent / "children"
KEPT = "TESTS_LOGGED"

# What tests give out as a payer's, a customer's or a secret. A new one of another shape belongs here.
PERSONAL = (
    *("زياد المزروع", "Nour Testing", "دفع الزبون أحمد"),
    *("100452371", "7777000111", "1000000001"),
    *("a sentence that only I know", (b"tests 1").hex(), "471108153"),
)
_SHAPES = {
    "a phone or national number": r"(?<![\w.-])0(?:9\d{8}|\d{10})(?![\w-])",
    "a customer's reference of the simulated country": r"(?<![\w.-])10000000\d\d(?![\w-])",
    "a private key": r"-----BEGIN [A-Z ]*PRIVATE KEY",
    "a secret of a webhook": r"whsec_[A-Za-z0-9+/]{16}",
    "a secret of a second factor": r"otpauth://",
    "a session or token of staff": r"(?<![A-Za-z0-9])(?:ses|tok)_[A-Za-z0-9_-]{43}",
    "a password's hash": r"\$argon2",
    "a field that is no log's": r'"(?:customer_reference|payer|phone|national_number|password|pin|secret|authorization)":',
}
_WRONG = re.compile("|".join([f"({shape})" for shape in _SHAPES.values()] + [rf"(?<![\w.-]){re.escape(one)}(?![\w-])" for one in PERSONAL]))
_ESCAPED = re.compile(r"\\u([0-9a-f]{4})")
_BEGINS = "# "


class Logged:
    """The log of one test process."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: TextIO = path.open("a", encoding="utf-8", errors="backslashreplace", buffering=1)
        self._others: list[str] = []

    def of_test(self, name: str) -> None:
        """What is logged from now on is this test's."""
        self._file.write(f"{_BEGINS}{name}\n")
        structlog.configure(
            processors=[structlog.contextvars.merge_contextvars, structlog.processors.add_log_level, structlog.processors.JSONRenderer()],
            logger_factory=structlog.WriteLoggerFactory(self._file),
            cache_logger_on_first_use=False,
        )

    def also(self, path: Path) -> None:
        """A log that will not be there any more in the end."""
        if path.exists():
            self._others += wrong_lines(path)

    def wrongs(self) -> list[str]:
        return wrong_lines(self.path) + self._others


@contextmanager
def logged(folder: Path) -> Iterator[Logged]:
    found = Logged(folder / "logged.txt")
    library = logging.StreamHandler(found._file)
    library.setLevel(logging.WARNING)
    logging.getLogger().addHandler(library)
    before = {name: os.environ.get(name) for name in (KEPT, "PYTHONPATH")}
    os.environ |= {KEPT: str(found.path), "PYTHONPATH": os.pathsep.join(filter(None, (str(CHILDREN), before["PYTHONPATH"])))}
    try:
        yield found
    finally:
        logging.getLogger().removeHandler(library)
        structlog.reset_defaults()
        found._file.close()
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


def wrong_lines(path: Path) -> list[str]:
    """Each with its file, number and test; what is wrong about it is named, not said again."""
    wrong, test = [], "?"
    with path.open(encoding="utf-8", errors="replace") as lines:
        for number, line in enumerate(lines, 1):
            if line.startswith(_BEGINS):
                test = line[len(_BEGINS) :].strip()
            elif what := found_in(line):
                wrong.append(f"{path}:{number}: {what} ({test})")
    return wrong


def found_in(text: str) -> str | None:
    """What should not be there, if there is anything."""
    found = _WRONG.search(text) or _WRONG.search(_ESCAPED.sub(lambda one: chr(int(one[1], 16)), text))
    if found is None:
        return None
    return list(_SHAPES)[found.lastindex - 1] if found.lastindex else "what a test has given out"
