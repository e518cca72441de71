"""What is asked of a biller beside the order: what is owed, what became of a payment, whether it has taken a fact."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest

from switch.domain.advices import payment_advice
from switch.domain.bills import PresentedBill, Presentment
from switch.domain.catalogue import AmountRuleKind
from switch.domain.money import Money
from switch.domain.outcomes import Accepted, NotFound, Reason, Refused, Unknown
from switch.domain.participants import Name
from tests.contract.conftest import SERVICE, payment
from tests.contract.lines import SECONDS, Line, accepted
from tests.contract.played import played

BILL = {"bill_number": "2611-1", "amount": "81.43", "currency": "SYP", "rule": "exact", "issued_on": "2026-11-01", "due_on": None,
        "description": {"ar": "فاتورة كهرباء", "en": "Electricity bill"}}  # fmt: skip
ASKED = {"service_code": SERVICE, "customer_reference": "100452371"}


async def test_bills_are_presented(line: Line) -> None:
    answer = {**ASKED, "outcome": "presented", "customer_name": "سلمى", "bills": [BILL]}
    async with played(line.says(answer)) as biller:
        found = await line.adapter.inquire(line.at(biller.url), SERVICE, "100452371", answer_seconds=SECONDS)
    bill = PresentedBill(
        "2611-1", Money(8143, "SYP"), AmountRuleKind.EXACT, date(2026, 11, 1), None, Name(ar="فاتورة كهرباء", en="Electricity bill")
    )
    assert found == Presentment((bill,), "سلمى")
    assert "100452371" not in biller.questions[0].target.path


async def test_nothing_due_is_a_presentment_without_bills(line: Line) -> None:
    async with played(line.says({**ASKED, "outcome": "presented", "bills": []})) as biller:
        assert await line.adapter.inquire(line.at(biller.url), SERVICE, "100452371", answer_seconds=SECONDS) == Presentment(())


async def test_an_unknown_customer_is_refused(line: Line) -> None:
    answer = {**ASKED, "outcome": "refused", "reason": "customer_unknown", "response_code": None}
    async with played(line.says(answer, 404)) as biller:
        found = await line.adapter.inquire(line.at(biller.url), SERVICE, "100452371", answer_seconds=SECONDS)
    assert found == Refused(Reason.CUSTOMER_UNKNOWN)


@pytest.mark.parametrize(
    "wrong",
    [
        {"customer_reference": "999"}, {"bills": None}, {"bills": [BILL] * 101}, {"bills": [{**BILL, "amount": "-1"}]},
        {"bills": [{**BILL, "amount": "1.234"}]}, {"bills": [{**BILL, "rule": "free"}]}, {"bills": [{**BILL, "issued_on": "20261101"}]},
        {"bills": [{**BILL, "bill_number": "a\nb"}]}, {"bills": [{**BILL, "description": {"ar": "نص"}}]}, {"bills": ["2611-1"]},
    ],
    ids=str,
)  # fmt: skip
async def test_a_presentment_that_is_not_wholly_right_is_unknown(line: Line, wrong: dict[str, Any]) -> None:
    async with played(line.says({**ASKED, "outcome": "presented", "bills": [BILL], **wrong})) as biller:
        assert isinstance(await line.adapter.inquire(line.at(biller.url), SERVICE, "100452371", answer_seconds=SECONDS), Unknown)


async def test_an_enquiry_tells_what_became_of_the_payment(line: Line) -> None:
    order = payment()
    standing = {
        "accepted": Accepted("E-77"),
        "refused": Refused(Reason.BILL_UNKNOWN, "R05"),
        "not_found": NotFound(),
        "reversed": Unknown("the biller has booked it and taken it back"),
    }
    for outcome, expected in standing.items():
        async with played(line.says(accepted(order, outcome=outcome, reason="bill_unknown", response_code="R05"))) as biller:
            assert (
                await line.adapter.enquire(line.at(biller.url), order.payment_id, answer_seconds=SECONDS, ordered=order.request.amount)
                == expected
            )
        assert biller.questions[0].target.method == "GET"


async def test_an_enquiry_answered_for_another_payment_is_unknown(line: Line) -> None:
    for outcome in ("accepted", "refused", "not_found"):
        answer = accepted(payment(), outcome=outcome, reason="other")
        async with played(line.says(answer)) as biller:
            assert isinstance(
                await line.adapter.enquire(
                    line.at(biller.url), payment().payment_id, answer_seconds=SECONDS, ordered=payment().request.amount
                ),
                Unknown,
            )


async def test_an_advice_counts_only_when_exactly_it_is_acknowledged(line: Line) -> None:
    advice = payment_advice(payment(), datetime.now(UTC))
    answers: list[tuple[dict[str, Any], bool]] = [
        ({"event_id": str(advice.event_id), "outcome": "acknowledged"}, True),
        ({"event_id": str(uuid4()), "outcome": "acknowledged"}, False),
        ({"event_id": str(advice.event_id), "outcome": "refused"}, False),
    ]
    for answer, taken in answers:
        async with played(line.says(answer)) as biller:
            assert await line.adapter.advise(line.at(biller.url), advice, answer_seconds=SECONDS) is taken
    assert not await line.adapter.advise(line.at("http://127.0.0.1:9"), advice, answer_seconds=SECONDS)
