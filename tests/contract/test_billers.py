"""Every biller protocol keeps the same contract: only a clear, signed yes is a yes, only a clear, signed no is a no."""

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import uvloop

from adapters.registry import Adapters, open_adapters
from switch.domain.directory import Endpoint
from switch.domain.networks import THIS_MACHINE
from switch.domain.outcomes import Accepted, Outcome, Reason, Refused, Unknown
from switch.signatures import SigningKey, verify_request
from tests.contract.conftest import STRANGER, payment
from tests.contract.lines import BILLER, PROTOCOLS, SECONDS, Line, accepted
from tests.contract.played import Question, played, raw, signed


def test_every_registered_protocol_is_under_contract(adapters: Adapters) -> None:
    assert sorted(adapters.billers) == PROTOCOLS


# --- a yes and a no --------------------------------------------------------------------------------------------------


async def test_a_signed_yes_for_this_payment_is_accepted(line: Line) -> None:
    order = payment()
    async with played(line.says(accepted(order))) as biller:
        assert await line.adapter.pay(line.at(biller.url), order, answer_seconds=SECONDS) == Accepted("E-77")
    (question,) = biller.questions
    assert (question.target.method, question.target.path) == ("PUT", f"/payments/{order.payment_id}")
    assert question.document["amount"] == "81.43"
    assert question.document["business_date"] is None


async def test_the_order_is_signed_by_the_switch(line: Line) -> None:
    order = payment()
    async with played(line.says(accepted(order))) as biller:
        await line.adapter.pay(line.at(f"{biller.url}/200019/"), order, answer_seconds=SECONDS)
    (question,) = biller.questions
    headers = [(name.encode(), value.encode()) for name, value in question.headers.items()]
    keys = {"switch:main": line.keys["switch"].verifying_key()}
    verified = verify_request(question.target, headers, question.body, find_key=keys.get, now=datetime.now(UTC))
    assert verified.participant == "switch"
    assert question.target.path.startswith("/200019/payments/")


@pytest.mark.parametrize(
    ("said", "reason"),
    [("bill_already_paid", Reason.BILL_ALREADY_PAID), ("not_reached", Reason.OTHER), ("meter_on_fire", Reason.OTHER)],
)
@pytest.mark.parametrize("status", [200, 409, 422])
async def test_a_signed_no_is_refused_with_our_reason(line: Line, said: str, reason: Reason, status: int) -> None:
    order = payment()
    answer = accepted(order, outcome="refused", reason=said, response_code="R05")
    async with played(line.says(answer, status)) as biller:
        assert await line.adapter.pay(line.at(biller.url), order, answer_seconds=SECONDS) == Refused(reason, "R05")


def test_it_is_the_same_on_the_event_loop_of_production(keys: dict[str, SigningKey], tmp_path: Path) -> None:
    order = payment()

    async def pay() -> list[Outcome]:
        known = {key.keyid: key.verifying_key() for key in keys.values()}
        adapters = open_adapters(
            signer=keys["switch"],
            find_key=known.get,
            central_bank=lambda: None,
            networks=THIS_MACHINE,
            rtgs_url="http://127.0.0.1:9",
            files_directory=tmp_path,
        )
        line = Line(adapters.billers["json-1"], "json-1", keys)
        async with played(line.says(accepted(order))) as biller:
            outcomes = [await line.adapter.pay(line.at(biller.url), order, answer_seconds=SECONDS) for _ in range(3)]
        await adapters.close()
        assert biller.connections == 1
        return outcomes

    assert uvloop.run(pay()) == [Accepted("E-77")] * 3


async def test_the_same_order_again_is_the_same_question(line: Line) -> None:
    order = payment()
    async with played(line.says(accepted(order))) as biller:
        both = [await line.adapter.pay(line.at(biller.url), order, answer_seconds=SECONDS) for _ in range(2)]
    assert both == [Accepted("E-77")] * 2
    assert biller.questions[0].body == biller.questions[1].body
    assert biller.questions[0].target.path == biller.questions[1].target.path
    assert biller.connections == 1, "the connection is kept"


# --- everything else is unknown ---------------------------------------------------------------------------------------


def odd_answers() -> Iterator[tuple[str, Callable[[Question, Line, Any], bytes | None]]]:
    def said(**changes: Any) -> Callable[[Question, Line, Any], bytes]:
        status = changes.pop("status", 200)
        return lambda question, line, order: signed(question, line.keys[BILLER], accepted(order, **changes), status)

    def by(key: str) -> Callable[[Question, Line, Any], bytes]:
        return lambda question, line, order: signed(question, line.keys[key], accepted(order))

    yield "another payment", said(payment_id=str(uuid4()))
    yield "another amount", said(amount="82.43")
    yield "another currency", said(currency="USD")
    yield "an amount that is a number", said(amount=81)
    yield "an outcome that does not exist", said(outcome="maybe")
    yield "an enquiry's outcome", said(outcome="not_found")
    yield "no reference", said(biller_reference="")
    yield "a reference with a direction override", said(biller_reference="E\u202e77")
    yield "a no without a reason", said(outcome="refused")
    yield "a yes with status 500", said(status=500)
    yield "a yes with status 409", said(status=409)
    yield "a no with status 503", said(status=503, outcome="refused", reason="other")
    yield "a conflict", said(status=409, outcome="conflict")
    yield "a redirect", lambda question, line, order: raw(307, b"", {"Location": "http://127.0.0.1:9/"})
    yield "a stranger's signature", by(STRANGER)
    yield "a retired key", by("retired")
    yield "the switch's own signature", by("switch")
    yield "no signature", lambda question, line, order: raw(200, b"{}")
    yield "an unsigned no", lambda question, line, order: raw(422, b'{"outcome":"refused","reason":"other"}')
    yield "garbage", lambda question, line, order: signed(question, line.keys[BILLER], None, body=b"\xff\x00garbage")
    yield "a list", lambda question, line, order: signed(question, line.keys[BILLER], [accepted(order)])
    yield (
        "both at once",
        lambda question, line, order: signed(question, line.keys[BILLER], None, body=b'{"outcome":"accepted","outcome":"refused"}'),
    )
    yield "a huge body", lambda question, line, order: signed(question, line.keys[BILLER], None, body=b" " * (300 * 1024))
    yield "a huge head", lambda question, line, order: raw(200, b"{}", {"X-Padding": "x" * (20 * 1024)})
    yield "not HTTP", lambda question, line, order: b"SSH-2.0-OpenSSH_9.2\r\n"
    yield "nothing", lambda question, line, order: None
    yield (
        "half an answer",
        lambda question, line, order: None if question.target.path == "" else raw(200, b"{}", {"Content-Length": "10"})[:-2],
    )
    yield "a body that does not end", lambda question, line, order: b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{}"


@pytest.mark.parametrize("odd", [pytest.param(answer, id=name.replace(" ", "_")) for name, answer in odd_answers()])
async def test_an_odd_answer_is_unknown_and_was_asked(line: Line, odd: Callable[[Question, Line, Any], bytes | None]) -> None:
    order = payment()
    async with played(lambda question: odd(question, line, order)) as biller:
        outcome = await line.adapter.pay(line.at(biller.url), order, answer_seconds=1)
    assert isinstance(outcome, Unknown), outcome
    assert outcome.asked
    assert "100452371" not in outcome.why, "no customer in what is logged"
    assert len(biller.questions) == 1, "a redirect is not followed, and nothing is asked twice"


async def test_an_answer_to_another_question_is_unknown(line: Line) -> None:
    """A recorded answer, wholly right but for another request, is worth nothing."""
    order = payment()
    async with played(line.says(accepted(order))) as biller:
        await line.adapter.pay(line.at(biller.url), order, answer_seconds=SECONDS)
        recorded = signed(biller.questions[0], line.keys[BILLER], accepted(order))
        biller.play = lambda _: recorded
        outcome = await line.adapter.pay(line.at(biller.url), order, answer_seconds=SECONDS)
    assert outcome == Unknown("status 200, signature_wrong")


async def test_silence_ends_at_the_deadline_and_is_unknown(line: Line) -> None:
    order = payment()
    async with played(lambda _: b"") as biller:
        async with asyncio.timeout(5):
            outcome = await line.adapter.pay(line.at(biller.url), order, answer_seconds=1)
        assert outcome == Unknown("no answer within 1 s")
        biller.play = line.says(accepted(order))
        assert await line.adapter.pay(line.at(biller.url), order, answer_seconds=SECONDS) == Accepted("E-77")
    assert biller.connections == 2, "the silent connection is not used again: its late answer must not meet another question"


async def test_where_nobody_listens_nothing_was_asked(line: Line) -> None:
    outcome = await line.adapter.pay(line.at("http://127.0.0.1:9"), payment(), answer_seconds=SECONDS)
    assert isinstance(outcome, Unknown)
    assert not outcome.asked


async def test_where_nobody_takes_the_connection_nothing_was_asked(line: Line) -> None:
    with unanswered_connections() as url:
        outcome = await line.adapter.pay(line.at(url), payment(), answer_seconds=1)
    assert outcome == Unknown("no answer within 1 s", asked=False)


@contextmanager
def unanswered_connections() -> Iterator[str]:
    """A listener whose queue is full: the connection is neither taken nor refused."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        waiting = []
        for _ in range(4):
            one = socket.socket()
            one.setblocking(False)
            one.connect_ex(listening.getsockname())
            waiting.append(one)
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            for one in waiting:
                one.close()


async def test_a_kept_connection_that_was_closed_meanwhile_is_made_anew(line: Line) -> None:
    order = payment()
    async with played(line.says(accepted(order))) as biller:
        await line.adapter.pay(line.at(biller.url), order, answer_seconds=SECONDS)
        answers: list[bytes | None] = [None, b"again"]

        def once_cut(question: Question) -> bytes | None:
            return answers.pop(0) and signed(question, line.keys[BILLER], accepted(order))

        biller.play = once_cut
        assert await line.adapter.pay(line.at(biller.url), order, answer_seconds=SECONDS) == Accepted("E-77")
    assert biller.connections == 2
    nonces = {question.headers["signature-input"] for question in biller.questions}
    assert len(nonces) == len(biller.questions) == 3, "each is signed anew"


async def test_an_end_point_that_is_no_address_is_unknown(line: Line) -> None:
    for url in ("ftp://biller.example", "http://user@biller.example/", "http://[", "http://biller.example/a b"):
        assert isinstance(await line.adapter.pay(line.at(url), payment(), answer_seconds=1), Unknown)


async def test_a_slow_biller_takes_no_more_than_its_connections_and_none_of_another(line: Line) -> None:
    order = payment()
    full = asyncio.Event()

    def silence(_: Question) -> bytes:
        if len(biller.questions) == 64:
            full.set()
        return b""

    async with played(silence) as biller, asyncio.timeout(10):
        silent = [asyncio.create_task(line.adapter.pay(line.at(biller.url), order, answer_seconds=2)) for _ in range(100)]
        await full.wait()
        assert biller.connections == 64
        biller.play = lambda question: signed(question, line.keys[STRANGER], accepted(order))
        other = await line.adapter.pay(Endpoint(STRANGER, line.protocol, biller.url), order, answer_seconds=SECONDS)
        assert other == Accepted("E-77")
        outcomes = await asyncio.gather(*silent)
    assert {type(outcome) for outcome in outcomes} == {Unknown}
