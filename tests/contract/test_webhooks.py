"""The sender of webhooks on real sockets: whom it calls, what it takes for an answer, and for how long it waits."""

import asyncio
import socket
import ssl
import threading
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import UUID

import pytest
import trustme
from standardwebhooks import Webhook

from adapters.transports.guarded import GuardedHosts
from adapters.webhooks.standard import StandardWebhooks
from switch.domain.identifiers import EventId
from switch.domain.networks import PUBLIC, THIS_MACHINE
from switch.domain.webhooks import WebhookAnswer, WebhookMessage, new_secret
from tests.contract.played import Question, played, raw

SECONDS = 5
EVENT = EventId(UUID("019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071"))


def message(*secrets: str) -> WebhookMessage:
    return WebhookMessage(EVENT, datetime.now(UTC), '{"type":"webhook.test","name":"اختبار"}'.encode(), secrets or (new_secret(),))


@pytest.fixture
async def sender() -> AsyncIterator[StandardWebhooks]:
    opened = StandardWebhooks.over(GuardedHosts(THIS_MACHINE))
    yield opened
    opened.close()


def taken(_: Question) -> bytes:
    return raw(204, b"")


async def test_what_is_sent_is_verified_by_the_reference_reader_under_each_secret(sender: StandardWebhooks) -> None:
    secrets = new_secret(), new_secret()
    async with played(taken) as bank:
        assert (await sender.send(f"{bank.url}/a/b", message(*secrets), answer_seconds=SECONDS)).taken
        (question,) = bank.questions
        assert question.headers["webhook-id"] == str(EVENT)
        for secret in secrets:
            assert Webhook(secret).verify(question.body, question.headers)["name"] == "اختبار"


@pytest.mark.parametrize("status", [199, 301, 302, 307, 400, 404, 410, 429, 500, 503])
async def test_only_2xx_is_taken_and_no_redirect_is_followed(sender: StandardWebhooks, status: int) -> None:
    async with played(taken) as elsewhere, played(lambda _: raw(status, b"", {"Location": elsewhere.url})) as bank:
        answer = await sender.send(bank.url, message(), answer_seconds=SECONDS)
        assert not answer.taken
        assert answer.gone == (status == 410)
        assert elsewhere.questions == []


async def test_silence_garbage_floods_and_cuts_are_no_answer(sender: StandardWebhooks) -> None:
    said: bytes | None = None
    async with played(lambda _: said) as bank:
        for one in (b"\x00\xff" * 100, raw(200, b"x" * 1024 * 1024), None, b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 10_000):
            said = one
            assert not (await sender.send(bank.url, message(), answer_seconds=SECONDS)).taken
    async with played(lambda _: b"HTTP/1.1 200 OK\r\n") as bank:
        began = asyncio.get_running_loop().time()
        assert await sender.send(bank.url, message(), answer_seconds=1) == WebhookAnswer(None, "no answer within 1 s")
        assert asyncio.get_running_loop().time() - began < SECONDS


async def test_a_kept_connection_that_was_closed_meanwhile_is_no_failure(sender: StandardWebhooks) -> None:
    async with played(taken) as bank:
        assert (await sender.send(bank.url, message(), answer_seconds=SECONDS)).taken
        await bank.hang_up()
        assert (await sender.send(bank.url, message(), answer_seconds=SECONDS)).taken


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_an_address_that_is_not_allowed_is_never_connected_to_whatever_its_name(host: str) -> None:
    closed = StandardWebhooks.over(GuardedHosts(PUBLIC))
    async with played(taken) as bank:
        url = bank.url.replace("127.0.0.1", host)
        for scheme in ("http", "https"):
            answer = await closed.send(url.replace("http", scheme), message(), answer_seconds=SECONDS)
            assert answer.status is None
            assert "not on an allowed network" in answer.said
        assert bank.connections == 0
    closed.close()


async def test_a_name_server_that_hangs_is_asked_once_and_waited_for_no_longer_than_for_an_answer(
    sender: StandardWebhooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    let_go = threading.Event()

    def hang(host: str, *_: object, **__: object) -> list[object]:
        asked.append(host)
        let_go.wait(SECONDS * 10)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    try:
        answers = await asyncio.gather(*(sender.send("https://bank.invalid/", message(), answer_seconds=1) for _ in range(8)))
        assert {answer.said for answer in answers} == {"no answer within 1 s"}
        assert asked == ["bank.invalid"]
    finally:
        let_go.set()


@pytest.mark.parametrize("url", ["http://[", "gopher://x/", "http://127.0.0.1/a b", "https://does-not-exist.invalid/"])
async def test_what_cannot_be_called_is_no_fault_of_ours(sender: StandardWebhooks, url: str) -> None:
    assert (await sender.send(url, message(), answer_seconds=SECONDS)).status is None


async def test_a_certificate_is_looked_at_and_must_be_for_the_name(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    authority = trustme.CA()
    trusted = f"{tmp_path}/authority.pem"
    authority.cert_pem.write_to_path(trusted)
    monkeypatch.setenv("SSL_CERT_FILE", trusted)
    sender = StandardWebhooks.over(GuardedHosts(THIS_MACHINE))
    for name, good in (("localhost", True), ("bank.example", False)):
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(name).configure_cert(tls)
        async with played(taken, tls) as bank:
            answer = await sender.send(bank.url.replace("127.0.0.1", "localhost"), message(), answer_seconds=SECONDS)
            assert answer.taken == good
    sender.close()
