"""The quick way answers as FastAPI does: the same request, sent so that it is ordinary and so that it is not, has the same answer."""

from typing import Any

import httpx2
import pytest

from switch.domain.outcomes import Reason, Refused, Unknown
from tests.api.line import BILLER, CUSTOMER, FEE, NATIONAL_NUMBER, ONLINE, Line, order

ORDINARY, OUT_OF_THE_ORDINARY = "application/json", "application/json; charset=utf-8"
"""FastAPI answers what has any parameter in its content type."""
OF_EACH_ANSWER = {"date", "switch-request-id", "content-digest", "signature", "signature-input"}


class Routes:
    """Stands before FastAPI's routes and counts what gets to them."""

    def __init__(self, line: Line) -> None:
        self.asked = 0
        self.routes, line.app.app = line.app.app, self

    async def __call__(self, *scope_receive_send: Any) -> None:
        self.asked += 1
        await self.routes(*scope_receive_send)


async def both(line: Line, path: str, body: Any, key: str | None = None) -> tuple[httpx2.Response, httpx2.Response]:
    """The first and the second answer; the quick way's first. Each is known to have gone its way."""
    routes = Routes(line)
    headers = {} if key is None else {"Idempotency-Key": key}
    quick = await line.bank.post(path, json=body, headers=headers | {"Content-Type": ORDINARY})
    assert routes.asked == 0
    slow = await line.bank.post(path, json=body, headers=headers | {"Content-Type": OUT_OF_THE_ORDINARY})
    assert routes.asked == 1
    return quick, slow


def shown(answer: httpx2.Response) -> tuple[int, dict[str, str], Any]:
    headers = {name: value for name, value in answer.headers.items() if name not in OF_EACH_ANSWER | {"idempotent-replayed"}}
    body = {name: value for name, value in answer.json().items() if name not in ("request_id", "inquiry_id")}
    return answer.status_code, headers, body


FEE_ORDER = order(FEE, NATIONAL_NUMBER, "750.00")
ONLINE_ORDER = order(ONLINE, CUSTOMER, "81.43", bill_number="B1")


async def test_an_inquiry(line: Line) -> None:
    quick, slow = await both(line, "/v1/inquiries", {"service_code": ONLINE, "customer_reference": CUSTOMER, "channel": "mobile"})
    assert quick.status_code == 200
    assert shown(quick) == shown(slow)
    assert len(quick.content) == len(slow.content)


async def test_a_payment_and_its_replay(line: Line) -> None:
    quick, slow = await both(line, "/v1/payments", FEE_ORDER, "key-00000001")
    assert (quick.status_code, quick.headers.get("idempotent-replayed")) == (201, None)
    assert slow.headers["idempotent-replayed"] == "true"
    assert shown(quick) == shown(slow)
    assert quick.content == slow.content
    again, _ = await both(line, "/v1/payments", FEE_ORDER, "key-00000001")
    assert again.headers["idempotent-replayed"] == "true"
    assert again.content == slow.content


@pytest.mark.parametrize(
    ("says", "status"), [(Refused(Reason.CUSTOMER_UNKNOWN, "14"), 422), (Unknown("silence"), 202)], ids=["refused", "in doubt"]
)
async def test_what_a_biller_refuses_or_does_not_say(line: Line, says: Refused | Unknown, status: int) -> None:
    inquiry_id = (await line.inquire(ONLINE, CUSTOMER))["inquiry_id"]
    line.biller.script(CUSTOMER, says)
    quick, slow = await both(line, "/v1/payments", ONLINE_ORDER | {"inquiry_id": inquiry_id}, "key-00000001")
    assert quick.status_code == status
    assert shown(quick) == shown(slow)


REFUSED: dict[str, tuple[str, dict[str, Any]]] = {
    "inquiry_needed": ("/v1/payments", ONLINE_ORDER),
    "amount_not_allowed": ("/v1/payments", FEE_ORDER | {"amount": {"amount": "1.00", "currency": "SYP"}}),
    "currency_unsupported": ("/v1/payments", FEE_ORDER | {"amount": {"amount": "1.00", "currency": "USD"}}),
    "service_unknown": ("/v1/payments", FEE_ORDER | {"service_code": "200019999"}),
    "amount_too_precise": ("/v1/payments", FEE_ORDER | {"amount": {"amount": "750.001", "currency": "SYP"}}),
    "customer_unknown": ("/v1/inquiries", {"service_code": ONLINE, "customer_reference": "999999999", "channel": "mobile"}),
}


@pytest.mark.parametrize("code", REFUSED)
async def test_a_refusal(line: Line, code: str) -> None:
    path, body = REFUSED[code]
    routes = Routes(line)
    answers = [
        await line.bank.post(path, json=body, headers={"Idempotency-Key": "key-00000001", "Content-Type": content_type})
        for content_type in (ORDINARY, OUT_OF_THE_ORDINARY)
    ]
    assert routes.asked > 0
    assert answers[0].json()["code"] == code
    assert shown(answers[0]) == shown(answers[1])


async def test_what_is_out_of_the_ordinary_is_left_to_the_routes_and_nothing_is_done_twice(line: Line) -> None:
    routes, books = Routes(line), await line.books()
    keyed = {"Idempotency-Key": "key-00000001"}
    answers = [
        await line.bank.post("/v1/payments", json=FEE_ORDER),
        await line.bank.post("/v1/payments", json=FEE_ORDER, headers={"Idempotency-Key": "bad"}),
        await line.bank.post("/v1/payments?a=b", json=FEE_ORDER, headers=keyed),
        await line.bank.post("/v1/payments", json=FEE_ORDER | {"more": 1}, headers=keyed),
        await line.bank.post("/v1/payments", content=b"{", headers=keyed | {"Content-Type": ORDINARY}),
        await line.bank.post("/v1/payments", content=b"{}", headers=keyed | {"Content-Type": "text/plain"}),
        await line.of(BILLER).post("/v1/payments", json=FEE_ORDER, headers=keyed),
    ]
    assert [answer.json()["code"] for answer in answers] == [
        "idempotency_key_missing", "idempotency_key_malformed", "field_unknown", "field_unknown", "json_malformed",
        "media_type_unsupported", "not_allowed",
    ]  # fmt: skip
    assert routes.asked == len(answers)
    assert await line.books() == books
