"""Run as a program of its own: takes a payment back, its biller kills it in between. Arguments: database, books, where, payment, folder."""

import asyncio
import sys
from pathlib import Path
from uuid import UUID

from switch.domain.identifiers import IdempotencyKey, PaymentId
from switch.domain.reversals import ReversalReason, ReversalRequest
from tests.faults.booked_biller import BookedBiller
from tests.faults.crashing_switch import opened
from tests.seeded import BANK, FixedClock

KEY = IdempotencyKey("taken-back-0001")
PAID_SECONDS_AGO = 30


def asked_back(payment_id: str) -> ReversalRequest:
    return ReversalRequest(BANK, KEY, PaymentId(UUID(payment_id)), ReversalReason.CUSTOMER_REQUEST)


async def main(url: str, books: Path, dies: str, payment_id: str, folder: Path) -> None:
    clock = FixedClock()
    clock.move(PAID_SECONDS_AGO)
    async with opened(url, BookedBiller(books, dies), clock, folder) as switch:
        await switch.reverse_payment(asked_back(payment_id))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), sys.argv[3], sys.argv[4], Path(sys.argv[5])))
