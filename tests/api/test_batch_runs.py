"""Payment batches as they are paid: large ones, several at once, over the cap, with slow billers, repeated, cut off."""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field

import pytest

from switch.domain.bills import PresentedBill
from switch.domain.catalogue import AmountRuleKind
from switch.domain.errors import AmountMalformed
from switch.domain.money import Money
from switch.domain.outcomes import Accepted, Outcome, Reason, Refused, Unknown
from switch.domain.payment_batches import LineState, Unreadable, numbered_lines
from switch.domain.payments import Payment
from tests.api.line import Line
from tests.batches import (
    BANK,
    FEE,
    FEE_MINOR,
    ONLINE,
    OTHER_BANK,
    PREPAID,
    answers,
    bill_lines,
    hand_in,
    paid,
    put_bills,
    reference,
    request,
    told,
)
from tests.scripted_biller import ScriptedBiller

MANY, HALF = 10_000, 5_000
SLOWEST_SINGLE_SECONDS = 1.0
"""In p99, beside a batch, on a machine that tests share with others; the load tests measure it properly."""


async def owed(line: Line, bank: str = BANK) -> tuple[int, int, int]:
    """Held, posted, and the sum of the bank's position account in the ledger."""
    ((held, posted),) = await line.query("SELECT held_minor, posted_minor FROM position WHERE bank_code = :bank", bank=bank)
    ((ledger,),) = await line.query(
        "SELECT coalesce(sum(minor), 0)::bigint FROM posting WHERE account_code = :code", code=f"position:{bank}"
    )
    return held, posted, ledger


async def clean(line: Line) -> bool:
    verified = await line.switch.verification()
    assert verified.clean, verified.findings
    return True


async def test_ten_thousand_lines_are_each_answered_and_booked_once(line: Line) -> None:
    await put_bills(line.switch, MANY)
    lines = bill_lines(MANY)

    found = await paid(line.switch, "B-1", lines)
    books = await line.books()
    again = await line.switch.submit_batch(BANK, "B-1", b"lines", lines)
    anew = await paid(line.switch, "B-2", lines)

    assert Counter(one.state for one in found) == {LineState.COMPLETED: MANY}
    assert [one.key for one in found] == [f"batch-{number:06d}" for number in range(MANY)]
    assert again.replayed
    assert anew == found
    assert await line.books() == books
    fee = found[0].answer.fees.payer  # type: ignore[union-attr]
    assert await owed(line) == (0, MANY * (1_000 + fee), MANY * (1_000 + fee))
    assert await line.query("SELECT count(*), min(paid_minor), max(held_minor) FROM bill") == [(MANY, 1_000, 0)]
    assert await clean(line)


async def test_what_is_wrong_with_one_line_does_not_touch_its_neighbours(line: Line) -> None:
    await put_bills(line.switch, 1_000)
    orders = [request(f"half-{number:04d}", reference(number)) for number in range(1_000)]
    mixed = [
        Unreadable(AmountMalformed(), None) if number % 4 == 1 else request(f"half-{number:04d}", "no such") if number % 4 == 3 else order
        for number, order in enumerate(orders)
    ]

    found = await paid(line.switch, "B-1", numbered_lines(mixed))

    assert [told(one) for one in found] == ["COMPLETED", "amount_malformed", "COMPLETED", "customer_reference_malformed"] * 250
    ((keys, refused),) = await line.query("SELECT count(*), count(refusal_code) FROM idempotency")
    assert (keys, refused) == (750, 250)
    assert await clean(line)


async def test_the_cap_is_met_in_the_middle_of_a_batch(line: Line) -> None:
    await put_bills(line.switch, 1_000)
    first = await paid(line.switch, "B-0", bill_lines(1))
    each = first[0].answer.hold_minor  # type: ignore[union-attr]
    line.clock.move(1)
    await line.switch.change_cap(BANK, Money(400 * each, "SYP"), by="test")

    found = await paid(line.switch, "B-1", bill_lines(999, start=1))

    assert [told(one) for one in found] == ["COMPLETED"] * 399 + ["cap_exceeded"] * 600
    assert await owed(line) == (0, 400 * each, 400 * each)
    assert await clean(line)


async def test_one_bill_is_paid_once_however_often_it_stands_in_a_batch(line: Line) -> None:
    await put_bills(line.switch, 2)
    lines = [request(f"twice-{number:04d}", reference(number % 2)) for number in range(10)]

    found = await paid(line.switch, "B-1", numbered_lines(lines))

    assert [told(one) for one in found] == ["COMPLETED"] * 2 + ["bill_already_paid"] * 8
    assert await clean(line)


async def test_a_key_that_stands_twice_is_one_payment_or_a_conflict(line: Line) -> None:
    await put_bills(line.switch, 1)
    await line.switch.pay_bill(request("used-before", "01020304051", FEE_MINOR, service=FEE, bill_number=None))
    same, other = request("same-key-1", reference(0)), request("same-key-1", reference(0), 999)

    found = await paid(
        line.switch, "B-1", numbered_lines([same, other, same, request("used-before", "01020304051", 1, service=FEE, bill_number=None)])
    )

    assert [told(one) for one in found] == ["COMPLETED", "idempotency_key_conflict", "COMPLETED", "idempotency_key_conflict"]
    assert found[0].answer == found[2].answer
    assert await line.query("SELECT count(*) FROM payment") == [(2,)]
    assert await clean(line)


async def test_batches_of_two_banks_for_the_same_bills_pay_each_once(line: Line) -> None:
    await put_bills(line.switch, 1_500)
    ours = await hand_in(line.switch, "B-1", bill_lines(1_500))
    theirs = await hand_in(line.switch, "B-1", bill_lines(1_500, bank=OTHER_BANK), OTHER_BANK)
    await line.switch.pay_batches.settled()

    pairs = zip(await answers(line.switch, ours.batch), await answers(line.switch, theirs.batch), strict=True)

    assert {tuple(sorted((told(one), told(other)))) for one, other in pairs} == {("COMPLETED", "bill_already_paid")}
    assert await line.query("SELECT count(*), min(paid_minor), max(paid_minor) FROM bill") == [(1_500, 1_000, 1_000)]
    assert await clean(line)


async def test_a_batch_is_handed_in_once_by_however_many_at_once(line: Line) -> None:
    lines = bill_lines(5)

    submitted = await asyncio.gather(*(line.switch.submit_batch(BANK, "B-1", b"lines", lines) for _ in range(8)))

    assert len({one.batch.batch_id for one in submitted}) == 1
    assert sum(not one.replayed for one in submitted) == 1
    assert await line.query("SELECT count(*) FROM payment_batch_line") == [(5,)]


@dataclass
class SlowBiller(ScriptedBiller):
    """Answers nobody about prepaid amounts until it is let; every other order at once."""

    let: asyncio.Event = field(default_factory=asyncio.Event)
    together: int = 0
    most_together: int = 0

    async def pay(self, endpoint: object, payment: Payment, *, answer_seconds: int) -> Outcome:
        if payment.request.service == PREPAID:
            self.together += 1
            self.most_together = max(self.most_together, self.together)
            await self.let.wait()
            self.together -= 1
        self.asked.append(payment.payment_id)
        self.booked.setdefault(payment.payment_id, payment)
        return Accepted(f"BK-{payment.payment_id}")


@pytest.fixture
def slow(line: Line) -> SlowBiller:
    biller = SlowBiller()
    line.switch.pay_bill.billers.adapters["scripted-1"] = biller  # type: ignore[index]
    return biller


async def test_a_slow_biller_delays_neither_the_others_nor_the_lines_that_ask_nobody(line: Line, slow: SlowBiller) -> None:
    slow.owes(PREPAID, "0933123456")
    prepaid = await line.switch.inquire_bill(BANK, PREPAID, "0933123456", request("x" * 8, "1").channel)
    online = []
    for number in range(20):
        slow.owes(ONLINE, reference(number), PresentedBill("B1", Money(500, "SYP"), AmountRuleKind.EXACT))
        inquired = await line.switch.inquire_bill(BANK, ONLINE, reference(number), request("x" * 8, "1").channel)
        online.append(request(f"online-{number:04d}", reference(number), 500, service=ONLINE, inquiry_id=inquired.inquiry.inquiry_id))
    await put_bills(line.switch, 100)
    least = line.switch.directory.current().services[PREPAID].rule.minimum
    assert least is not None
    top_ups = [
        request(f"top-up-{number:04d}", "0933123456", least.minor, service=PREPAID, bill_number=None, inquiry_id=prepaid.inquiry.inquiry_id)
        for number in range(30)
    ]
    mixed = [*top_ups, *online, *(request(f"bill-{number:04d}", reference(number)) for number in range(100))]

    submitted = await hand_in(line.switch, "B-1", numbered_lines(mixed))
    async with asyncio.timeout(20):
        while sum(one.state is LineState.COMPLETED for one in await answers(line.switch, submitted.batch)) < 120:
            single = await line.switch.pay_bill(request("at-a-counter-1", "01020304051", FEE_MINOR, service=FEE, bill_number=None))
            assert not single.payment.live
    before = Counter(one.state for one in await answers(line.switch, submitted.batch))
    slow.let.set()
    await line.switch.pay_batches.settled()

    assert before == {LineState.COMPLETED: 120, LineState.RESERVED: 8, LineState.WAITING: 22}
    assert slow.most_together == 8
    assert {told(one) for one in await answers(line.switch, submitted.batch)} == {"COMPLETED"}
    assert await clean(line)


async def test_a_biller_that_refuses_or_is_silent_answers_for_its_line_alone(line: Line) -> None:
    wanted = []
    for number, outcome in enumerate([None, Refused(Reason.LIMIT_EXCEEDED, "61"), Unknown("cut off")]):
        line.biller.owes(ONLINE, reference(number), PresentedBill("B1", Money(500, "SYP"), AmountRuleKind.EXACT))
        inquired = await line.switch.inquire_bill(BANK, ONLINE, reference(number), request("x" * 8, "1").channel)
        wanted.append(request(f"online-{number:04d}", reference(number), 500, service=ONLINE, inquiry_id=inquired.inquiry.inquiry_id))
        if outcome is not None:
            line.biller.script(reference(number), outcome, books=isinstance(outcome, Unknown))

    submitted = await hand_in(line.switch, "B-1", numbered_lines(wanted))
    await line.switch.pay_batches.settled()

    assert [told(one) for one in await answers(line.switch, submitted.batch)] == ["COMPLETED", "REJECTED", "IN_DOUBT"]
    assert (await line.switch.payment_batches.one(BANK, submitted.batch.batch_id)).batch.done_at is not None
    line.clock.move(60)
    await line.switch.resolve_payments()
    assert [told(one) for one in await answers(line.switch, submitted.batch)] == ["COMPLETED", "REJECTED", "COMPLETED"]
    assert await clean(line)


async def test_payers_at_the_counter_do_not_wait_for_a_batch(line: Line) -> None:
    await put_bills(line.switch, HALF)
    submitted = await hand_in(line.switch, "B-1", bill_lines(HALF))
    took: list[float] = []

    while line.switch.pay_batches.under_way:
        began = time.perf_counter()
        order = request(f"counter-{len(took):06d}", "01020304051", FEE_MINOR, service=FEE, bill_number=None)
        assert not (await line.switch.pay_bill(order)).payment.live
        took.append(time.perf_counter() - began)

    assert Counter(one.state for one in await answers(line.switch, submitted.batch)) == {LineState.COMPLETED: HALF}
    assert len(took) > 20
    p99 = sorted(took)[int(len(took) * 0.99)]
    assert p99 < SLOWEST_SINGLE_SECONDS
    assert await clean(line)


async def test_what_a_stopping_process_leaves_is_finished_by_the_next(line: Line) -> None:
    await put_bills(line.switch, 3_000)
    submitted = await hand_in(line.switch, "B-1", bill_lines(3_000))
    while not await line.query("SELECT 1 FROM payment LIMIT 1"):
        assert line.switch.pay_batches.under_way

    await line.switch.pay_batches.close()
    left = await line.switch.payment_batches.one(BANK, submitted.batch.batch_id)
    line.switch.pay_batches.stopping.clear()
    assert await line.switch.pay_batches() == 1
    await line.switch.pay_batches.settled()

    assert 0 < left.counts[LineState.WAITING] < 3_000
    assert {one.state for one in await answers(line.switch, submitted.batch)} == {LineState.COMPLETED}
    assert await line.switch.pay_batches() == 0
    assert await clean(line)
