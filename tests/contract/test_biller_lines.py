"""The line to a biller: TLS that is checked before a byte is sent, orders that are given up, many at once."""

import asyncio
import socket
import ssl
from dataclasses import replace
from pathlib import Path

import pytest
import trustme

from adapters.billers.json_http import JsonBiller
from adapters.transports.connections import Connections
from adapters.transports.guarded import GuardedHosts
from switch.domain.networks import PUBLIC, THIS_MACHINE, AllowedNetworks, read_networks
from switch.domain.outcomes import Accepted, Unknown
from tests.contract.conftest import payment
from tests.contract.lines import SECONDS, Line, accepted
from tests.contract.played import Question, played


@pytest.fixture
def authority(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> trustme.CA:
    """Trusted by this machine for as long as the test lasts."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    return authority


def server_side(authority: trustme.CA, host: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(host).configure_cert(context)
    return context


async def test_an_order_travels_over_tls(line: Line, authority: trustme.CA) -> None:
    order = payment()
    async with played(line.says(accepted(order)), server_side(authority, "127.0.0.1")) as biller:
        assert biller.url.startswith("https://")
        assert await line.adapter.pay(line.at(biller.url), order, answer_seconds=SECONDS) == Accepted("E-77")


@pytest.mark.parametrize("stranger", [True, False], ids=["unknown authority", "another host"])
async def test_without_a_good_certificate_nothing_is_sent(line: Line, authority: trustme.CA, *, stranger: bool) -> None:
    order = payment()
    tls = server_side(trustme.CA(), "127.0.0.1") if stranger else server_side(authority, "elsewhere.example")
    async with played(line.says(accepted(order)), tls) as biller:
        outcome = await line.adapter.pay(line.at(biller.url), order, answer_seconds=SECONDS)
    assert outcome == Unknown("no connection: SSLCertVerificationError", asked=False)
    assert biller.questions == []


async def test_an_order_that_is_given_up_leaves_no_line_behind(line: Line) -> None:
    """A bank hangs up: its task is cancelled. The late answer must not meet the next question."""
    order, arrived = payment(), asyncio.Event()

    def silence(_: Question) -> bytes:
        arrived.set()
        return b""

    async with played(silence) as biller:
        task = asyncio.create_task(line.adapter.pay(line.at(biller.url), order, answer_seconds=SECONDS))
        await arrived.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        biller.play = line.says(accepted(order))
        assert await line.adapter.pay(line.at(biller.url), order, answer_seconds=SECONDS) == Accepted("E-77")
    assert biller.connections == 2


async def test_many_orders_at_once_each_get_their_own_answer(line: Line) -> None:
    orders = [payment(f"{100 + number}.00") for number in range(300)]
    by_id = {str(order.payment_id): order for order in orders}

    def own_answer(question: Question) -> bytes | None:
        order = by_id[question.document["payment_id"]]
        return line.says(accepted(order, biller_reference=order.request.amount.text()))(question)

    async with played(own_answer) as biller:
        outcomes = await asyncio.gather(*(line.adapter.pay(line.at(biller.url), order, answer_seconds=SECONDS) for order in orders))
    assert outcomes == [Accepted(order.request.amount.text()) for order in orders]
    assert biller.connections <= 64


async def test_what_was_said_is_kept_with_the_outcome_word_for_word(line: Line) -> None:
    order = payment()
    async with played(line.says(accepted(order))) as biller:
        outcome = await line.adapter.pay(line.at(biller.url), order, answer_seconds=SECONDS)
    (kept,) = outcome.heard
    assert kept.what == "pay"
    assert kept.question.startswith(f"PUT /payments/{order.payment_id} HTTP/1.1\r\n".encode())
    assert kept.question.endswith(biller.questions[0].body)
    assert kept.answer.startswith(b"HTTP/1.1 200\r\n")
    assert b'"biller_reference"' in kept.answer.partition(b"\r\n\r\n")[2]
    assert b"signature-input" in kept.answer.lower()
    assert kept.answered_at is not None
    assert kept.answered_at >= kept.asked_at


async def test_silence_is_kept_as_silence_and_who_was_never_asked_said_nothing(line: Line) -> None:
    order = payment()

    async with played(lambda _: None) as biller:
        outcome = await line.adapter.pay(line.at(biller.url), order, answer_seconds=SECONDS)
        url = biller.url
    (kept,) = outcome.heard
    assert isinstance(outcome, Unknown)
    assert (kept.answer, kept.answered_at, kept.fault) == (b"", None, outcome.why)
    never = await line.adapter.pay(line.at(url), order, answer_seconds=SECONDS)  # nobody is there any more
    assert (isinstance(never, Unknown) and never.asked, never.heard) == (False, ())


async def test_a_biller_that_asks_for_a_certificate_is_shown_ours(line: Line, authority: trustme.CA, tmp_path: Path) -> None:
    ours = authority.issue_cert("switch.example")
    certificate, key = tmp_path / "ours.pem", tmp_path / "ours.key"
    ours.cert_chain_pems[0].write_to_path(certificate)
    ours.private_key_pem.write_to_path(key)
    asking = server_side(authority, "127.0.0.1")
    authority.configure_trust(asking)
    asking.verify_mode = ssl.CERT_REQUIRED
    order = payment()
    async with played(line.says(accepted(order)), asking) as biller:
        assert isinstance(line.adapter, JsonBiller)
        assert isinstance(await line.adapter.pay(line.at(biller.url), order, answer_seconds=SECONDS), Unknown)
        shown = replace(line.adapter.calls, connections=Connections(GuardedHosts(THIS_MACHINE), shows=(certificate, key)))
        assert await JsonBiller(shown).pay(line.at(biller.url), order, answer_seconds=SECONDS) == Accepted("E-77")
        shown.connections.close()


async def test_a_biller_off_the_allowed_networks_is_not_called(line: Line) -> None:
    order = payment()
    async with played(line.says(accepted(order))) as biller:
        for networks in (PUBLIC, read_networks("10.20.0.0/16")):
            outside = over(line, networks)
            for url in (biller.url, biller.url.replace("127.0.0.1", "localhost"), biller.url.replace("http", "https")):
                outcome = await outside.pay(line.at(url), order, answer_seconds=SECONDS)
                assert outcome == Unknown("not on an allowed network: 127.0.0.1", asked=False)
            outside.calls.connections.close()
        assert biller.connections == 0


async def test_a_name_that_resolves_to_elsewhere_the_next_time_leads_nowhere_else(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was checked is what is connected to; a name with one forbidden address among its own is not called at all."""
    order, resolved = payment(), iter([["127.0.0.1"], ["127.0.0.1", "169.254.169.254"], ["10.0.0.1"]])

    def resolve(_host: str, port: int, **_: object) -> list[object]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, port)) for host in next(resolved)]

    async with played(line.says(accepted(order))) as biller:
        monkeypatch.setattr(socket, "getaddrinfo", resolve)
        at = line.at(biller.url.replace("127.0.0.1", "biller.example"))
        assert await line.adapter.pay(at, order, answer_seconds=SECONDS) == Accepted("E-77")
        await biller.hang_up()
        for name in ("biller.example", "127.0.0.1%biller.example"):
            at = line.at(biller.url.replace("127.0.0.1", name))
            assert isinstance(await line.adapter.pay(at, order, answer_seconds=SECONDS), Unknown)
        assert biller.connections == 1


def over(line: Line, networks: AllowedNetworks) -> JsonBiller:
    assert isinstance(line.adapter, JsonBiller)
    return JsonBiller(replace(line.adapter.calls, connections=Connections(GuardedHosts(networks))))
