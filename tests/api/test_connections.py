"""Connections on a real socket: who is slow, silent, deaf, long-winded or many is put down; nobody else notices."""

import json
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from switch.api import connections
from switch.domain.identifiers import ParticipantCode
from switch.signatures import SigningKey
from tests.api.conftest import opened_line
from tests.api.served import Served, served

MOST = 20
LIVE = b"GET /live HTTP/1.1\r\nhost: switch.test\r\n\r\n"
PATIENCE_SECONDS = 10


@pytest.fixture
def server(
    furnished_url: str, tmp_path: Path, keys: Mapping[ParticipantCode, SigningKey], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Served]:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.4)
    monkeypatch.setattr(connections, "UNREAD_SECONDS", 0.4)
    with served(lambda: opened_line(furnished_url, tmp_path, keys), most_connections=MOST) as found:
        yield found


def _connected(server: Served) -> socket.socket:
    at = urlsplit(server.url)
    assert at.port is not None
    return socket.create_connection((at.hostname, at.port), timeout=PATIENCE_SECONDS)


def _ask(line: socket.socket) -> bytes:
    """The whole of a short answer."""
    line.sendall(LIVE)
    heard = b""
    while not heard.endswith(b"}"):
        piece = line.recv(65_536)
        assert piece, heard
        heard += piece
    return heard


def _ended(line: socket.socket, within_seconds: float = PATIENCE_SECONDS) -> bool:
    line.settimeout(within_seconds)
    try:
        return line.recv(65_536) == b""
    except ConnectionResetError:
        return True
    except TimeoutError:
        return False


def test_who_says_nothing_is_not_waited_for(server: Served) -> None:
    with closing(_connected(server)) as line:
        assert _ended(line)


def test_who_dribbles_a_head_is_not_waited_for(server: Served) -> None:
    with closing(_connected(server)) as line:
        began = time.monotonic()
        line.sendall(b"GET /live HTTP/1.1\r\n")
        while not _ended(line, within_seconds=0.05):
            assert time.monotonic() - began < PATIENCE_SECONDS / 2
            line.sendall(b"x-more: 1\r\n")


def test_a_kept_connection_may_rest_and_its_next_head_must_be_whole_in_time(server: Served) -> None:
    with closing(_connected(server)) as line:
        assert _ask(line).startswith(b"HTTP/1.1 200")
        assert not _ended(line, within_seconds=0.8), "resting is no offence"
        assert _ask(line).startswith(b"HTTP/1.1 200")
        line.sendall(LIVE[:20])
        assert _ended(line)


@pytest.mark.parametrize("end", [b"", b"\r\n\r\n"])
def test_a_head_has_an_end(server: Served, end: bytes) -> None:
    with closing(_connected(server)) as line:
        line.sendall(b"GET /live HTTP/1.1\r\nx-long: " + b"a" * (connections.HEAD_BYTES + 1) + end)
        assert _refused(line) == (431, "head_too_large")


@pytest.mark.parametrize(
    "message",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"FOO /live HTTP/1.1\r\nhost: a\r\n\r\n",
        b"GET /live HTTP/1.1\r\nhost: a\r\nx: a\x00b\r\n\r\n",
        b"POST /v1/payments HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n{}",
        b"POST /v1/payments HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n-2\r\n{}\r\n0\r\n\r\n",
        b"POST /v1/payments HTTP/1.1\r\nhost: a\r\ntransfer-encoding: gzip, chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        b"GET http://other.test/live HTTP/1.1\r\nhost: switch.test\r\n\r\n",
        b"GET http://me@switch.test/live HTTP/1.1\r\nhost: switch.test\r\n\r\n",
        b"GET ftp://switch.test/live HTTP/1.1\r\nhost: switch.test\r\n\r\n",
        b"GET http://switch.test/live HTTP/1.1\r\n\r\n",
        b"GET /live#other HTTP/1.1\r\nhost: switch.test\r\n\r\n",
        b"CONNECT switch.test:443 HTTP/1.1\r\nhost: switch.test:443\r\n\r\n",
    ],
)
def test_what_is_no_message_of_http_is_refused_in_both_languages(server: Served, message: bytes) -> None:
    with closing(_connected(server)) as line:
        line.sendall(message)
        assert _refused(line) == (400, "http_malformed")


def test_a_target_may_name_us_whole(server: Served) -> None:
    with closing(_connected(server)) as line:
        line.sendall(LIVE.replace(b"/live", b"HTTP://Switch.Test/live"))
        assert line.recv(65_536).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("parts", [1, 2], ids=["at once", "head and body apart"])
def test_a_body_is_no_request_whatever_protocol_is_offered(server: Served, parts: int) -> None:
    """As Java's own client offers HTTP/2. To a proxy all of this is one request."""
    body = json.dumps({"name": "nobody", "password": "not a password of ours", "code": "123456"}).encode()
    head = b"POST /v1/staff/sessions HTTP/1.1\r\nhost: switch.test\r\nconnection: Upgrade\r\nupgrade: h2c\r\n"
    head += b"content-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(body)
    with closing(_connected(server)) as line:
        for piece in [head + body] if parts == 1 else [head, body]:
            line.sendall(piece)
            time.sleep(0.05)
        assert b'"code":"sign_in_refused"' in line.recv(65_536), "the routes were given the whole body"
        assert _ask(line).startswith(b"HTTP/1.1 200")


def test_an_offer_of_another_protocol_is_not_heard(server: Served) -> None:
    offer = b"connection: Upgrade\r\nupgrade: websocket\r\n\r\n"
    with closing(_connected(server)) as line:
        line.sendall((LIVE[:-2] + offer) * 3)
        heard = b""
        while heard.count(b'{"status":"live"}') < 3:
            heard += line.recv(65_536)
    assert heard.count(b"HTTP/1.1 200") == 3


def test_nobody_takes_a_refusal_for_the_answer_to_the_request_before_it(server: Served) -> None:
    with closing(_connected(server)) as line:
        line.sendall(LIVE + b"\x00\r\n\r\n")
        heard = line.recv(65_536)
        assert heard == b"" or heard.startswith(b"HTTP/1.1 200"), heard


def _refused(line: socket.socket) -> tuple[int, str]:
    """The status and the code of an unsigned refusal, after which the line is closed."""
    heard = b""
    while piece := line.recv(65_536):
        heard += piece
    head, _, body = heard.partition(b"\r\n\r\n")
    assert b"content-type: application/problem+json" in head
    problem = json.loads(body)
    assert problem["title_ar"]
    assert problem["detail_ar"]
    return int(head.split()[1]), problem["code"]


def test_who_does_not_read_is_put_down(server: Served) -> None:
    at = urlsplit(server.url)
    with closing(socket.socket()) as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        line.settimeout(PATIENCE_SECONDS)
        line.connect((at.hostname, at.port))
        with pytest.raises((ConnectionResetError, BrokenPipeError)):
            _ask_without_end(line)


def _ask_without_end(line: socket.socket) -> None:
    """Raises TimeoutError where nobody puts us down."""
    while True:
        line.sendall(b"GET /openapi.json HTTP/1.1\r\nhost: switch.test\r\n\r\n" * 20)


def test_for_one_more_the_longest_resting_makes_room(server: Served) -> None:
    resting: list[socket.socket] = []
    try:
        for _ in range(MOST):
            resting.append(_connected(server))
            assert _ask(resting[-1]).startswith(b"HTTP/1.1 200")
        _ask(resting[0])
        with closing(_connected(server)) as new:
            assert _ask(new).startswith(b"HTTP/1.1 200")
            assert _ended(resting[1])
            assert _ask(resting[0]).startswith(b"HTTP/1.1 200"), "it was not the one that rested for longest"
    finally:
        for line in resting:
            line.close()


def test_an_answer_to_no_request_has_the_same_fields(server: Served) -> None:
    for said in (b"GET /live HTTP/1.1\r\nx-long: " + b"a" * (connections.HEAD_BYTES + 1), b"\x16\x03\x01\x02\x00\x01\r\n\r\n"):
        with closing(_connected(server)) as line:
            line.sendall(said)
            answer = line.recv(65_536)
        assert answer.startswith((b"HTTP/1.1 431 ", b"HTTP/1.1 400 "))
        for field in (b"content-security-policy: default-src 'none'", b"x-content-type-options: nosniff", b"cache-control: no-store"):
            assert field in answer
