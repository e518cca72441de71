"""Payments are inquired again after their completion; a bill that is still due becomes a break, and ends when it is not due any more."""

import pytest

from switch.domain import truth_checks
from switch.domain.bills import PresentedBill
from switch.domain.catalogue import AmountRuleKind
from switch.domain.money import Money
from switch.store import truth_checks as store
from tests.api.line import CUSTOMER, ONLINE, Line, order

DUE = PresentedBill("B1", Money(8_143, "SYP"), AmountRuleKind.EXACT)


@pytest.fixture(autouse=True)
def every_payment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "ALWAYS_FROM_MINOR", 1)


async def _paid(line: Line) -> str:
    presented = await line.inquire(ONLINE, CUSTOMER)
    paid = await line.pay(order(ONLINE, CUSTOMER, "81.43", inquiry_id=presented["inquiry_id"], bill_number="B1"), "key-00000001")
    assert paid.status_code == 201, paid.text
    return str(paid.json()["payment_id"])


async def _breaks(line: Line) -> list[tuple[str, str, str]]:
    rows = await line.query("SELECT kind, payment_id::text, state FROM break")
    return [tuple(row) for row in rows]


async def test_a_biller_that_took_the_money_and_still_shows_the_bill_is_found_out(line: Line) -> None:
    payment_id = await _paid(line)
    assert await line.switch.check_truth() == 0, "its books may take a while"

    line.clock.move(truth_checks.AFTER_SECONDS + 1)
    assert await line.switch.check_truth() == 1

    assert await _breaks(line) == [("still_due", payment_id, "open")]
    assert await line.switch.check_truth() == 0
    found = await line.switch.verification()
    assert found.clean, found.findings

    line.biller.owes(ONLINE, CUSTOMER)
    line.clock.move(truth_checks.AGAIN_SECONDS)
    assert await line.switch.check_truth() == 1
    assert await _breaks(line) == [("still_due", payment_id, "matched_later")]
    line.clock.move(truth_checks.AGAIN_SECONDS)
    assert await line.switch.check_truth() == 0


async def test_a_bill_that_is_not_due_any_more_is_settled(line: Line) -> None:
    await _paid(line)
    line.biller.owes(ONLINE, CUSTOMER, PresentedBill("B2", Money(500, "SYP"), AmountRuleKind.EXACT))
    line.clock.move(truth_checks.AFTER_SECONDS + 1)

    assert await line.switch.check_truth() == 1

    assert await _breaks(line) == []
    assert [row[0] for row in await line.query("SELECT finding FROM truth_check")] == ["settled"]


async def test_silence_is_no_finding_and_is_asked_again_for_so_long(line: Line) -> None:
    await _paid(line)
    line.biller.reachable = False
    line.clock.move(truth_checks.AFTER_SECONDS + 1)
    for _ in range(truth_checks.MOST_LOOKS + 2):
        await line.switch.check_truth()
        line.clock.move(truth_checks.AGAIN_SECONDS)

    (kept,) = await line.query("SELECT finding, looks, next_look_at FROM truth_check")
    assert tuple(kept) == ("unknown", truth_checks.MOST_LOOKS, None)
    assert await _breaks(line) == []


async def test_reconciling_the_day_leaves_such_a_break_open(line: Line) -> None:
    await _paid(line)
    line.clock.move(truth_checks.AFTER_SECONDS + 1)
    await line.switch.check_truth()

    await line.switch.reconcile(line.clock.now().date())

    assert [state for _, _, state in await _breaks(line)] == ["open"]
