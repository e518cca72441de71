"""A bank hands in many payments together over the API; every line gets its own answer."""

from typing import Any

import httpx2

from tests.api.line import FEE, NATIONAL_NUMBER, Line, order
from tests.batches import BANK, bill_lines, put_bills, reference, request


def fee_line(key: str, amount: str = "750.00", **more: Any) -> dict[str, Any]:
    return order(FEE, NATIONAL_NUMBER, amount, idempotency_key=key, **more)


async def hand_in(line: Line, reference: str, lines: list[Any]) -> httpx2.Response:
    answer = await line.bank.post("/v1/payment-batches", json={"batch_reference": reference, "lines": lines})
    await line.switch.pay_batches.settled()
    return answer


async def answers(line: Line, address: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    query = {"limit": "2"}
    while True:
        page = (await line.bank.get(f"{address}/lines", params=query)).json()
        found += page["items"]
        if page["next_cursor"] is None:
            return found
        query["cursor"] = page["next_cursor"]


async def test_each_line_is_a_payment_with_its_own_answer(line: Line) -> None:
    lines = [fee_line("batch-key-1"), fee_line("batch-key-2", "751.00"), {"idempotency_key": "batch-key-3"}, fee_line("batch-key-4")]

    taken = await hand_in(line, "B-1", lines)

    assert taken.status_code == 202, taken.text
    address = taken.headers["location"]
    progress = (await line.bank.get(address)).json()
    assert progress["done"]
    assert progress["counts"] == dict.fromkeys(("waiting", "reserved", "in_doubt", "rejected", "reversed"), 0) | {
        "completed": 2,
        "refused": 2,
    }
    found = await answers(line, address)
    assert [one["line"] for one in found] == [1, 2, 3, 4]
    assert [one["state"] for one in found] == ["COMPLETED", "REFUSED", "REFUSED", "COMPLETED"]
    assert [one["refused"] and one["refused"]["code"] for one in found] == [None, "amount_not_allowed", "field_missing", None]
    assert found[0]["payment"]["idempotency_key"] == "batch-key-1"
    again = await line.pay(order(FEE, NATIONAL_NUMBER, "750.00"), "batch-key-1")
    assert again.json()["payment_id"] == found[0]["payment"]["payment_id"]
    assert again.headers["idempotent-replayed"] == "true"


async def test_a_batch_that_is_under_way_is_counted_once_a_second_and_one_that_is_done_each_time(line: Line) -> None:
    await put_bills(line.switch, 2)
    submitted = await line.switch.submit_batch(BANK, "B-1", b"lines", bill_lines(2))
    address = f"/v1/payment-batches/{submitted.batch.batch_id}"

    async def waiting() -> int:
        return int((await line.bank.get(address)).json()["counts"]["waiting"])

    counted = [await waiting()]
    await line.switch.pay_bill(request("batch-000000", reference(0)))
    counted.append(await waiting())
    line.clock.move(1)
    counted.append(await waiting())
    await line.switch.pay_batches()
    await line.switch.pay_batches.settled()
    counted.append(await waiting())

    assert counted == [2, 2, 1, 0]
