"""Own names: what is addressed to another host, and so signed for it, is nothing to this switch, whoever has signed it."""

from collections.abc import AsyncIterator
from dataclasses import replace

import httpx2
import pytest

from switch.api.app import create_app
from switch.domain.own_names import read_names
from tests.api.line import BANK, FEE, NATIONAL_NUMBER, Line, order

PRACTICE = "http://practice.test"


@pytest.fixture
async def named(line: Line) -> AsyncIterator[Line]:
    known = replace(line, app=create_app(line.switch, names=read_names("switch.test")), _clients={})
    yield known
    await known.close()


def _to(line: Line, url: str) -> httpx2.AsyncClient:
    transport = httpx2.ASGITransport(app=line.app, raise_app_exceptions=True)
    return httpx2.AsyncClient(transport=transport, base_url=url, auth=line.signed(line.keys[BANK]))


async def test_what_is_signed_for_another_name_is_refused(named: Line) -> None:
    before = await named.books()
    async with _to(named, PRACTICE) as elsewhere:  # which checks that the refusal is signed, too
        answer = await elsewhere.post(
            "/v1/payments", json=order(FEE, NATIONAL_NUMBER, "750.00"), headers={"Idempotency-Key": "elsewhere-1"}
        )
        assert (answer.status_code, answer.json()["code"]) == (421, "host_unknown")
        assert "Host" in answer.json()["detail_ar"]
        assert (await elsewhere.get("/openapi.json")).status_code == 421
    assert await named.books() == before
    assert (await named.bank.get("/v1/position")).status_code == 200
    async with _to(named, "http://switch.test:8443") as other_port:
        assert (await other_port.get("/v1/position")).status_code == 200


async def test_whoever_watches_over_it_asks_by_address(named: Line) -> None:
    async with _to(named, "http://10.0.0.9:8080") as watching:
        assert (await watching.get("/live")).status_code == 200
        assert (await watching.get("/ready")).status_code == 200


@pytest.mark.parametrize("hosts", [[], ["switch.test", "practice.test"], ["practice.test", "switch.test"]])
async def test_no_host_or_two_are_none_of_its_names(named: Line, hosts: list[str]) -> None:
    request = httpx2.Request("GET", "http://switch.test/openapi.json")
    request.headers = httpx2.Headers([("host", host) for host in hosts])
    transport = httpx2.ASGITransport(app=named.app, raise_app_exceptions=True)
    answer = await transport.handle_async_request(request)
    await answer.aread()
    assert (answer.status_code, answer.json()["code"]) == (421, "host_unknown")
