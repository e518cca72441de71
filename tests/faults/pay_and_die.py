"""Run as a program of its own: inquires, pays, is killed in between. Arguments: database, books, where, key, folder."""

import asyncio
import sys
from pathlib import Path

from switch.domain.identifiers import IdempotencyKey
from switch.domain.money import Money
from switch.domain.payments import Channel, Method, PaymentRequest
from tests.faults.booked_biller import DUE_MINOR, BookedBiller
from tests.faults.crashing_switch import opened
from tests.seeded import BANK, SERVICE, FixedClock


async def main(url: str, books: Path, dies: str, key: str, folder: Path) -> None:
    async with opened(url, BookedBiller(books, dies), FixedClock(), folder) as switch:
        inquired = await switch.inquire_bill(BANK, SERVICE, "100452371", Channel.MOBILE)
        await switch.pay_bill(
            PaymentRequest(
                bank=BANK,
                idempotency_key=IdempotencyKey(key),
                service=SERVICE,
                customer_reference="100452371",
                amount=Money(DUE_MINOR, "SYP"),
                bank_reference="FT-1",
                channel=Channel.MOBILE,
                method=Method.ACCOUNT,
                inquiry_id=inquired.inquiry.inquiry_id,
                bill_number="B1",
            )
        )


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), sys.argv[3], sys.argv[4], Path(sys.argv[5])))
