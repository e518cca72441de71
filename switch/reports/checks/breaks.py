"""Breaks: each is what was found, for its id is made of all that it says."""

from sqlalchemy import text

from switch.reports.checks.examination import UNREADABLE, Examination
from switch.store.break_queries import from_row

NAME, INVARIANT = "breaks", "I14"

_COUNT = text("SELECT count(*) FROM break")
_ROWS = text("SELECT * FROM break")


async def examine(look: Examination) -> None:
    async for row in look.each(_ROWS, count=_COUNT):
        try:
            same = from_row(row).content_id() == row.break_id
        except UNREADABLE:
            same = False
        if not same:
            look.finds(f"break {row.break_id}", f"it is not what was found (amount at stake {row.minor})")
