"""The pretend billers, asked over a real socket by the registry's adapter: honest books, whatever happens on the way."""

import asyncio
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest

from adapters.registry import Adapters
from switch.domain.advices import payment_advice
from switch.domain.bills import Presentment
from switch.domain.directory import Endpoint
from switch.domain.identifiers import ServiceCode
from switch.domain.money import Money
from switch.domain.outcomes import Accepted, NotFound, Reason, Refused, Unknown
from switch.domain.payments import Payment
from switch.ports import BillerAdapter
from switch.signatures import SignatureError, SignedExchange, SigningKey, generate_key
from switch.simulators.serving import billers_app
from tests.contract.conftest import SERVICE, payment
from tests.contract.lines import BILLER, back
from tests.contract.served import served, shown

SECONDS = 5
EXAMPLE = "100452371"


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "script.json"
    path.write_text('{"rules": {}}')
    return path


@pytest.fixture
def start(tmp_path: Path, keys: dict[str, SigningKey], script: Path) -> Callable[[], Any]:
    """Starts the billers anew, with the books that are there."""
    folder = tmp_path / "keys"
    folder.mkdir()
    for code in ("200019", "200027"):
        (folder / f"{code}.pem").write_bytes(keys[code].pem())
    switch_key = keys["switch"].verifying_key()
    return lambda: served(billers_app(keys_folder=folder, switch_key=switch_key, books=tmp_path / "billers.db", script=script))


@pytest.fixture
def endpoint(start: Callable[[], Any]) -> Iterator[Endpoint]:
    with start() as url:
        yield Endpoint(BILLER, "json-1", f"{url}/{BILLER}")


@pytest.fixture
def biller(adapters: Adapters) -> BillerAdapter:
    return adapters.billers["json-1"]


def misbehave(script: Path, **rule: Any) -> None:
    script.write_text(json.dumps({"seed": len(str(rule)), "rules": {BILLER: [rule] if rule else []}}) + " " * (script.stat().st_size % 7))


def spoil(script: Path) -> None:
    script.write_text("{")


def books(endpoint: Endpoint) -> list[dict[str, str]]:
    statement: list[dict[str, str]] = shown(f"{endpoint.url}/statement")
    return statement


async def due(biller: BillerAdapter, endpoint: Endpoint) -> Payment:
    """An order for the first bill of the example."""
    presentment = await biller.inquire(endpoint, SERVICE, EXAMPLE, answer_seconds=SECONDS)
    assert isinstance(presentment, Presentment)
    bill = presentment.bills[0]
    return payment(bill.due.text(), bill.bill_number, EXAMPLE)


async def test_a_paid_bill_is_booked_once_and_not_presented_again(biller: BillerAdapter, endpoint: Endpoint) -> None:
    order = await due(biller, endpoint)
    first = await biller.pay(endpoint, order, answer_seconds=SECONDS)
    assert isinstance(first, Accepted)
    assert await biller.pay(endpoint, order, answer_seconds=SECONDS) == first
    assert await biller.enquire(endpoint, order.payment_id, answer_seconds=SECONDS, ordered=order.request.amount) == first
    (line,) = books(endpoint)
    assert line["payment_id"] == str(order.payment_id)
    assert (line["amount"], line["bank_code"]) == (order.request.amount.text(), "100010")
    assert (await due(biller, endpoint)).request.bill_number != order.request.bill_number


async def test_the_example_always_has_a_bill(biller: BillerAdapter, endpoint: Endpoint) -> None:
    paid = set()
    for _ in range(9):
        order = await due(biller, endpoint)
        assert isinstance(await biller.pay(endpoint, order, answer_seconds=SECONDS), Accepted)
        paid.add(order.request.bill_number)
    assert len(paid) == 9


async def test_an_honest_biller_refuses_what_is_wrong_and_keeps_to_it(biller: BillerAdapter, endpoint: Endpoint) -> None:
    order = await due(biller, endpoint)
    request = order.request
    wrong = {
        Reason.AMOUNT_WRONG: replace(request, amount=Money(request.amount.minor + 1, "SYP")),
        Reason.BILL_UNKNOWN: replace(request, bill_number="none-such"),
        Reason.SERVICE_CLOSED: replace(request, service=ServiceCode("200027011")),
        Reason.CUSTOMER_UNKNOWN: replace(request, customer_reference="1"),
    }
    for reason, changed in wrong.items():
        refused = replace(payment(), request=changed)
        assert await biller.pay(endpoint, refused, answer_seconds=SECONDS) == Refused(reason, "R05")
        assert await biller.pay(endpoint, refused, answer_seconds=SECONDS) == Refused(reason, "R05")
        assert await biller.enquire(endpoint, refused.payment_id, answer_seconds=SECONDS, ordered=refused.request.amount) == Refused(
            reason, "R05"
        )
    assert isinstance(await biller.pay(endpoint, order, answer_seconds=SECONDS), Accepted)
    again = replace(payment(), request=order.request)
    assert await biller.pay(endpoint, again, answer_seconds=SECONDS) == Refused(Reason.BILL_ALREADY_PAID, "R05")
    assert len(books(endpoint)) == 1


async def test_the_same_order_many_times_at_once_is_booked_once(biller: BillerAdapter, endpoint: Endpoint) -> None:
    order = await due(biller, endpoint)
    outcomes = await asyncio.gather(*(biller.pay(endpoint, order, answer_seconds=SECONDS) for _ in range(40)))
    assert len(set(outcomes)) == 1
    assert isinstance(outcomes[0], Accepted)
    assert len(books(endpoint)) == 1


async def test_of_many_orders_for_one_bill_one_is_booked(biller: BillerAdapter, endpoint: Endpoint) -> None:
    order = await due(biller, endpoint)
    rivals = [replace(payment(), request=order.request) for _ in range(20)]
    outcomes = await asyncio.gather(*(biller.pay(endpoint, rival, answer_seconds=SECONDS) for rival in rivals))
    assert sum(isinstance(outcome, Accepted) for outcome in outcomes) == 1
    assert outcomes.count(Refused(Reason.BILL_ALREADY_PAID, "R05")) == 19
    assert len(books(endpoint)) == 1


async def test_another_content_under_the_same_id_changes_nothing(biller: BillerAdapter, endpoint: Endpoint) -> None:
    order = await due(biller, endpoint)
    assert isinstance(await biller.pay(endpoint, order, answer_seconds=SECONDS), Accepted)
    altered = replace(order, request=replace(order.request, amount=Money(1, "SYP")))
    assert await biller.pay(endpoint, altered, answer_seconds=SECONDS) == Unknown("status 409")
    (line,) = books(endpoint)
    assert line["amount"] == order.request.amount.text()


async def test_about_one_customer_in_fifty_is_unknown(biller: BillerAdapter, endpoint: Endpoint) -> None:
    answers = [await biller.inquire(endpoint, SERVICE, str(10_000_000 + number), answer_seconds=SECONDS) for number in range(300)]
    unknown = sum(answer == Refused(Reason.CUSTOMER_UNKNOWN, "C14") for answer in answers)
    assert 1 <= unknown <= 15
    assert sum(isinstance(answer, Presentment) for answer in answers) == 300 - unknown


async def test_an_advice_is_booked_once(biller: BillerAdapter, endpoint: Endpoint) -> None:
    order = replace(payment(), business_date=datetime(2026, 11, 25, tzinfo=UTC).date())
    advice = payment_advice(order, datetime.now(UTC))
    assert await biller.advise(endpoint, advice, answer_seconds=SECONDS)
    assert await biller.advise(endpoint, advice, answer_seconds=SECONDS)
    (line,) = shown(f"{endpoint.url}/statement?business_date=2026-11-25")
    assert line["payment_id"] == str(order.payment_id)
    assert shown(f"{endpoint.url}/statement?business_date=2026-11-24") == []


async def test_the_books_outlive_the_process(biller: BillerAdapter, start: Callable[[], Any]) -> None:
    with start() as url:
        order = await due(biller, Endpoint(BILLER, "json-1", f"{url}/{BILLER}"))
        first = await biller.pay(Endpoint(BILLER, "json-1", f"{url}/{BILLER}"), order, answer_seconds=SECONDS)
    with start() as url:
        again = Endpoint(BILLER, "json-1", f"{url}/{BILLER}")
        assert await biller.enquire(again, order.payment_id, answer_seconds=SECONDS, ordered=order.request.amount) == first
        assert await biller.pay(again, order, answer_seconds=SECONDS) == first
        assert len(books(again)) == 1


async def test_a_reversal_takes_the_booking_back_once(biller: Any, endpoint: Endpoint) -> None:
    order = await due(biller, endpoint)
    first = await biller.pay(endpoint, order, answer_seconds=SECONDS)
    assert await biller.reverse(endpoint, order, back(order), answer_seconds=SECONDS) == first
    assert await biller.reverse(endpoint, order, back(order), answer_seconds=SECONDS) == first
    assert books(endpoint) == []
    assert (await due(biller, endpoint)).request.bill_number == order.request.bill_number
    never = payment()
    assert isinstance(await biller.reverse(endpoint, never, back(never), answer_seconds=SECONDS), Unknown)


async def test_parts_are_taken_back_once_each_and_never_more_than_was_booked(biller: Any, endpoint: Endpoint) -> None:
    order = await due(biller, endpoint)
    first = await biller.pay(endpoint, order, answer_seconds=SECONDS)
    whole = order.request.amount.minor
    part, too_much, rest = back(order, 500), back(order, whole - 499), back(order, whole - 500)
    assert await biller.reverse(endpoint, order, part, answer_seconds=SECONDS) == first
    assert await biller.reverse(endpoint, order, part, answer_seconds=SECONDS) == first
    assert [line["refunded"] for line in books(endpoint)] == ["5.00"]
    assert isinstance(await biller.reverse(endpoint, order, too_much, answer_seconds=SECONDS), Unknown)
    assert (await due(biller, endpoint)).request.bill_number != order.request.bill_number
    assert await biller.reverse(endpoint, order, rest, answer_seconds=SECONDS) == first
    assert books(endpoint) == []
    assert (await due(biller, endpoint)).request.bill_number == order.request.bill_number


@pytest.mark.parametrize(
    ("does", "booked"),
    [
        ("silent", 0), ("cut-before-booking", 0), ("error500", 0), ("cut-after-booking", 1), ("garbage", 1), ("huge", 1),
        ("unsigned", 1), ("other-payment", 1),
    ],
)  # fmt: skip
async def test_misbehaviour_leaves_doubt_that_an_enquiry_ends(
    biller: BillerAdapter, endpoint: Endpoint, script: Path, does: str, booked: int
) -> None:
    order = await due(biller, endpoint)
    misbehave(script, does=does)
    outcome = await biller.pay(endpoint, order, answer_seconds=1)
    assert isinstance(outcome, Unknown)
    assert outcome.asked
    assert len(books(endpoint)) == booked
    misbehave(script)
    found = await biller.enquire(endpoint, order.payment_id, answer_seconds=SECONDS, ordered=order.request.amount)
    assert isinstance(found, Accepted if booked else NotFound)


async def test_the_amount_of_an_enquiry_is_compared_where_it_is_known(biller: Any, endpoint: Endpoint, script: Path) -> None:
    order = await due(biller, endpoint)
    misbehave(script, does="other-amount")
    assert await biller.pay(endpoint, order, answer_seconds=SECONDS) == Unknown("the answer is for another amount")
    misbehave(script)
    found = await biller.enquire(endpoint, order.payment_id, answer_seconds=SECONDS, ordered=order.request.amount)
    assert found == Unknown("the answer is for another amount")


async def test_lies_that_only_the_statement_shows(biller: BillerAdapter, endpoint: Endpoint, script: Path) -> None:
    misbehave(script, does="miswritten")
    order = await due(biller, endpoint)
    assert isinstance(await biller.pay(endpoint, order, answer_seconds=SECONDS), Accepted)
    assert books(endpoint)[-1]["amount"] == Money(order.request.amount.minor + 100, "SYP").text()
    misbehave(script, does="twice-booked")
    order = await due(biller, endpoint)
    assert isinstance(await biller.pay(endpoint, order, answer_seconds=SECONDS), Accepted)
    assert [line["payment_id"] for line in books(endpoint)].count(str(order.payment_id)) == 2
    misbehave(script, does="refuse-though-booked")
    order = await due(biller, endpoint)
    assert await biller.pay(endpoint, order, answer_seconds=SECONDS) == Refused(Reason.OTHER, "R05")
    assert str(order.payment_id) in [line["payment_id"] for line in books(endpoint)]


async def test_a_late_yes_is_found_by_the_enquiry(biller: BillerAdapter, endpoint: Endpoint, script: Path) -> None:
    order = await due(biller, endpoint)
    misbehave(script, does="late", milliseconds=1_500)
    assert await biller.pay(endpoint, order, answer_seconds=1) == Unknown("no answer within 1 s")
    assert isinstance(await biller.enquire(endpoint, order.payment_id, answer_seconds=SECONDS, ordered=order.request.amount), Accepted)


async def test_a_script_that_is_spoilt_is_not_followed(biller: BillerAdapter, endpoint: Endpoint, script: Path) -> None:
    misbehave(script, does="refuse")
    order = await due(biller, endpoint)
    assert await biller.pay(endpoint, order, answer_seconds=SECONDS) == Refused(Reason.OTHER, "R05")
    spoil(script)
    again = replace(payment(), request=order.request)
    assert await biller.pay(endpoint, again, answer_seconds=SECONDS) == Refused(Reason.OTHER, "R05")


def test_what_the_switch_has_not_signed_is_not_heard(endpoint: Endpoint) -> None:
    answer = httpx2.put(f"{endpoint.url}/payments/1", json={})
    assert (answer.status_code, answer.json()) == (401, {"code": "signature_missing"})
    assert books(endpoint) == []


async def test_a_message_of_the_switch_is_heard_once(endpoint: Endpoint, keys: dict[str, SigningKey]) -> None:
    nonces = iter(["nonce-of-sixteen-1", "nonce-of-sixteen-1"])
    known = {keys[BILLER].keyid: keys[BILLER].verifying_key()}
    question = {"service_code": SERVICE, "customer_reference": EXAMPLE}
    exchange = SignedExchange(keys["switch"], known.get, nonce=lambda: next(nonces))
    async with httpx2.AsyncClient(auth=exchange) as client:
        assert (await client.post(f"{endpoint.url}/inquiries", json=question)).status_code == 200
        with pytest.raises(SignatureError):  # the refusal itself is not signed
            await client.post(f"{endpoint.url}/inquiries", json=question)


async def test_a_stranger_cannot_order_in_the_name_of_the_switch(endpoint: Endpoint) -> None:
    forged = SignedExchange(generate_key("switch:main"), lambda _: None)
    async with httpx2.AsyncClient(auth=forged) as client:
        with pytest.raises(SignatureError):
            await client.put(f"{endpoint.url}/payments/{payment().payment_id}", json={})
    assert books(endpoint) == []
