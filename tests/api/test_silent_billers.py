"""A biller that does not answer: it is left alone, says so at once to whoever asks, and slows nobody else down."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from switch.domain.bills import PresentedBill, Presentment
from switch.domain.breakers import FAILURES_IN_A_ROW, FIRST_PAUSE_MILLISECONDS
from switch.domain.catalogue import AmountRuleKind
from switch.domain.directory import Endpoint
from switch.domain.identifiers import ServiceCode
from switch.domain.money import Money
from switch.domain.outcomes import Refused, Unknown
from tests.api.line import BILLER, CUSTOMER, FEE, MOBILE, NATIONAL_NUMBER, ONLINE, PREPAID, Line, order

PAUSE_SECONDS = FIRST_PAUSE_MILLISECONDS // 1000


async def ask(line: Line, service: str = ONLINE, reference: str = CUSTOMER) -> tuple[int, str | None]:
    asked = {"service_code": service, "customer_reference": reference, "channel": "mobile"}
    answer = await line.bank.post("/v1/inquiries", json=asked)
    return answer.status_code, answer.json().get("code")


async def silence(line: Line) -> None:
    line.biller.reachable = False
    for _ in range(FAILURES_IN_A_ROW):
        assert await ask(line) == (503, "biller_unavailable")


@pytest.fixture
def asked(line: Line, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which services' billers were really asked an inquiry."""
    heard: list[str] = []
    inquire = line.biller.inquire

    async def listen(endpoint: Endpoint, service: ServiceCode, reference: str, *, answer_seconds: int) -> Presentment | Refused | Unknown:
        heard.append(service)
        return await inquire(endpoint, service, reference, answer_seconds=answer_seconds)

    monkeypatch.setattr(line.biller, "inquire", listen)
    return heard


async def test_whoever_inquires_is_told_at_once_until_one_trial_finds_it_back(line: Line, asked: list[str]) -> None:
    await silence(line)
    before = len(asked)
    for _ in range(3):
        assert await ask(line) == (503, "biller_unavailable")
    assert len(asked) == before
    line.clock.move(PAUSE_SECONDS)
    assert await ask(line) == (503, "biller_unavailable")
    assert await ask(line) == (503, "biller_unavailable")
    assert len(asked) == before + 1, "one trial, then the next pause"
    line.biller.reachable = True
    line.clock.move(2 * PAUSE_SECONDS)
    assert (await ask(line))[0] == 200
    assert (await ask(line))[0] == 200


async def test_an_order_is_refused_before_anything_is_held_and_a_former_one_is_answered_as_ever(line: Line) -> None:
    presented = await line.inquire(ONLINE, CUSTOMER)
    first = order(ONLINE, CUSTOMER, "81.43", bill_number="B1", inquiry_id=presented["inquiry_id"])
    paid = await line.pay(first, "key-before-it")
    line.biller.owes(ONLINE, CUSTOMER, PresentedBill("B2", Money(500, "SYP"), AmountRuleKind.EXACT))
    presented = await line.inquire(ONLINE, CUSTOMER)
    second = order(ONLINE, CUSTOMER, "5.00", bill_number="B2", inquiry_id=presented["inquiry_id"])
    before = await line.books()
    await silence(line)

    refused = await line.pay(second, "key-during-it")
    assert (refused.status_code, refused.json()["code"], refused.json()["retry"]) == (503, "biller_silent", "new_key")
    after = await line.books()
    assert (after[0], after[2:], after[1]) == (before[0], before[2:], before[1] + 1), (
        "one more key that stands for a refusal, and nothing else"
    )
    assert (await line.pay(first, "key-before-it")).json() == paid.json()

    line.clock.move(PAUSE_SECONDS)
    heard = len(line.biller.asked)
    assert (await line.pay(second, "key-no-trial")).json()["code"] == "biller_silent"
    assert len(line.biller.asked) == heard, "no payer's money is the trial"
    line.biller.reachable = True
    line.clock.move(2 * PAUSE_SECONDS)
    assert (await line.pay(second, "key-during-it")).json()["code"] == "biller_silent", "a key is kept for good"
    assert (await line.pay(second, "key-after-it")).status_code == 201, "an enquiry was the trial"


async def test_the_resolver_asks_after_one_payment_and_when_that_is_answered_after_all(line: Line) -> None:
    for number in range(3):
        reference = f"10000000{number}"
        line.biller.owes(ONLINE, reference, PresentedBill("B1", Money(500, "SYP"), AmountRuleKind.EXACT))
        presented = await line.inquire(ONLINE, reference)
        line.biller.script(reference, Unknown("silence"), books=True)
        wanted = order(ONLINE, reference, "5.00", bill_number="B1", inquiry_id=presented["inquiry_id"])
        assert (await line.pay(wanted, f"key-in-doubt-{number}")).status_code == 202
    await silence(line)
    line.clock.move(PAUSE_SECONDS - 1)
    assert await line.switch.resolve_payments() == 0
    line.clock.move(60)
    assert await line.switch.resolve_payments() == 1, "the trial"
    assert await line.switch.resolve_payments() == 0
    attempts = await line.query("SELECT attempts FROM payment ORDER BY attempts")
    assert [row[0] for row in attempts] == [1, 1, 2], "no attempt was burned beside the trial"
    line.biller.reachable = True
    line.clock.move(60)
    assert await line.switch.resolve_payments() == 3
    assert {row[0] for row in await line.query("SELECT state FROM payment")} == {"COMPLETED"}


async def test_one_biller_that_hangs_delays_no_other(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """Inquiries, payments in doubt and advices of the others go on while every call to one of them hangs."""
    let_go = asyncio.Event()
    other = line.switch.directory.current().services[ServiceCode(PREPAID)].biller

    def hanging(name: str) -> Any:
        answer = getattr(line.biller, name)

        async def call(endpoint: Endpoint, *rest: Any, **more: Any) -> Any:
            if endpoint.biller == BILLER:
                await let_go.wait()
            return await answer(endpoint, *rest, **more)

        return call

    for service, reference, amount, bill in ((ONLINE, CUSTOMER, "81.43", "B1"), (PREPAID, MOBILE, "50.00", None)):
        presented = await line.inquire(service, reference)
        line.biller.script(reference, Unknown("silence"), books=True)
        more = {"bill_number": bill} if bill else {}
        wanted = order(service, reference, amount, inquiry_id=presented["inquiry_id"], **more)
        assert (await line.pay(wanted, f"key-{service}")).status_code == 202
    fee_biller = line.switch.directory.current().services[ServiceCode(FEE)].biller
    reached = line.switch.directory.current().endpoints[BILLER]
    await line.switch.connect_biller(replace(reached, biller=fee_biller), by="test")
    assert (await line.pay(order(FEE, NATIONAL_NUMBER, "750.00"), "key-of-a-fee")).status_code == 201
    for name in ("inquire", "pay", "enquire", "advise"):
        monkeypatch.setattr(line.biller, name, hanging(name))

    hung = [asyncio.create_task(ask(line)) for _ in range(3)]
    line.clock.move(60)
    await line.switch.resolve_payments.start()
    await line.switch.deliver_advices.start()
    while len(line.biller.advised) < 1 or other in line.switch.resolve_payments.queues.under_way:
        assert (await ask(line, PREPAID, MOBILE))[0] == 200
    states = {row[0]: row[1] for row in await line.query("SELECT service_code, state FROM payment")}
    assert states == {ONLINE: "IN_DOUBT", PREPAID: "COMPLETED", FEE: "COMPLETED"}
    assert set(line.switch.resolve_payments.queues.under_way) == {BILLER}
    assert not any(task.done() for task in hung)
    let_go.set()
    await asyncio.gather(*hung)
    await line.switch.resolve_payments.queues.settled()
    assert {row[0] for row in await line.query("SELECT state FROM payment")} == {"COMPLETED"}
