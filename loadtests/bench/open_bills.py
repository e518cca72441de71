"""Open bills, put into the books as their billers' uploads would be: fresh ones for every round, each to be paid once."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from loadtests.bench.place import CURRENCY, OpenBill, Place
from switch.bootstrap.opening import find_url
from switch.domain.bills import Bill, BillKey
from switch.domain.calendar import local_date
from switch.domain.catalogue import AmountRuleKind, Mode
from switch.domain.money import Money
from switch.store import bills
from switch.store.database import connect

FIRST_REFERENCE = 100_000_000
BILLS_AT_ONCE = 5_000
SMALLEST_MINOR, LARGEST_MINOR = 20_00, 9_000_00
DAYS_TO_PAY = 30


def upload(place: Place, count: int) -> list[OpenBill]:
    """So many new open bills, in the books."""
    made = _made(place, count)
    asyncio.run(_add(place, made))
    return made


def _made(place: Place, count: int) -> list[OpenBill]:
    services = place.services_of(Mode.UPLOADED)
    return [
        OpenBill(
            service=services[serial % len(services)],
            customer_reference=str(FIRST_REFERENCE + serial),
            bill_number=f"B-{serial}",
            amount=Money(place.chance.randint(SMALLEST_MINOR, LARGEST_MINOR), CURRENCY),
        )
        for serial in (next(place.serials) for _ in range(count))
    ]


async def _add(place: Place, made: Sequence[OpenBill]) -> None:
    today = local_date(datetime.now(UTC))
    database = connect(find_url(place.settings), pool_size=2)
    try:
        for start in range(0, len(made), BILLS_AT_ONCE):
            async with database.transaction() as connection:
                await bills.add(
                    connection,
                    [
                        Bill(
                            key=BillKey(bill.service.code, bill.customer_reference, bill.bill_number),
                            amount=bill.amount,
                            rule=AmountRuleKind.EXACT,
                            uploaded=True,
                            issued_on=today,
                            due_on=today + timedelta(days=DAYS_TO_PAY),
                            changed_at=None,
                        )
                        for bill in made[start : start + BILLS_AT_ONCE]
                    ],
                )
    finally:
        await database.close()
