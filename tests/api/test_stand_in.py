"""A biller that is known to be out: the switch accepts in its place, within limits; the biller is told when it is back, and may refuse."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import httpx2
import pytest
import sqlalchemy.exc

from switch.domain.advice_errors import AdviceNotRefusable
from switch.domain.bills import PresentedBill
from switch.domain.breakers import FAILURES_IN_A_ROW
from switch.domain.catalogue import AmountRuleKind
from switch.domain.directory_errors import ServiceIncoherent
from switch.domain.identifiers import PaymentId, ServiceCode
from switch.domain.money import Money
from switch.domain.outcomes import Reason, Refused, Unknown
from switch.domain.stand_in import StandInRule
from tests.api.line import BILLER, CUSTOMER, FEE, NATIONAL_NUMBER, ONLINE, UPLOADING_BILLER, Line, order
from tests.hooks import hooked

MOST_OF_ONE, MOST_OUTSTANDING = 10_000, 20_000
CUSTOMERS = [f"1004523{number:02d}" for number in range(8)]


async def allow(line: Line, limit: int = MOST_OF_ONE, total: int = MOST_OUTSTANDING) -> None:
    known = line.switch.directory.current().service(ServiceCode(ONLINE))
    rule = StandInRule(Money(limit, "SYP"), Money(total, "SYP"))
    await line.switch.offer_service(replace(known, stand_in=rule), by="test")


async def inquired(line: Line, customer: str = CUSTOMER) -> dict[str, Any]:
    """While it still answers: the order that pays its bill."""
    presented = await line.inquire(ONLINE, customer)
    return order(ONLINE, customer, "81.43", inquiry_id=presented["inquiry_id"], bill_number="B1")


async def goes_silent(line: Line) -> None:
    line.biller.reachable = False
    for _ in range(FAILURES_IN_A_ROW):
        await line.bank.post("/v1/inquiries", json={"service_code": ONLINE, "customer_reference": CUSTOMER, "channel": "mobile"})


async def declares_outage(line: Line) -> None:
    reason = {"ar": "تقنين الكهرباء", "en": "Electricity is rationed"}
    hours = {"begins_at": "2026-11-24T08:00:00Z", "ends_at": "2026-11-24T10:00:00Z"}
    assert (await line.of(BILLER).post("/v1/outages", json={**hours, "reason": reason})).status_code == 201


async def is_back(line: Line) -> None:
    line.biller.reachable = True
    line.clock.move(3 * 3_600)
    assert await line.switch.deliver_advices() >= 0


async def outstanding(line: Line) -> int:
    rows = await line.query("SELECT outstanding_minor FROM stand_in")
    return int(rows[0][0]) if rows else 0


async def clean(line: Line) -> None:
    found = await line.switch.verification()
    assert found.clean, found.findings


@pytest.mark.parametrize("goes_out", [goes_silent, declares_outage])
async def test_it_is_accepted_in_its_place_and_told_when_it_is_back(line: Line, goes_out: Callable[[Line], Awaitable[None]]) -> None:
    await allow(line)
    paying = await inquired(line)
    await goes_out(line)

    paid = await line.pay(paying, "key-00000001")
    again = await line.pay(paying, "key-00000001")

    assert (paid.status_code, paid.json()["state"], paid.json()["stood_in"]) == (201, "COMPLETED", True)
    assert (again.json(), again.headers["idempotent-replayed"]) == (paid.json(), "true")
    assert (line.biller.asked, line.biller.advised, await outstanding(line)) == ([], {}, 8_143)
    await clean(line)
    await is_back(line)
    assert [advice.content["stood_in"] for advice in line.biller.advised.values()] == ["true"]
    assert await outstanding(line) == 0
    assert [tuple(row) for row in await line.query("SELECT state, stand_in FROM payment")] == [("COMPLETED", "taken")]
    await clean(line)


async def test_only_where_it_is_known_to_be_out_and_only_what_it_has_agreed_to(line: Line) -> None:
    await allow(line, limit=8_142)
    paying = await inquired(line)
    await goes_silent(line)
    too_large = await line.pay(paying, "key-00000001")
    await allow(line)
    line.biller.reachable = True
    line.clock.move(3_600)
    paid = await line.pay(await inquired(line), "key-00000002")

    assert (too_large.status_code, too_large.json()["code"]) == (503, "biller_silent")
    assert (paid.status_code, paid.json()["stood_in"], len(line.biller.asked)) == (201, False, 1)
    assert await outstanding(line) == 0
    fee = line.switch.directory.current().service(ServiceCode(FEE))
    with pytest.raises(ServiceIncoherent):
        await line.switch.offer_service(replace(fee, stand_in=StandInRule(Money(1, "SYP"), Money(1, "SYP"))), by="test")
    await clean(line)


async def test_never_more_than_the_total_however_many_pay_at_once(line: Line) -> None:
    await allow(line)
    for customer in CUSTOMERS:
        line.biller.owes(ONLINE, customer, PresentedBill("B1", Money(8_143, "SYP"), AmountRuleKind.EXACT))
    orders = [await inquired(line, customer) for customer in CUSTOMERS]
    await goes_silent(line)

    answers: list[httpx2.Response] = await asyncio.gather(*(line.pay(paying, f"key-{number:08}") for number, paying in enumerate(orders)))

    assert sorted(answer.status_code for answer in answers) == [201, 201] + [503] * 6
    assert {answer.json()["code"] for answer in answers if answer.status_code == 503} == {"stand_in_exhausted"}
    assert await outstanding(line) == 2 * 8_143
    with pytest.raises(sqlalchemy.exc.DBAPIError, match="than agreed"):
        await line.query("UPDATE stand_in SET outstanding_minor = outstanding_minor + 8143 RETURNING 1")
    await is_back(line)
    assert await outstanding(line) == 0
    await clean(line)


async def test_a_biller_that_refuses_it_afterwards_is_a_break_and_the_money_comes_back_without_asking_it(line: Line) -> None:
    await allow(line)
    paying = await inquired(line)
    await goes_silent(line)
    payment_id = (await line.pay(paying, "key-00000001")).json()["payment_id"]
    line.biller.refuses_advice[PaymentId(UUID(payment_id))] = Refused(Reason.BILL_ALREADY_PAID, "33")

    await is_back(line)

    assert (await outstanding(line), line.biller.advised) == (0, {})
    (found,) = await line.query("SELECT kind, participant_code, state, differences -> 0 ->> 'theirs' FROM break")
    assert tuple(found) == ("stand_in_refused", BILLER, "open", "bill_already_paid")
    assert (await line.bank.get(f"/v1/payments/{payment_id}")).json()["state"] == "COMPLETED"
    notes = [row[0] for row in await line.query("SELECT note FROM payment_event ORDER BY number")]
    assert notes[1:] == ["stood in for its biller", "stand-in refused: bill_already_paid"]
    await clean(line)
    asked = {"reason": "other"}
    line.clock.move(30 * 86_400)
    back = await line.bank.post(f"/v1/payments/{payment_id}/reversals", json=asked, headers={"Idempotency-Key": "back-0000001"})
    assert (back.status_code, back.json()["payment_state"], line.biller.asked_back) == (201, "REVERSED", [])
    assert [tuple(row) for row in await line.query("SELECT state FROM break")] == [("matched_later",)]
    await clean(line)


async def test_what_is_not_told_yet_is_named_as_not_advised(line: Line) -> None:
    await allow(line)
    paying = await inquired(line)
    await goes_silent(line)
    await line.pay(paying, "key-00000001")

    story = await line.of(None).get("/v1/payments")
    assert story.status_code == 401
    (advice,) = (await line.of(BILLER).get("/v1/advices")).json()["items"]
    assert advice["content"]["stood_in"] == "true"
    taken = await line.of(BILLER).post(f"/v1/advices/{advice['event_id']}/acknowledgement")
    assert (taken.status_code, await outstanding(line)) == (200, 0), "a biller that pulls has taken it, too"
    await clean(line)


async def test_a_biller_that_pulls_its_advices_may_refuse_too_and_the_bank_is_told(line: Line) -> None:
    await allow(line)
    async with hooked(line) as hook:
        paying = await inquired(line)
        await goes_silent(line)
        payment_id = (await line.pay(paying, "key-00000001")).json()["payment_id"]
        (advice,) = (await line.of(BILLER).get("/v1/advices")).json()["items"]
        address = f"/v1/advices/{advice['event_id']}"
        line.clock.move(1)

        no = await line.of(BILLER).post(f"{address}/refusal", json={"reason": "bill_already_paid", "response_code": "R05"})
        again = await line.of(BILLER).post(f"{address}/refusal", json={"reason": "other"})
        yes = await line.of(BILLER).post(f"{address}/acknowledgement")
        of_another = await line.of(UPLOADING_BILLER).post(f"{address}/refusal", json={"reason": "other"})

        assert (no.status_code, again.status_code) == (200, 200)
        assert (yes.status_code, yes.json()["code"]) == (409, "advice_answered")
        assert (of_another.status_code, of_another.json()["code"]) == (404, "advice_unknown")
        assert (await outstanding(line), (await line.of(BILLER).get("/v1/advices")).json()["items"]) == (0, [])
        found = await line.query("SELECT kind, participant_code, differences -> 0 ->> 'theirs' FROM break WHERE state = 'open'")
        assert [tuple(row) for row in found] == [("stand_in_refused", BILLER, "bill_already_paid")]
        await hook.tell()
        told = hook.heard[-1]
        assert [event["type"] for event in hook.heard] == ["payment.completed", "payment.stand_in_refused"]
        assert (told["payment"]["payment_id"], told["payment"]["state"]) == (payment_id, "COMPLETED")
        assert (told["refusal"]["reversal_id"], told["refusal"]["reason"]["code"], told["refusal"]["response_code"]) == (
            None, "bill_already_paid", "R05",
        )  # fmt: skip
        story = await line.switch.payment_stories.named(payment_id)
        kept, _ = await line.switch.payment_stories.messages(story.payment)
        assert [b"bill_already_paid" in message.content for message in kept if message.said.what == "answer to advise"] == [True]
        await clean(line)


async def test_what_was_taken_or_is_a_fact_cannot_be_refused(line: Line) -> None:
    await allow(line)
    paying = await inquired(line)
    await goes_silent(line)
    await line.pay(paying, "key-00000001")
    await line.pay(order(FEE, NATIONAL_NUMBER, "750.00"), "key-00000002")
    (advice,) = (await line.of(BILLER).get("/v1/advices")).json()["items"]
    (fact,) = await line.query("SELECT event_id, biller_code FROM outbox WHERE NOT content ? 'stood_in'")
    await line.of(BILLER).post(f"/v1/advices/{advice['event_id']}/acknowledgement")
    before = await line.books()

    no = await line.of(BILLER).post(f"/v1/advices/{advice['event_id']}/refusal", json={"reason": "other"})
    with pytest.raises(AdviceNotRefusable):
        await line.switch.refuse_stand_in(fact.biller_code, fact.event_id, Reason.OTHER, "", b"no")

    assert (no.status_code, no.json()["code"]) == (409, "advice_answered")
    assert (await line.books(), await line.query("SELECT 1 FROM break")) == (before, [])
    await clean(line)


async def test_what_its_biller_refuses_while_the_bank_takes_it_back_is_taken_back(line: Line) -> None:
    await allow(line)
    paying = await inquired(line)
    await goes_silent(line)
    payment_id = (await line.pay(paying, "key-00000001")).json()["payment_id"]
    line.biller.reachable = True
    line.biller.refuses_advice[PaymentId(UUID(payment_id))] = Refused(Reason.BILL_ALREADY_PAID, "33")
    line.biller.script_reversals(*[Unknown("it knows no such payment")] * 9, books=False)
    line.clock.move(3_600)
    await line.inquire(ONLINE, CUSTOMER)
    asked = {"reason": "other"}
    back = await line.bank.post(f"/v1/payments/{payment_id}/reversals", json=asked, headers={"Idempotency-Key": "back-0000001"})
    assert (back.status_code, back.json()["state"]) == (202, "IN_DOUBT")

    await is_back(line)
    await line.switch.resolve_reversals()

    (reversal,) = (await line.bank.get(f"/v1/payments/{payment_id}/reversals")).json()["items"]
    assert (reversal["state"], reversal["payment_state"], len(line.biller.asked_back)) == ("AGREED", "REVERSED", 1)
    assert [tuple(row) for row in await line.query("SELECT kind, state FROM break")] == [("stand_in_refused", "matched_later")]
    await clean(line)
