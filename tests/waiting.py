"""Waiting in a test: ask again until it is true, with a deadline instead of a sleep of guessed length."""

import time
from collections.abc import Callable


def wait_until(condition: Callable[[], bool], *, deadline_seconds: float = 20.0) -> None:
    deadline = time.monotonic() + deadline_seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not become true in time"
        time.sleep(0.01)
