"""Reconcile: what banks and billers have booked for one business date against what the switch has completed."""

from dataclasses import dataclass
from datetime import date

from switch.domain.calendar import local_moment
from switch.domain.errors import CurrencyUnsupported
from switch.domain.money import SCALES
from switch.domain.reconciliation import SideResult
from switch.fail_points import FailPoint, fail_point
from switch.ports import Clock
from switch.store import archive_queries, break_queries, reconciliation
from switch.store.database import Database


@dataclass(frozen=True, slots=True)
class Reconcile:
    clock: Clock
    database: Database

    async def __call__(self, business_date: date, currency: str = "SYP") -> list[SideResult]:
        """How each side stands now. Run again it finds the same, opens nothing twice, and ends what does not differ any more.

        A side whose books, statements and rules are as they were, and that had no open break, is not compared again.
        Raises CurrencyUnsupported, DateArchived.
        """
        if currency not in SCALES:
            raise CurrencyUnsupported(currency=currency[:8])
        day = reconciliation.Day(business_date, currency, local_moment(business_date))
        async with self.database.transaction() as connection:
            await archive_queries.require_hot(connection, business_date)
            await reconciliation.lock_day(connection, day)
            sides, parameters = await reconciliation.look_at_sides(connection, day)
            await reconciliation.compare(connection, parameters)
            await reconciliation.keep(connection, sides, parameters, self.clock.now())
            found = await break_queries.sides(connection, business_date, currency)
        fail_point(FailPoint.RECONCILED)
        return found
