"""Retries: how long to wait before the next attempt, growing and spread out, so that nobody is asked by all at once."""

LONGEST_PAUSE_SECONDS = 300
LARGEST_DOUBLING = 8


def pause_milliseconds(attempts: int, chance: int, longest_seconds: int = LONGEST_PAUSE_SECONDS) -> int:
    """2, 4, 8 … seconds after so many attempts, at most the longest; `chance` (0 to 999) spreads it from a half to three halves."""
    seconds = min(2 << min(attempts, LARGEST_DOUBLING), longest_seconds)
    return seconds * (500 + chance)
