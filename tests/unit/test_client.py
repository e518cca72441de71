"""The client repeats what was met with silence, with the same key, and never says more than is certain."""

import asyncio
import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx2
import orjson
import pytest

from switch.client import AsyncSwitchClient, BillLine, NotCertain, Patience, PaymentOrder, Refused, SwitchClient, new_key
from switch.signatures import generate_key, sign_response, target_of_request, verify_request
from switch.signatures.target import Target

BANK = generate_key("100010:main")
SWITCH = generate_key("switch:main")
STRANGER = generate_key("switch:main")
QUICK = Patience(tries=3, first_pause_seconds=0.001, longest_pause_seconds=0.002)
ORDER = PaymentOrder("200019011", "100452371", "1250.00", "SYP", "FT1")
KEY = "order-0001"
PAID = {"payment_id": "p-1", "state": "COMPLETED", "final": True}

Reply = tuple[int, Any] | tuple[int, Any, dict[str, str]] | Exception


class PlayedSwitch:
    """Answers with what the test has laid out, signed as the switch does; notes what it was sent."""

    def __init__(self, *replies: Reply, signer: Any = SWITCH) -> None:
        self.replies, self.signer = list(replies), signer
        self.heard: list[httpx2.Request] = []

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.heard.append(request)
        target = target_of_request(request)
        verify_request(target, request.headers.raw, request.content, find_key={BANK.keyid: BANK.verifying_key()}.get, now=datetime.now(UTC))
        reply = self.replies.pop(0)
        if isinstance(reply, Exception):
            raise reply
        status, document, *more = reply
        headers = [(b"content-type", b"application/json"), *((n.encode(), v.encode()) for n, v in (more[0] if more else {}).items())]
        body = document if isinstance(document, bytes) else orjson.dumps(document)
        signed_for = Target(target.method, target.authority, target.path, target.query, request.headers["signature"])
        signed = sign_response(self.signer, signed_for, status, headers, body, now=datetime.now(UTC))
        return httpx2.Response(status, headers=[*headers, *signed], content=body)


def ask(switch: PlayedSwitch, question: Callable[[Any], Any]) -> Any:
    """Both clients are asked the same and must say the same."""
    replies = list(switch.replies)

    async def asynchronously() -> Any:
        url, transport = "http://switch.test", httpx2.MockTransport(switch)
        async with AsyncSwitchClient(url, BANK, SWITCH.verifying_key(), patience=QUICK, transport=transport) as client:
            return await question(client)

    outcomes = []
    runs: list[Callable[[], Any]] = [lambda: asyncio.run(asynchronously()), lambda: question(synchronous(switch))]
    for run in runs:
        switch.replies, switch.heard = list(replies), []
        try:
            outcomes.append(run())
        except (Refused, NotCertain) as raised:
            outcomes.append(raised)
    first, second = outcomes
    assert type(first) is type(second)
    assert str(first) == str(second)
    if isinstance(second, Exception):
        raise second
    return second


def synchronous(switch: PlayedSwitch) -> SwitchClient:
    transport = httpx2.MockTransport(switch)
    return SwitchClient("http://switch.test", BANK, SWITCH.verifying_key(), patience=QUICK, transport=transport)


def busy(code: str, retry: str, after: str = "1") -> Reply:
    return 503, {"code": code, "status": 503, "retry": retry, "detail": ""}, {"retry-after": after}


def test_a_payment_is_signed_with_its_key_and_its_answer_read() -> None:
    switch = PlayedSwitch((201, PAID))
    answer = ask(switch, lambda client: client.pay(ORDER, KEY))
    assert (answer.state, answer.final, answer.replayed) == ("COMPLETED", True, False)
    assert switch.heard[0].headers["idempotency-key"] == KEY
    assert "idempotency-key" in switch.heard[0].headers["signature-input"]
    assert orjson.loads(switch.heard[0].content)["amount"] == {"amount": "1250.00", "currency": "SYP"}


def test_after_silence_the_same_order_is_repeated_with_the_same_key_and_a_new_signature() -> None:
    switch = PlayedSwitch(httpx2.ReadTimeout("late"), httpx2.RemoteProtocolError("cut"), (201, PAID, {"idempotent-replayed": "true"}))
    assert ask(switch, lambda client: client.pay(ORDER, KEY)).replayed
    assert {request.headers["idempotency-key"] for request in switch.heard} == {KEY}
    assert len({request.content for request in switch.heard}) == 1
    assert len({request.headers["signature"] for request in switch.heard}) == 3


def test_silence_to_the_end_is_not_certain_and_names_the_key() -> None:
    with pytest.raises(NotCertain) as raised:
        ask(PlayedSwitch(*[httpx2.ReadTimeout("late")] * 3), lambda client: client.pay(ORDER, KEY))
    assert raised.value.key == KEY


def test_a_refusal_is_raised_with_the_whole_problem_and_not_repeated() -> None:
    switch = PlayedSwitch((422, {"code": "bill_already_paid", "status": 422, "retry": "never", "detail": "Paid.", "detail_ar": "مدفوعة."}))
    with pytest.raises(Refused) as raised:
        ask(switch, lambda client: client.pay(ORDER, KEY))
    assert (raised.value.code, raised.value.status, raised.value.problem["detail_ar"]) == ("bill_already_paid", 422, "مدفوعة.")
    assert len(switch.heard) == 1


def test_a_busy_switch_is_asked_again() -> None:
    switch = PlayedSwitch(busy("overloaded", "after_seconds"), busy("overloaded", "after_seconds"), (201, PAID))
    assert ask(switch, lambda client: client.pay(ORDER, KEY)).final
    assert len(switch.heard) == 3


def test_a_switch_that_stays_busy_has_refused() -> None:
    with pytest.raises(Refused, match="overloaded"):
        ask(PlayedSwitch(*[busy("overloaded", "after_seconds")] * 3), lambda client: client.pay(ORDER, KEY))


def test_a_busy_switch_after_silence_says_nothing_about_what_silence_has_done() -> None:
    with pytest.raises(NotCertain):
        ask(PlayedSwitch(httpx2.ReadTimeout("late"), *[busy("overloaded", "after_seconds")] * 2), lambda client: client.pay(ORDER, KEY))


@pytest.mark.parametrize("code", ["switch_unavailable", "internal_fault"])
def test_a_fault_of_the_switch_to_the_end_is_not_certain(code: str) -> None:
    with pytest.raises(NotCertain):
        ask(PlayedSwitch(*[busy(code, "same_key")] * 3), lambda client: client.pay(ORDER, KEY))


def test_a_spent_key_is_not_asked_again() -> None:
    switch = PlayedSwitch(busy("no_open_window", "new_key"))
    with pytest.raises(Refused, match="no_open_window"):
        ask(switch, lambda client: client.pay(ORDER, KEY))
    assert len(switch.heard) == 1


def test_a_key_refused_after_silence_does_not_make_the_payment_certain() -> None:
    revoked = (401, {"code": "signature_key_unknown", "status": 401, "retry": "never"})
    with pytest.raises(NotCertain):
        ask(PlayedSwitch(httpx2.ReadTimeout("late"), revoked), lambda client: client.pay(ORDER, KEY))


def test_a_switch_that_was_never_reached_has_taken_nothing() -> None:
    with pytest.raises(Refused, match="overloaded"):
        ask(
            PlayedSwitch(httpx2.ConnectError("refused"), *[busy("overloaded", "after_seconds")] * 2),
            lambda client: client.pay(ORDER, KEY),
        )


def test_an_answer_that_the_switch_has_not_signed_is_silence() -> None:
    with pytest.raises(NotCertain, match="signature_wrong"):
        ask(PlayedSwitch(*[(201, PAID)] * 3, signer=STRANGER), lambda client: client.pay(ORDER, KEY))


@pytest.mark.parametrize("garbage", [b"not json", b"[]", b""])
def test_an_answer_that_is_no_document_is_not_certain(garbage: bytes) -> None:
    with pytest.raises(NotCertain):
        ask(PlayedSwitch((200, garbage)), lambda client: client.payment("p-1"))


def test_a_redirect_is_not_followed() -> None:
    switch = PlayedSwitch(*[(307, {}, {"location": "http://elsewhere.test/"})] * 3)
    with pytest.raises(NotCertain):
        ask(switch, lambda client: client.payment("p-1"))
    assert {request.url.host for request in switch.heard} == {"switch.test"}


def test_a_list_is_read_page_by_page_to_its_end() -> None:
    switch = PlayedSwitch((200, {"items": [{"n": 1}, {"n": 2}], "next_cursor": "c1"}), (200, {"items": [{"n": 3}], "next_cursor": None}))
    assert ask(switch, lambda client: client.payments(state="COMPLETED")) == [{"n": 1}, {"n": 2}, {"n": 3}]
    assert dict(switch.heard[1].url.params) == {"state": "COMPLETED", "limit": "500", "cursor": "c1"}


def test_a_file_is_taken_or_refused_by_the_digest_of_what_was_received() -> None:
    digest = hashlib.sha256(b"received").hexdigest()
    switch = PlayedSwitch((200, {"outcome": "taken"}))
    assert ask(switch, lambda client: client.take_file("F-1", b"received")) == {"outcome": "taken"}
    assert switch.heard[0].url.path == "/v1/files/F-1/acknowledgement"
    assert orjson.loads(switch.heard[0].content) == {"outcome": "taken", "sha256": digest}
    reasons = [{"reason": "line_unknown", "line": 12}]
    switch = PlayedSwitch((200, {"outcome": "refused"}))
    assert ask(switch, lambda client: client.refuse_file("F-1", b"received", reasons)) == {"outcome": "refused"}
    assert orjson.loads(switch.heard[0].content) == {"outcome": "refused", "sha256": digest, "reasons": reasons}


def test_a_key_tells_the_payment_the_refusal_or_nothing() -> None:
    found: Reply = (200, {"items": [PAID], "next_cursor": None, "refused": None})
    assert ask(PlayedSwitch(found), lambda client: client.payment_under_key(KEY)) == PAID
    nothing: Reply = (200, {"items": [], "next_cursor": None, "refused": None})
    assert ask(PlayedSwitch(nothing), lambda client: client.payment_under_key(KEY)) is None
    refused: Reply = (200, {"items": [], "next_cursor": None, "refused": {"code": "cap_exceeded", "detail": "", "detail_ar": ""}})
    with pytest.raises(Refused, match="cap_exceeded"):
        ask(PlayedSwitch(refused), lambda client: client.payment_under_key(KEY))


def test_a_long_upload_goes_in_parts_and_its_lines_keep_their_numbers() -> None:
    lines = [BillLine("200043011", f"{number:010d}", "B1", amount="5.00") for number in range(1_500)]
    reports = [(200, {"lines": [{"line": n, "status": "added"} for n in range(1, size + 1)]}) for size in (1_000, 500)]
    switch = PlayedSwitch(*reports)
    results = ask(switch, lambda client: client.upload_bills(lines))
    assert [result["line"] for result in results] == list(range(1, 1_501))
    assert [len(orjson.loads(request.content)["lines"]) for request in switch.heard] == [1_000, 500]


def test_keys_are_fresh_and_of_the_allowed_form() -> None:
    keys = {new_key() for _ in range(100)}
    assert len(keys) == 100
    assert all(8 <= len(key) <= 64 for key in keys)


def test_nothing_said_a_client_waits_for_longer_than_a_crash_of_the_database_takes() -> None:
    patience = Patience()
    growing = (patience.first_pause_seconds * 2**tried for tried in range(patience.tries - 1))
    assert sum(0.5 * min(pause, patience.longest_pause_seconds) for pause in growing) > 5


def test_pauses_grow_up_to_a_limit_and_honour_what_was_asked() -> None:
    patience = Patience(first_pause_seconds=1, longest_pause_seconds=5)
    assert 0.5 <= patience.pause_seconds(1, None) <= 1
    assert 2.5 <= patience.pause_seconds(9, None) <= 5
    assert patience.pause_seconds(1, 3.0) == 3
    assert patience.pause_seconds(1, 3_600.0) == 5
