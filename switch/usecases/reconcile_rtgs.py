"""Reconcile the RTGS: what its statement of a day and the settled windows disagree about stands as breaks, like all other breaks."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date

from switch.domain.rtgs_breaks import break_of
from switch.domain.rtgs_statements import Compared
from switch.fail_points import FailPoint, fail_point
from switch.ports import Clock
from switch.store import nets, rtgs_breaks
from switch.store.database import Database


@dataclass(frozen=True, slots=True)
class ReconcileRtgs:
    clock: Clock
    database: Database
    comparison: Callable[[str, date], Awaitable[Compared]]

    async def __call__(self, currency: str, day: date) -> Compared:
        """Run again it opens nothing twice, and ends what does not differ any more. Raises RtgsStatementMissing, FileMalformed."""
        compared = await self.comparison(currency, day)
        now = self.clock.now()
        async with self.database.transaction() as connection:
            operator = (await nets.authorities(connection)).require_operator()
            known = await rtgs_breaks.known(connection, [each.participant for each in compared.differences])
            found = [
                break_of(each, day, currency, each.participant if each.participant in known else operator, now)
                for each in compared.differences
            ]
            await rtgs_breaks.keep(connection, found, day, currency, now)
            fail_point(FailPoint.OPENING)
        fail_point(FailPoint.OPENED)
        return compared
