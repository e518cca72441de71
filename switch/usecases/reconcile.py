"""Reconcile: what banks and billers have booked for one business date against what the switch has completed."""

from dataclasses import dataclass
from datetime import date, datetime, time

from switch.domain.calendar import BUSINESS_ZONE
from switch.domain.errors import CurrencyUnsupported
from switch.domain.money import SCALES
from switch.domain.reconciliation import SideResult
from switch.ports import Clock
from switch.store import break_queries, reconciliation
from switch.store.database import Database


@dataclass(frozen=True, slots=True)
class Reconcile:
    clock: Clock
    database: Database

    async def __call__(self, business_date: date, currency: str = "SYP") -> list[SideResult]:
        """How each side stands now. Run again it finds the same, opens nothing twice, and ends what does not differ any more."""
        if currency not in SCALES:
            raise CurrencyUnsupported(currency=currency[:8])
        day_begins = datetime.combine(business_date, time(), BUSINESS_ZONE)
        async with self.database.transaction() as connection:
            await reconciliation.lock_day(connection, business_date, currency)
            await reconciliation.compare(connection, business_date, currency, day_begins)
            now = self.clock.now()
            await reconciliation.keep_breaks(connection, business_date, currency, now)
            await reconciliation.keep_sides(connection, business_date, currency, now)
            return await break_queries.sides(connection, business_date, currency)
