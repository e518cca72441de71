"""Limits: who asks too much is told to wait, by kind; nobody else notices, and nothing was done."""

import asyncio
from uuid import uuid4

import httpx2
import pytest

from switch.api.limits import READS_WHILE_BUSY, STATUS_TOGETHER, STRANGERS, kind_of
from switch.client.patience import NOTHING_DONE
from switch.domain.identifiers import ParticipantCode
from switch.domain.limits import Limit, Limited, ParticipantLimit
from tests.api.line import BANK, FEE, HOST, NATIONAL_NUMBER, OTHER_BANK, UPLOADING_BILLER, Line, order

UNKNOWN = "/v1/payments/01936f00-0000-7000-8000-000000000000"


async def _limit(line: Line, what: Limited, limit: Limit, code: ParticipantCode = BANK) -> None:
    await line.switch.limit_participant(ParticipantLimit(code, what, limit), by="test")


@pytest.mark.parametrize(
    ("method", "path", "what"),
    [
        ("POST", "/v1/payments", Limited.PAYMENT),
        ("POST", f"{UNKNOWN}/reversals", Limited.PAYMENT),
        ("GET", "/v1/payments", Limited.STATUS),
        ("GET", UNKNOWN, Limited.STATUS),
        ("HEAD", UNKNOWN, Limited.STATUS),
        ("GET", "/v1/payment-batches/x/lines", Limited.STATUS),
        ("POST", "/v1/payment-batches", Limited.BATCH),
        ("POST", "/v1/inquiries", Limited.INQUIRY),
        ("POST", "/v1/bills", Limited.UPLOAD),
        ("POST", "/v1/statements", Limited.UPLOAD),
        ("GET", "/v1/services", Limited.OTHER),
        ("GET", "/v1/operator/payments", Limited.OTHER),
    ],
)
def test_each_request_is_of_one_kind(method: str, path: str, what: Limited) -> None:
    assert kind_of(method, path) is what


async def test_a_storm_of_status_calls_takes_nothing_from_payments_nor_from_others(line: Line) -> None:
    await _limit(line, Limited.STATUS, Limit(burst=5, per_second=2))
    answers = [await line.bank.get("/v1/payments") for _ in range(7)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429] * 2
    refused = answers[5].json()
    assert (refused["code"], refused["retry"]) == ("too_many_requests", "after_seconds")
    assert "الحد المسموح" in refused["detail_ar"]
    assert answers[5].headers["Retry-After"] == "1"
    assert answers[5].headers["RateLimit-Policy"] == '"status";q=5;w=3'
    assert answers[5].headers["RateLimit"].startswith('"status";r=0;t=')
    assert "RateLimit" not in answers[0].headers
    assert answers[4].headers["RateLimit"] == '"status";r=0;t=3'

    assert (await line.pay(order(FEE, NATIONAL_NUMBER, "750.00"), "key-limits-01")).status_code == 201
    assert (await line.of(OTHER_BANK).get("/v1/payments")).status_code == 200
    line.clock.move(1.0)
    assert (await line.bank.get("/v1/payments")).status_code == 200


async def test_a_refused_payment_has_left_nothing_and_may_be_sent_again(line: Line) -> None:
    await _limit(line, Limited.PAYMENT, Limit(burst=1, per_second=1))
    assert (await line.pay(order(FEE, NATIONAL_NUMBER, "750.00"), "key-limits-01")).status_code == 201
    before = await line.books()
    refused = await line.pay(order(FEE, NATIONAL_NUMBER, "750.00"), "key-limits-02")
    assert refused.status_code == 429
    assert refused.json()["code"] in NOTHING_DONE
    assert await line.books() == before
    line.clock.move(1.0)
    assert (await line.pay(order(FEE, NATIONAL_NUMBER, "750.00"), "key-limits-02")).status_code == 201


async def test_so_many_are_under_way_at_once(line: Line) -> None:
    await _limit(line, Limited.AT_ONCE, Limit(burst=2, per_second=0))
    answers = await asyncio.gather(*(line.bank.get("/v1/payments") for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [200] * 2 + [429] * 4
    assert {answer.json()["code"] for answer in answers if answer.status_code == 429} == {"too_many_at_once"}
    assert (await line.bank.get("/v1/payments")).status_code == 200, "each is given back"


async def test_bytes_are_counted_over_all_kinds(line: Line) -> None:
    await _limit(line, Limited.BYTES, Limit(burst=400, per_second=100))
    fee = order(FEE, NATIONAL_NUMBER, "750.00")
    statuses = [(await line.pay(fee, f"key-limits-{number:02d}")).status_code for number in range(5)]
    assert statuses[0] == 201
    assert statuses[-1] == 429
    assert (await line.bank.get("/v1/payments")).status_code == 200, "what has no body costs no bytes"


async def test_all_banks_together_cannot_storm(line: Line) -> None:
    enough = Limit(burst=STATUS_TOGETHER.burst * 2, per_second=STATUS_TOGETHER.burst)
    await _limit(line, Limited.STATUS, enough)
    limits = line.app.limits
    for _ in range(STATUS_TOGETHER.burst):
        limits._buckets.take(limits._together, 1 / STATUS_TOGETHER.per_second, line.clock.monotonic())
    assert (await line.bank.get("/v1/payments")).status_code == 429
    assert (await line.bank.get("/v1/position")).status_code == 200
    assert (await line.pay(order(FEE, NATIONAL_NUMBER, "750.00"), "key-limits-01")).status_code == 201


async def test_while_payments_wait_status_calls_stand_back(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """However much they may ask at other times; whoever asks now and then is still answered."""
    monkeypatch.setattr(line.app.limits, "_busy", lambda: True)
    statuses = [(await line.bank.get("/v1/payments")).status_code for _ in range(READS_WHILE_BUSY.burst + 2)]
    assert statuses == [200] * READS_WHILE_BUSY.burst + [429] * 2
    assert (await line.of(OTHER_BANK).get("/v1/payments")).status_code == 200
    assert (await line.pay(order(FEE, NATIONAL_NUMBER, "750.00"), "key-limits-01")).status_code == 201
    line.clock.move(1)
    assert (await line.bank.get("/v1/payments")).status_code == 200
    monkeypatch.setattr(line.app.limits, "_busy", lambda: False)
    assert [(await line.bank.get("/v1/payments")).status_code for _ in range(100)] == [200] * 100


async def test_while_payments_wait_a_biller_that_fetches_its_advices_in_a_loop_stands_back_and_may_acknowledge(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line.app.limits, "_busy", lambda: True)
    biller = line.of(UPLOADING_BILLER)
    statuses = [(await biller.get("/v1/advices")).status_code for _ in range(READS_WHILE_BUSY.burst + 2)]
    assert statuses == [200] * READS_WHILE_BUSY.burst + [429] * 2
    assert (await biller.post(f"/v1/advices/{uuid4()}/acknowledgement")).status_code == 404, "it was looked for"
    assert (await line.bank.get("/v1/position")).status_code == 200
    monkeypatch.setattr(line.app.limits, "_busy", lambda: False)
    line.clock.move(1)
    assert [(await biller.get("/v1/advices")).status_code for _ in range(100)] == [200] * 100


async def test_strangers_are_listened_to_for_a_while(line: Line) -> None:
    """Their trouble is theirs alone: who signs, from the same address, notices nothing; health is always told."""
    unsigned = [(await line.of(None).get("/v1/payments")).status_code for _ in range(STRANGERS.burst + 3)]
    assert set(unsigned[: STRANGERS.burst]) == {401}
    assert set(unsigned[STRANGERS.burst + 1 :]) == {429}
    told = await line.of(None).get("/v1/payments")
    assert told.json()["code"] == "too_many_strangers"
    assert told.headers["Connection"] == "close"
    assert (await line.bank.get("/v1/payments")).status_code == 200
    assert (await line.of(None).get("/live")).status_code == 200
    line.clock.move(5)
    assert (await line.of(None).get("/v1/payments")).status_code == 401


async def test_who_names_the_key_of_a_bank_from_elsewhere_takes_nothing_from_it(line: Line) -> None:
    elsewhere = httpx2.AsyncClient(transport=httpx2.ASGITransport(app=line.app, client=("192.0.2.9", 4711)), base_url=HOST)
    forged = {"Signature-Input": f'sig1=("@method");keyid="{BANK}:main"', "Signature": "sig1=:AAAA:"}
    statuses = [(await elsewhere.get("/v1/payments", headers=forged)).status_code for _ in range(STRANGERS.burst + 3)]
    assert (statuses[0], statuses[-1]) == (401, 429)
    assert (await line.bank.get("/v1/payments")).status_code == 200
    await elsewhere.aclose()
