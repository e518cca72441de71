"""Records: every row of every small table stands as the switch itself has last written it."""

from sqlalchemy import text

from switch.reports.checks.examination import Examination
from switch.store.row_records import differing, recorded_tables

NAME, INVARIANT = "records", "I14"

_COUNT = text("SELECT count(DISTINCT (table_name, row_name)) FROM row_record")
_DIFFERING = tuple(text(differing(table)) for table in recorded_tables())


async def examine(look: Examination) -> None:
    await look.counts(_COUNT)
    for question in _DIFFERING:
        await look.where_wrong(question)
