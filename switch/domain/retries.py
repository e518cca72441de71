"""Retries: how long to wait before the next attempt, growing and spread out, so that nobody is asked by all at once."""

from datetime import datetime, timedelta

SHORT_PAUSE_SECONDS = 16
PATIENT_ATTEMPTS = 40
"""For about ten minutes pauses stay short: what a fault of that length has held up is done within half a minute of its end."""
LONGEST_PAUSE_SECONDS = 300
MOST_DOUBLINGS = 16
CLOCKS_APART_SECONDS = 5
"""Between machines, at most."""
MOST_BROUGHT_FORWARD = 500
"""In one transaction."""
FORWARD_GAP_MILLISECONDS = 10
"""Between two that are brought forward, so that nobody who is just back is asked everything at once."""


def pause_milliseconds(attempts: int, chance: int, longest_seconds: int = LONGEST_PAUSE_SECONDS) -> int:
    """2, 4, 8, 16 seconds after so many attempts, then 16 for a while, then doubling up to the longest.

    `chance` (0 to 999) spreads it from a half to three halves.
    """
    short = min(2 << min(attempts, MOST_DOUBLINGS), SHORT_PAUSE_SECONDS)
    seconds = min(short << min(max(attempts - PATIENT_ATTEMPTS, 0), MOST_DOUBLINGS), longest_seconds)
    return seconds * (500 + chance)


def waits_beyond(now: datetime, lease_seconds: int, longest_seconds: int = LONGEST_PAUSE_SECONDS, *, early: bool = False) -> datetime:
    """What is to wait for longer than this is tried at once: it was written by a clock that has been set back since.

    `early`: so is what merely waits for its time, but for what may be in somebody's hands.
    """
    if early:
        return now + timedelta(seconds=lease_seconds + CLOCKS_APART_SECONDS)
    return now + timedelta(seconds=max(2 * longest_seconds, lease_seconds))
