"""Pace: how long the turns of a lane have lately taken, and so how long a newcomer would wait behind those who came before."""

from collections.abc import Callable

WEIGHT = 0.3
"""Of the latest turn in what is expected of the next: a rush is noticed after a few turns, a hiccup forgotten after a few."""


class Pace:
    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._turn_seconds = 0.0
        self._began: float | None = None

    def turn_begins(self) -> None:
        self._began = self._monotonic()

    def turn_ends(self) -> None:
        assert self._began is not None
        self._turn_seconds += WEIGHT * (self._monotonic() - self._began - self._turn_seconds)
        self._began = None

    def wait_seconds(self, turns: int) -> float:
        """Behind so many turns and the one under way; that one is taken to last as long again as it has already."""
        if self._began is None:
            return turns * self._turn_seconds
        return max(self._turn_seconds, self._monotonic() - self._began) + turns * self._turn_seconds
