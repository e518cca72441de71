"""Run as a program of its own: hands in a batch and pays it until it dies. Arguments: database, point such as `written@2`, folder."""

import asyncio
import sys
from pathlib import Path

from switch.application import Switch
from switch.domain.bills import Bill, BillKey
from switch.domain.catalogue import AmountRuleKind
from switch.domain.identifiers import IdempotencyKey
from switch.domain.money import Money
from switch.domain.payment_batches import numbered_lines
from switch.domain.payments import Channel, Method, PaymentRequest
from switch.fail_points import Does, FailPoint, Failure, arm
from switch.store import bills
from switch.usecases.submit_batch import Submitted
from tests.faults.booked_biller import BookedBiller
from tests.faults.crashing_switch import opened
from tests.seeded import BANK, SERVICE, FixedClock

LINES = 1_700
MINOR = 100


async def put_bills(switch: Switch) -> None:
    made = [Bill(_bill(number), Money(MINOR, "SYP"), AmountRuleKind.EXACT, uploaded=True) for number in range(LINES)]
    async with switch.pay_batches.database.transaction() as connection:
        await bills.insert_missing(connection, made)


async def hand_in(switch: Switch) -> Submitted:
    return await switch.submit_batch(BANK, "payroll", b"lines", numbered_lines(map(_order, range(LINES))))


def _bill(number: int) -> BillKey:
    return BillKey(SERVICE, str(100_000_000 + number), "B1")


def _order(number: int) -> PaymentRequest:
    return PaymentRequest(
        bank=BANK,
        idempotency_key=IdempotencyKey(f"payroll-{number:06d}"),
        service=SERVICE,
        customer_reference=_bill(number).customer_reference,
        amount=Money(MINOR, "SYP"),
        bank_reference=f"FT-{number}",
        channel=Channel.BRANCH,
        method=Method.ACCOUNT,
        bill_number="B1",
    )


async def main(url: str, dies: str, folder: Path) -> None:
    point, _, times = dies.partition("@")
    async with opened(url, BookedBiller(folder / "books.sqlite"), FixedClock(), folder) as switch:
        await hand_in(switch)
        arm([Failure(FailPoint(point), Does.EXIT, at=int(times))])
        await switch.pay_batches()
        await switch.pay_batches.settled()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], Path(sys.argv[3])))
