"""Arguments that several commands take, read in one way."""

from datetime import date
from typing import Annotated

import typer

from switch.domain.calendar import read_day

DAY = "YYYY-MM-DD"


def as_day(text: str) -> date:
    """For `parser=`; typer reads dates as moments, and in several spellings."""
    try:
        return read_day(text)
    except ValueError:
        raise typer.BadParameter(f"“{text}” is no day, such as 2026-11-24") from None


BreakId = Annotated[str, typer.Argument(metavar="BREAK", help="Its id, or the beginning of it, as `switch breaks list` shows it.")]

BusinessDate = Annotated[date | None, typer.Option(parser=as_day, metavar=DAY, help="Only this business date.")]

Limit = Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")]

Wait = Annotated[
    float,
    typer.Option("--wait", min=0, max=3600, help="Seconds to wait for the database, as after a power cut when everything starts at once."),
]
