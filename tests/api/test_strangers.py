"""A stranger's payment is like a made-up one also in how long it takes: it is neither opened nor waited for."""

import asyncio
from typing import Any

from sqlalchemy import text

from tests.api.line import FEE, NATIONAL_NUMBER, OTHER_BANK, Line, order

MADE_UP = "019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071"
PATIENCE_SECONDS = 10


async def _answers(line: Line, payment_id: str) -> list[dict[str, Any]]:
    """To another bank, whichever way it asks for it."""
    bank = line.of(OTHER_BANK)
    looks = [
        await bank.get(f"/v1/payments/{payment_id}{of}") for of in ("", "/reversals", "/proof", "/receipt", "/receipt.svg", "/receipt.png")
    ]
    back = await bank.post(f"/v1/payments/{payment_id}/reversals", json={"reason": "duplicate"}, headers={"Idempotency-Key": "strange-1"})
    said = {"payment_id": payment_id, "reason": "not_posted", "text": "not there"}
    dispute = await bank.post("/v1/disputes", json=said, headers={"Idempotency-Key": "strange-2"})
    return [answer.json() | {"request_id": ""} for answer in (*looks, back, dispute)]


async def test_a_strangers_payment_is_neither_opened_nor_waited_for(line: Line) -> None:
    paid = await line.pay(order(FEE, NATIONAL_NUMBER, "750.00"), "key-stranger-1")
    payment_id = paid.json()["payment_id"]
    before = await line.books()
    async with line.switch.keep_staff.database.engine.connect() as holder:
        await holder.execute(text("SET LOCAL session_replication_role = replica"))
        await holder.execute(text("UPDATE payment SET personal = 'cannot be opened' WHERE payment_id = :id"), {"id": payment_id})
        await holder.commit()
        await holder.execute(text("SELECT FROM payment WHERE payment_id = :id FOR UPDATE"), {"id": payment_id})

        strange = await asyncio.wait_for(_answers(line, payment_id), PATIENCE_SECONDS)
        await holder.rollback()

    assert strange == await _answers(line, MADE_UP)
    assert {(answer["status"], answer["code"]) for answer in strange} == {(404, "payment_unknown")}
    assert await line.books() == before
