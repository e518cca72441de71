"""The RTGS's statement of a day beside the windows that were settled on it, and what left suspense."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, timedelta

from switch.domain.calendar import local_moment
from switch.domain.rtgs_statements import Compared, RtgsStatement, compare
from switch.domain.settlement_errors import RtgsStatementMissing
from switch.store import settlement_instructions, suspense
from switch.store.database import Database

StatementOf = Callable[[str, date], Awaitable[RtgsStatement | None]]
"""The last statement of a currency and a day in Damascus; None where there is none."""


@dataclass(frozen=True, slots=True)
class RtgsComparison:
    database: Database
    statement_of: StatementOf

    async def __call__(self, currency: str, day: date) -> Compared:
        """Raises RtgsStatementMissing, FileMalformed."""
        statement = await self.statement_of(currency, day)
        if statement is None:
            raise RtgsStatementMissing(day=day.isoformat(), currency=currency[:8])
        begin, end = local_moment(day), local_moment(day + timedelta(days=1))
        async with self.database.reading() as connection:
            settled = await settlement_instructions.settled_between(connection, currency, begin, end)
            paid_on = await suspense.paid_on_between(connection, currency, begin, end)
        return Compared(statement, len(settled), compare(statement, [*settled, *paid_on]))
