"""One of many billers hangs: who wait for it are bounded, the next are told so before anything is held, and nobody else notices."""

import asyncio

import pytest

from switch.domain.bills import PresentedBill
from switch.domain.catalogue import AmountRuleKind
from switch.domain.directory import Endpoint
from switch.domain.money import Money
from switch.domain.outcomes import Outcome
from switch.domain.payments import Payment
from switch.usecases import biller_lines
from tests.api.line import BILLER, FEE, MOBILE, NATIONAL_NUMBER, ONLINE, OTHER_BANK, PREPAID, Line, order

PLACES = 3
CUSTOMERS = [f"1004523{number:02d}" for number in range(PLACES + 1)]


async def test_others_are_answered_while_one_hangs_and_the_next_for_it_is_sent_away_unharmed(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    released, hanging = asyncio.Event(), asyncio.Semaphore(0)
    pay = line.biller.pay

    async def hang(endpoint: Endpoint, payment: Payment, *, answer_seconds: int) -> Outcome:
        if payment.biller == BILLER:
            hanging.release()
            await released.wait()
        return await pay(endpoint, payment, answer_seconds=answer_seconds)

    monkeypatch.setattr(line.biller, "pay", hang)
    monkeypatch.setattr(biller_lines, "MOST_PAYERS", PLACES)
    orders = []
    for customer in CUSTOMERS:
        line.biller.owes(ONLINE, customer, PresentedBill("B1", Money(8_143, "SYP"), AmountRuleKind.EXACT))
        presented = await line.inquire(ONLINE, customer)
        orders.append(order(ONLINE, customer, "81.43", inquiry_id=presented["inquiry_id"], bill_number="B1"))
    prepaid = await line.inquire(PREPAID, MOBILE, OTHER_BANK)
    waiting = [asyncio.create_task(line.pay(one, f"key-{number:08}")) for number, one in enumerate(orders[:PLACES])]
    for _ in waiting:
        await hanging.acquire()
    before = await line.books()

    busy = await line.pay(orders[-1], "key-of-the-next")

    assert (busy.status_code, busy.json()["code"], busy.headers["retry-after"]) == (503, "biller_busy", "2")
    assert await line.books() == before, "neither a hold nor a key"
    other = await line.pay(order(PREPAID, MOBILE, "100.00", inquiry_id=prepaid["inquiry_id"]), "key-prepaid", OTHER_BANK)
    fee = await line.pay(order(FEE, NATIONAL_NUMBER, "750.00"), "key-fee-0001")
    assert (other.status_code, fee.status_code) == (201, 201)
    released.set()
    assert {(await answer).status_code for answer in waiting} == {201}
    assert (await line.pay(orders[-1], "key-of-the-next")).status_code == 201, "the same key, which was not spent"
    found = await line.switch.verification()
    assert found.clean, found.findings
