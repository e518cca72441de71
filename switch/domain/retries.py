"""Retries: how long to wait before the next attempt, growing and spread out, so that nobody is asked by all at once."""

from datetime import datetime, timedelta

LONGEST_PAUSE_SECONDS = 300
LARGEST_DOUBLING = 8


def pause_milliseconds(attempts: int, chance: int, longest_seconds: int = LONGEST_PAUSE_SECONDS) -> int:
    """2, 4, 8 … seconds after so many attempts, at most the longest; `chance` (0 to 999) spreads it from a half to three halves."""
    seconds = min(2 << min(attempts, LARGEST_DOUBLING), longest_seconds)
    return seconds * (500 + chance)


def farthest(now: datetime, lease_seconds: int = 0) -> datetime:
    """The latest moment that anything waits for; what is to wait longer was written by a clock that has been set back since."""
    return now + timedelta(seconds=max(2 * LONGEST_PAUSE_SECONDS, lease_seconds))
