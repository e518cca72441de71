"""Mutual TLS: whose line it is must be who signs; a revoked certificate is dead at once, on lines that are open, too."""

import os
import ssl
import subprocess
from base64 import b64encode
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import which
from typing import Any

import httpx2
import pytest

from switch.api.app import Tls, create_app, warm
from switch.api.limits import STRANGERS
from switch.certificates import server_context
from switch.cli.sandbox.place import free_ports
from switch.domain.identifiers import ParticipantCode
from switch.domain.networks import read_networks
from switch.signatures import SignedExchange, SigningKey
from tests.api.conftest import opened_line
from tests.api.line import BANK, OTHER_BANK, Line
from tests.api.served import Served, served
from tests.tls_files import TlsFiles
from tests.waiting import wait_until

PROXY = "127.0.0.1/32"


@pytest.fixture
def files(tmp_path: Path) -> TlsFiles:
    return TlsFiles.make(tmp_path / "tls", [BANK, OTHER_BANK])


@pytest.fixture
def trusted(files: TlsFiles) -> Tls:
    return Tls(files.trusted())


Opened = Callable[[Tls], Callable[[], AbstractAsyncContextManager[Line]]]


@pytest.fixture
def opened(furnished_url: str, tmp_path: Path, keys: Mapping[ParticipantCode, SigningKey]) -> Opened:
    """A switch that asks for certificates, by the machine's time."""

    def with_tls(tls: Tls) -> Callable[[], AbstractAsyncContextManager[Line]]:
        @asynccontextmanager
        async def line() -> AsyncIterator[Line]:
            async with opened_line(furnished_url, tmp_path, keys) as bare:
                bare.clock.at = datetime.now(UTC)
                app = create_app(bare.switch, tls=tls)
                await warm(app)  # as a process does before it serves
                yield replace(bare, app=app)

        return line

    return with_tls


@pytest.fixture
def secured(files: TlsFiles, trusted: Tls, opened: Opened) -> Iterator[Served]:
    with served(opened(trusted), tls=server_context(files.server_files())) as running:
        yield running


def _signed(running: Served, code: ParticipantCode | None) -> SignedExchange | None:
    line = running.line
    return None if code is None else SignedExchange(line.keys[code], {line.switch_key.keyid: line.switch_key}.get, now=line.clock.now)


def _client(running: Served, tls: ssl.SSLContext, code: ParticipantCode | None, url: str | None = None, **more: Any) -> httpx2.Client:
    return httpx2.Client(base_url=url or running.url, auth=_signed(running, code), verify=tls, timeout=20, **more)


def _code(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


# --- by itself -------------------------------------------------------------------------------------------------------


def test_a_bank_is_heard_with_its_own_certificate_only(secured: Served, files: TlsFiles) -> None:
    with _client(secured, files.of(BANK), BANK) as own, _client(secured, files.of(OTHER_BANK), BANK) as others:
        assert own.get("/v1/position").status_code == 200
        assert _code(others.get("/v1/position")) == (403, "certificate_of_another")


def test_without_a_certificate_there_is_health_and_nothing_else(secured: Served, files: TlsFiles) -> None:
    with _client(secured, files.of(None), BANK) as nobody:
        assert httpx2.get(f"{secured.url}/ready", verify=files.of(None)).status_code == 200
        assert _code(nobody.get("/v1/position")) == (401, "certificate_missing")
        # before a byte of the body is read
        assert _code(nobody.post("/v1/payments", content=b"x" * 60_000)) == (401, "certificate_missing")


def test_a_certificate_without_a_signature_is_nobody(secured: Served, files: TlsFiles) -> None:
    with _client(secured, files.of(BANK), None) as unsigned:
        assert _code(unsigned.get("/v1/position")) == (401, "signature_missing")


def test_a_certificate_of_another_authority_ends_at_the_handshake(secured: Served, files: TlsFiles, tmp_path: Path) -> None:
    other = TlsFiles.make(tmp_path / "other", [BANK])
    tls = files.of(None)
    tls.load_cert_chain(other.path(f"{BANK}.pem"), other.path(f"{BANK}.key"))
    with _client(secured, tls, BANK) as stranger, pytest.raises(httpx2.HTTPError):
        stranger.get("/v1/position")


def test_the_servers_own_certificate_is_no_clients(secured: Served, files: TlsFiles) -> None:
    with _client(secured, files.of("server"), BANK) as stranger, pytest.raises(httpx2.HTTPError):
        stranger.get("/v1/position")


def test_revoking_works_without_a_restart_on_an_open_line(secured: Served, files: TlsFiles, trusted: Tls) -> None:
    with _client(secured, files.of(BANK), BANK) as bank, _client(secured, files.of(OTHER_BANK), OTHER_BANK) as other:
        assert bank.get("/v1/position").status_code == other.get("/v1/position").status_code == 200
        files.revoke(BANK)
        trusted.trusted.refresh()
        assert _code(bank.get("/v1/position")) == (401, "certificate_revoked")
        assert other.get("/v1/position").status_code == 200
        files.keep(BANK, files.authority.client(BANK, datetime.now(UTC)))
        with _client(secured, files.of(BANK), BANK) as renewed:
            assert renewed.get("/v1/position").status_code == 200


def test_a_certificate_that_ends_is_dead_on_an_open_line(secured: Served, files: TlsFiles) -> None:
    with _client(secured, files.of(BANK), BANK) as bank:
        assert bank.get("/v1/position").status_code == 200
        secured.line.clock.at += timedelta(days=398)
        assert _code(bank.get("/v1/position")) == (401, "certificate_untrusted")


def test_a_list_that_is_overdue_refuses_on_an_open_line(secured: Served, files: TlsFiles, trusted: Tls) -> None:
    with _client(secured, files.of(BANK), BANK) as bank:
        secured.line.clock.at += timedelta(days=29)
        assert bank.get("/v1/position").status_code == 200
        secured.line.clock.at += timedelta(days=2)
        answers = [bank.get("/v1/position") for _ in range(STRANGERS.burst + 2)]  # whoever comes then does not pay for it
        assert {_code(answer) for answer in answers} == {(503, "certificate_unchecked")}
        assert int(answers[0].headers["retry-after"]) > 0
        files.revoke(OTHER_BANK, now=secured.line.clock.at)
        trusted.trusted.refresh()
        assert bank.get("/v1/position").status_code == 200


def test_over_tls_browsers_are_told_to_stay_there(secured: Served, files: TlsFiles) -> None:
    with _client(secured, files.of(None), None) as stranger:
        for path in ("/live", "/docs", "/v1/position", "/nothing"):
            assert stranger.get(path).headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"


@pytest.mark.parametrize("most", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
def test_old_versions_of_tls_are_refused(secured: Served, files: TlsFiles, most: ssl.TLSVersion) -> None:
    tls = files.of(BANK)
    tls.minimum_version = tls.maximum_version = most
    tls.set_ciphers("ALL:@SECLEVEL=0")
    with _client(secured, tls, BANK) as old, pytest.raises(httpx2.ConnectError):
        old.get("/v1/position")


def test_ciphers_without_forward_secrecy_are_refused(secured: Served, files: TlsFiles) -> None:
    tls = files.of(BANK)
    tls.maximum_version = ssl.TLSVersion.TLSv1_2
    tls.set_ciphers("AES128-SHA:AES256-GCM-SHA384")
    with _client(secured, tls, BANK) as old, pytest.raises(httpx2.ConnectError):
        old.get("/v1/position")


# --- behind a proxy --------------------------------------------------------------------------------------------------


def _field(files: TlsFiles, name: str) -> str:
    return ":" + b64encode(files.der(name)).decode() + ":"


@pytest.fixture
def behind(files: TlsFiles, opened: Opened) -> Iterator[Served]:
    with served(opened(Tls(files.trusted(), read_networks(PROXY)))) as running:
        yield running


def test_a_proxys_word_is_believed(behind: Served, files: TlsFiles) -> None:
    for name, expected in ((BANK, (200, None)), (OTHER_BANK, (403, "certificate_of_another")), ("server", (401, "certificate_untrusted"))):
        with _client(behind, files.of(None), BANK, headers={"Client-Cert": _field(files, name)}) as bank:
            answer = bank.get("/v1/position")
            assert (answer.status_code, answer.json().get("code")) == expected


@pytest.mark.parametrize("said", ["", "AAAA", ":AAAA", ":====:", ":QUFB:", "twice"])
def test_what_is_no_certificate_is_refused(behind: Served, files: TlsFiles, said: str) -> None:
    fields = [("Client-Cert", _field(files, BANK))] * 2 if said == "twice" else [("Client-Cert", said)]
    with _client(behind, files.of(None), BANK, headers=fields) as bank:
        assert _code(bank.get("/v1/position")) == (401, "certificate_malformed")


def test_nobody_but_a_proxy_is_believed(files: TlsFiles, opened: Opened) -> None:
    elsewhere = Tls(files.trusted(), read_networks("192.0.2.0/24"))
    with served(opened(elsewhere)) as running, _client(running, files.of(None), BANK, headers={"Client-Cert": _field(files, BANK)}) as bank:
        assert _code(bank.get("/v1/position")) == (401, "certificate_missing")


def test_a_proxys_strangers_are_told_apart_and_its_banks_not_shut_out_with_them(behind: Served, files: TlsFiles) -> None:
    with httpx2.Client(base_url=behind.url) as line:
        codes = {
            line.get(
                "/v1/position", headers={"X-Forwarded-For": "198.51.100.7", "Signature-Input": f'sig1=();keyid="{BANK}:main"'}
            ).status_code
            for _ in range(STRANGERS.burst + 2)
        }
    assert codes == {401, 429}
    with _client(behind, files.of(None), BANK, headers={"Client-Cert": _field(files, BANK), "X-Forwarded-For": "203.0.113.9"}) as bank:
        assert bank.get("/v1/position").status_code == 200


# --- the configurations of deploy/ -----------------------------------------------------------------------------------


@contextmanager
def _proxy(name: str, files: TlsFiles, port: int, to: int, root: Path) -> Iterator[str]:
    """nginx or HAProxy with the file that we ship, in which only paths and ports are changed."""
    program = which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if program is None:
        pytest.skip(f"{name} is not installed; .ci/run installs it where it may")
    place = files.folder
    shipped = (root / "deploy" / {"nginx": "nginx.conf", "haproxy": "haproxy.cfg"}[name]).read_text()
    changed = shipped.replace("/etc/switch/tls", str(place)).replace("/var/cache/nginx", str(place))
    changed = changed.replace("127.0.0.1:8080", f"127.0.0.1:{to}").replace("listen 443", f"listen 127.0.0.1:{port}")
    changed = changed.replace("bind :443", f"bind 127.0.0.1:{port}")
    config = files.path(name)
    config.write_text(changed)
    more = f"daemon off; pid {place}/nginx.pid; error_log {place}/nginx.log;" + (" user root;" if os.geteuid() == 0 else "")
    words = ["-c", config, "-p", place, "-e", place / "nginx.log", "-g", more] if name == "nginx" else ["-db", "-f", config]
    with (place / f"{name}.out").open("wb") as out:
        process = subprocess.Popen([program, *map(str, words)], stdout=out, stderr=out)
    url = f"https://127.0.0.1:{port}"
    try:
        wait_until(lambda: process.poll() is not None or _answers(url, files), deadline_seconds=30)
        assert process.poll() is None, (place / f"{name}.out").read_text()
        yield url
    finally:
        process.terminate()
        process.wait(20)


def _answers(url: str, files: TlsFiles) -> bool:
    try:
        return httpx2.get(f"{url}/live", verify=files.of(None)).status_code == 200
    except httpx2.HTTPError:
        return False


@pytest.mark.parametrize("name", ["nginx", "haproxy"])
def test_the_shipped_configuration_of_a_proxy_works(name: str, files: TlsFiles, behind: Served, project_root: Path, tmp_path: Path) -> None:
    (port,) = free_ports(1)
    with _proxy(name, files, port, int(behind.url.rpartition(":")[2]), project_root) as url:
        with _client(behind, files.of(BANK), BANK, url) as bank:
            assert bank.get("/v1/position").status_code == 200
            assert bank.get("/v1/payments", params={"bank_reference": "FT/1 é ?&"}).status_code == 200
        with _client(behind, files.of(OTHER_BANK), BANK, url) as others:
            assert _code(others.get("/v1/position")) == (403, "certificate_of_another")
        with _client(behind, files.of(None), BANK, url, headers={"Client-Cert": _field(files, BANK)}) as forging:
            assert _code(forging.get("/v1/position")) == (401, "certificate_missing")
        with _client(behind, files.of(OTHER_BANK), BANK, url, headers={"Client-Cert": _field(files, BANK)}) as forging:
            assert _code(forging.get("/v1/position")) == (403, "certificate_of_another")
        stranger = files.of(None)
        other = TlsFiles.make(tmp_path / "other", [BANK])
        stranger.load_cert_chain(other.path(f"{BANK}.pem"), other.path(f"{BANK}.key"))
        with httpx2.Client(base_url=url, verify=stranger) as unknown:
            if name == "nginx":
                assert unknown.get("/v1/position").status_code == 400  # it says so itself
            else:
                with pytest.raises(httpx2.HTTPError):
                    unknown.get("/v1/position")
