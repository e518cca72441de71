"""Arguments that several commands take, read in one way."""

from datetime import date, datetime
from typing import Annotated

import typer

BreakId = Annotated[str, typer.Argument(metavar="BREAK", help="Its id, or the beginning of it, as `switch breaks list` shows it.")]

BusinessDate = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Only this business date.")]

Limit = Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")]

Wait = Annotated[
    float,
    typer.Option("--wait", min=0, max=3600, help="Seconds to wait for the database, as after a power cut when everything starts at once."),
]


def business_date_of(read: datetime | None) -> date | None:
    """typer reads dates as moments."""
    return None if read is None else read.date()
