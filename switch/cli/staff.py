"""Who gives a command: what the history says of a change made here."""

import getpass
import os
from typing import Annotated

import typer

from switch.domain.texts import require_plain

NAME_CHARACTERS = 64


By = Annotated[str | None, typer.Option(help="Who decides; left out, whoever has signed in, or the user of this machine. A sandbox only.")]


def by_whom(name: str | None = None) -> str:
    """Such as `staff:nour`: the name that was given, or the user of this machine."""
    if name is not None:
        require_plain(name, "by", NAME_CHARACTERS)
        return f"staff:{name.strip()}"
    try:
        return f"staff:{getpass.getuser()}"
    except (KeyError, OSError):
        return f"staff:{os.getuid()}"
