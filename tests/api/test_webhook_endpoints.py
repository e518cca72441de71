"""Webhook end points: registered at addresses that may be called, seen by their own bank alone, removed for good."""

import orjson
import pytest

from tests.api.line import BANK, BILLER, FEE, NATIONAL_NUMBER, OTHER_BANK, Line, order
from tests.hooks import ADDRESS, hooked, pay_fee


async def test_nobody_sees_or_touches_anothers_end_point(line: Line) -> None:
    async with hooked(line) as hook:
        paid = await pay_fee(line, "key-webhook-1")
        await line.pay(order(FEE, NATIONAL_NUMBER, "750.00"), "key-of-the-other", OTHER_BANK)
        await hook.tell()
        assert [event["payment"]["payment_id"] for event in hook.heard] == [paid["payment_id"]]
        event_id = hook.heard[0]["event_id"]
        other = line.of(OTHER_BANK)
        assert (await other.get(ADDRESS)).json()["items"] == []
        for method, path in (
            ("GET", ""), ("DELETE", ""), ("POST", "/secret"), ("POST", "/test"), ("GET", "/deliveries"), ("POST", "/replay"),
            ("POST", f"/deliveries/{event_id}/replay"),
        ):  # fmt: skip
            answers = [
                (await other.request(method, f"{ADDRESS}/{endpoint_id}{path}")).json() | {"request_id": ""}
                for endpoint_id in (hook.endpoint_id, "019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071", "nonsense")
            ]
            assert answers[0]["code"] == "webhook_endpoint_unknown", (method, path)
            assert answers[0] == answers[1] == answers[2]
        assert (await line.of(BILLER).get(ADDRESS)).json()["code"] == "not_allowed"
        assert (await line.bank.get(f"{ADDRESS}/{hook.endpoint_id}")).json()["status"] == "active"


async def test_a_removed_end_point_is_told_nothing_and_costs_nothing(line: Line) -> None:
    async with hooked(line) as hook:
        await pay_fee(line, "key-webhook-1")
        removed = await line.bank.delete(f"{ADDRESS}/{hook.endpoint_id}")
        assert (removed.status_code, removed.content) == (204, b"")
        await pay_fee(line, "key-webhook-2")
        assert await hook.tell() == 0
        assert hook.heard == []
        assert [tuple(row) for row in await line.query("SELECT parked_at IS NOT NULL FROM webhook_delivery")] == [(True,)]
        assert await line.query("SELECT 1 FROM webhook_secret") == []
        assert (await line.bank.delete(f"{ADDRESS}/{hook.endpoint_id}")).json()["code"] == "webhook_endpoint_unknown"
        assert (await line.bank.post(ADDRESS, json={"url": f"{hook.server.url}/events"})).status_code == 201
        assert (await line.switch.verification()).findings == ()


@pytest.mark.parametrize(
    "url",
    [
        "ftp://bank.example/", "http://bank.example/", "https://", "https://user@bank.example/", "https://bank.example/a?b", "bank",
        "https://bank.example/a%20b", "https://bank.example:99999/", "https://10.0.0.1/", "https://169.254.169.254/latest", "https://[fe80::1]/",
        "https://[::ffff:10.0.0.1]/", "https://192.168.1.1/", "https://0.0.0.0/", "https://[2002:7f00:1::]/", "http://10.0.0.1/",
        "https://bank.example/\u0001", "https://مصرف.مثال/", "https://bank.example/" + "a" * 300, "",
    ],
)  # fmt: skip
async def test_an_address_that_is_not_to_be_called_is_refused_by_name(line: Line, url: str) -> None:
    answer = await line.bank.post(ADDRESS, json={"url": url})
    assert answer.status_code == 422, answer.text
    assert answer.json()["code"] in ("webhook_url_refused", "field_invalid", "text_forbidden")
    assert (await line.bank.get(ADDRESS)).json()["items"] == []


async def test_an_address_is_registered_once_and_a_bank_has_few(line: Line) -> None:
    first = await line.bank.post(ADDRESS, json={"url": "https://bank.example/0"})
    again = await line.bank.post(ADDRESS, json={"url": "https://bank.example/0"})
    assert (again.status_code, again.json()["code"]) == (409, "webhook_url_taken")
    assert first.json()["endpoint"]["endpoint_id"] in again.json()["detail"]
    for number in range(1, 5):
        assert (await line.bank.post(ADDRESS, json={"url": f"https://bank.example/{number}"})).status_code == 201
    assert (await line.bank.post(ADDRESS, json={"url": "https://bank.example/5"})).json()["code"] == "webhook_endpoints_too_many"
    assert (await line.of(OTHER_BANK).post(ADDRESS, json={"url": "https://bank.example/0"})).status_code == 201


async def test_deliveries_are_paged_newest_first(line: Line) -> None:
    async with hooked(line) as hook:
        for number in range(5):
            line.clock.move(1)
            await pay_fee(line, f"key-webhook-{number}")
        seen: list[str] = []
        wanted: dict[str, str] = {"limit": "2"}
        while True:
            page = (await line.bank.get(f"{ADDRESS}/{hook.endpoint_id}/deliveries", params=wanted)).json()
            seen += [one["event_id"] for one in page["items"]]
            if page["next_cursor"] is None:
                break
            wanted["cursor"] = page["next_cursor"]
        assert seen == sorted(set(seen), reverse=True)
        assert len(seen) == 5
        assert (
            orjson.loads((await line.bank.get(f"{ADDRESS}/{hook.endpoint_id}/deliveries?cursor=x")).content)["code"] == "cursor_malformed"
        )
        assert BANK not in str(await hook.deliveries())
