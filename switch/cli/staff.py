"""Who gives a command: what the history says of a change made here."""

import getpass
import os


def by_whom() -> str:
    """Such as `staff:nour`, the user of this machine."""
    try:
        return f"staff:{getpass.getuser()}"
    except (KeyError, OSError):
        return f"staff:{os.getuid()}"
