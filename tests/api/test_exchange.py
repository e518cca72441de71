"""Only authentic, fresh, whole messages have effect; every answer, of whatever kind, is signed for exactly its request."""

from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import httpx2
import pytest

from switch.api import exchange
from switch.signatures import Target, content_digest, generate_key, sign_request, verify_response
from tests.api.line import BANK, BILLER, FEE, HOST, NATIONAL_NUMBER, Line, order

Spoil = Callable[[httpx2.Request], None]
JSON = {"Content-Type": "application/json"}


async def _sent(line: Line, request: httpx2.Request) -> httpx2.Response:
    """As it is, without our client's own look at the answer."""
    return await line.of(None).send(request)


def _paid(line: Line, key: str = "key-exchange-1") -> httpx2.Request:
    request = line.of(None).build_request(
        "POST", "/v1/payments", json=order(FEE, NATIONAL_NUMBER, "750.00"), headers={"Idempotency-Key": key}
    )
    line.signed(line.keys[BANK]).sign(request)
    return request


def _replace(name: str, old: str, new: str) -> Spoil:
    def spoil(request: httpx2.Request) -> None:
        assert old in request.headers[name]
        request.headers[name] = request.headers[name].replace(old, new)

    return spoil


def _drop(name: str) -> Spoil:
    def spoil(request: httpx2.Request) -> None:
        del request.headers[name]

    return spoil


def _other_path(request: httpx2.Request) -> None:
    request.url = request.url.copy_with(query=b"x=1")


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (_drop("Signature"), "signature_missing"),
        (_drop("Signature-Input"), "signature_missing"),
        (_drop("Content-Digest"), "digest_missing"),
        (_drop("Idempotency-Key"), "signature_malformed"),
        (_replace("Signature-Input", '"@path" ', ""), "signature_component_missing"),
        (_replace("Signature-Input", "100010:main", "100028:main"), "signature_wrong"),
        (_replace("Signature-Input", "100010:main", "999999:main"), "signature_key_unknown"),
        (_replace("Idempotency-Key", "exchange", "Exchange"), "signature_wrong"),
        (_replace("Signature-Input", "sig1=", "sig1=("), "signature_malformed"),
        (_other_path, "signature_wrong"),
        (_replace("Host", "switch.test", "other.test"), "signature_wrong"),
    ],
)
async def test_a_spoiled_message_has_no_effect(line: Line, spoil: Spoil, code: str) -> None:
    before = await line.books()
    request = _paid(line)
    spoil(request)

    answer = await _sent(line, request)

    assert answer.status_code == 401, answer.text
    assert answer.json()["code"] == code, answer.text
    assert await line.books() == before


async def test_an_altered_body_has_no_effect(line: Line) -> None:
    before = await line.books()
    request = _paid(line)
    altered = line.of(None).build_request(
        "POST", "/v1/payments", content=request.content.replace(b"750.00", b"100.00"), headers=request.headers
    )

    answer = await _sent(line, altered)

    assert (answer.status_code, answer.json()["code"]) == (401, "digest_mismatch")
    assert await line.books() == before


async def test_a_message_is_good_once_and_not_for_long(line: Line) -> None:
    request = _paid(line)
    assert (await _sent(line, request)).status_code == 201
    assert (await _sent(line, request)).json()["code"] == "nonce_replayed"

    late, early = _paid(line, "key-exchange-2"), _paid(line, "key-exchange-3")
    line.clock.move(61)
    assert (await _sent(line, late)).json()["code"] == "signature_expired"
    line.clock.move(-61 - 11)
    assert (await _sent(line, early)).json()["code"] == "signature_from_future"
    assert (await line.query("SELECT count(*) FROM payment"))[0][0] == 1


async def test_a_key_of_one_bank_cannot_speak_for_another(line: Line) -> None:
    forged = generate_key(f"{BANK}:main")
    request = _paid(line)
    line.signed(forged).sign(request)

    answer = await _sent(line, request)

    assert answer.json()["code"] == "signature_wrong"


@pytest.mark.parametrize(
    ("path", "taken"),
    [("/v1/payments", "GET, POST"), ("/v1/outages/019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071", "DELETE"), ("/v1/position", "GET")],
)
async def test_a_method_that_a_path_does_not_take_is_answered_with_all_that_it_takes(line: Line, path: str, taken: str) -> None:
    request = line.of(None).build_request("PATCH", path)
    line.signed(line.keys[BANK]).sign(request)

    answer = await _sent(line, request)

    assert (answer.status_code, answer.headers["Allow"]) == (405, taken)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/position", 200),
        ("GET", "/v1/nothing", 404),
        ("GET", "/v1/payments/../position", 404),
        ("GET", "/v1//position", 404),
        ("GET", "/v1/position/", 404),
        ("GET", "/v1/payments/%00", 404),
        ("GET", "/v1/payments/..%2fposition", 404),
        ("GET", "/v1/files/%2e%2e", 404),
        ("GET", "/docs/../v1/position", 404),
        ("GET", "/docs/%2e%2e%2fapp.py", 404),
        ("GET", "/v1/windows/SYP-20261124-01'--", 404),
        ("DELETE", "/v1/payments", 405),
        ("PUT", "/v1/position", 405),
        ("OPTIONS", "/v1/payments", 405),
        ("HEAD", "/v1/payments", 405),
        ("TRACE", "/v1/payments", 405),
        ("PATCH", "/v1/payments/019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071", 405),
        ("BREW", "/v1/payments", 405),
        ("GET", "/v1/payments?limit=0", 422),
        ("GET", "/v1/payments?limit=501", 422),
        ("GET", "/v1/payments?limit=x", 422),
        ("GET", "/v1/payments?limit=5_0", 422),
        ("GET", "/v1/payments?limit=%2B5", 422),
        ("GET", "/v1/payments?limit=1.0", 422),
        ("GET", "/v1/payments?unheard=1", 422),
        ("GET", "/v1/payments?limit=1&limit=2", 422),
        ("GET", "/v1/payments?cursor=AAAA", 422),
        ("GET", "/v1/payments?cursor=" + "A" * 300, 422),
        ("GET", "/v1/payments?bank_reference=%E2%80%AE1", 422),
        ("GET", "/v1/payments?bank_reference=%00", 422),
        ("GET", "/v1/payments?from=2026-11-24", 422),
        ("GET", "/v1/payments?from=0001-01-01T00:00:00Z&to=9999-12-31T23:59:59Z", 200),
        ("GET", "/v1/payments?from=0001-01-01T00:00:00%2B14:00", 422),
        ("GET", "/v1/payments?" + "x=1&" * 900, 422),
        ("GET", "/v1/services?biller_code=200018", 422),
        ("GET", "/v1/services?updated_since=0001-01-01T00:00:00Z", 200),
        ("GET", "/v1/breaks?business_date=2026-02-30", 422),
        ("GET", "/v1/windows?currency=XXX", 200),
        ("GET", "/v1/windows?cursor=U1lQLTE5OTkwMTAxLTAx", 200),
    ],
)
async def test_whatever_is_asked_the_answer_is_ours_and_signed(line: Line, method: str, path: str, status: int) -> None:
    request = line.of(None).build_request(method, HOST + path)
    raw, _, query = path.partition("?")
    request.url = request.url.copy_with(raw_path=path.encode())
    target = Target(method, "switch.test", raw, query)
    request.headers.update(sign_request(line.keys[BANK], target, b"", now=line.clock.now()))
    scope, sent = _scope(request, raw, query), list[Any]()

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    await line.app(scope, receive, send)

    start, body = sent
    assert start["status"] == status, body
    asked = Target(method, "switch.test", raw, query, request.headers["Signature"])
    answers = {"switch:main": line.switch_key}
    verify_response(asked, start["status"], start["headers"], body["body"], find_key=answers.get, now=line.clock.now())
    headers = dict(start["headers"])
    assert headers[b"switch-request-id"]
    if method == "HEAD":
        assert body["body"] == b""
    elif status >= 400:
        assert headers[b"content-type"] == b"application/problem+json"


def _scope(request: httpx2.Request, path: str, query: str) -> dict[str, Any]:
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "path": unquote(path, errors="replace"),
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "client": ("127.0.0.1", 1),
        "server": ("switch.test", 80),
    }


async def test_the_unsigned_is_answered_signed_too(line: Line) -> None:
    for path, status in (("/live", 200), ("/ready", 200), ("/docs", 200), ("/openapi.json", 200), ("/v1/position", 401), ("/nothing", 401)):
        answer = await line.of(None).get(path)
        assert answer.status_code == status, path
        assert answer.headers["content-digest"] == content_digest(answer.content)
        assert {"signature", "signature-input", "switch-request-id"} <= set(answer.headers)


async def test_a_body_has_a_limit_and_so_have_all_large_ones_together(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    large = await line.bank.post("/v1/inquiries", content=b" " * 70_000, headers=JSON)
    assert (large.status_code, large.json()["code"]) == (413, "body_too_large")
    assert large.headers["connection"] == "close"
    upload = {"lines": [{"action": "put", "description": "x" * 900}] * 100}
    assert (await line.of(BILLER).post("/v1/bills", json=upload)).status_code == 200

    monkeypatch.setattr(exchange, "LARGE_BODIES_BYTES", 50_000)
    shed = await line.of(BILLER).post("/v1/bills", json=upload)

    assert (shed.status_code, shed.json()["code"]) == (503, "overloaded")
    assert int(shed.headers["retry-after"]) > 0


async def test_a_client_that_hangs_up_while_it_sends_leaves_nothing(line: Line) -> None:
    before, answered = await line.books(), list[Any]()
    messages = [{"type": "http.request", "body": b'{"serv', "more_body": True}, {"type": "http.disconnect"}]

    async def receive() -> Any:
        return messages.pop(0)

    async def send(message: Any) -> None:
        answered.append(message)

    await line.app(_scope(_paid(line), "/v1/payments", ""), receive, send)

    assert answered == []
    assert await line.books() == before
