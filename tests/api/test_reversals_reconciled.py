"""A payment taken back on a later day: one statement has it booked, the other day's has it reversed; what is missing is named."""

from collections.abc import Iterable
from datetime import date, timedelta
from uuid import UUID

from adapters.files.csv import CsvFormat
from switch.domain.booked_statements import BookedLine, Side, StatementHead
from switch.domain.identifiers import ParticipantCode, PaymentId
from tests.api.line import BANK, CUSTOMER, UPLOADED, UPLOADING_BILLER, Line, order

DUE = {"amount": "12.50", "currency": "SYP"}
PAID_ON, BACK_ON = date(2026, 11, 24), date(2026, 11, 25)


async def _taken_back_next_day(line: Line) -> str:
    put = {"action": "put", "service_code": UPLOADED, "customer_reference": CUSTOMER, "bill_number": "2026-1", "due": DUE}
    await line.of(UPLOADING_BILLER).post("/v1/bills", json={"lines": [put]})
    paid = await line.pay(order(UPLOADED, CUSTOMER, "12.50", bill_number="2026-1"), "key-00000001")
    payment_id = str(paid.json()["payment_id"])
    assert paid.json()["business_date"] == PAID_ON.isoformat()
    line.clock.move(timedelta(hours=23).total_seconds())
    await line.switch.close_window("SYP", by="test")
    back = await line.bank.post(
        f"/v1/payments/{payment_id}/reversals", json={"reason": "duplicate"}, headers={"Idempotency-Key": "back-0000001"}
    )
    assert back.json()["business_date"] == BACK_ON.isoformat(), back.text
    return payment_id


async def _hand_in(line: Line, day: date, payment_id: str, states: Iterable[bool]) -> None:
    """A statement of each side: one line a state, True for a reversed one."""
    for owner, side, counterparty in ((BANK, Side.BANK, UPLOADING_BILLER), (UPLOADING_BILLER, Side.BILLER, BANK)):
        own = "FT-1" if side is Side.BANK else "B-1"
        lines = [
            BookedLine(number, PaymentId(UUID(payment_id)), own, ParticipantCode(counterparty), CUSTOMER, 1_250, day, reversed=back)
            for number, back in enumerate(states, 1)
        ]
        content = b"".join(CsvFormat().render_statement(StatementHead(owner, side, day, "SYP"), lines))
        taken = await line.of(owner).post("/v1/statements", content=content, headers={"Content-Type": "text/csv"})
        assert taken.status_code in (200, 201), taken.text


async def _breaks(line: Line) -> list[tuple[str, str, str]]:
    for day in (PAID_ON, BACK_ON):
        await line.switch.reconcile(day)
    rows = await line.query("SELECT kind, side, business_date::text FROM break WHERE state = 'open' ORDER BY 1, 2, 3")
    return [tuple(row) for row in rows]


async def test_booked_on_one_day_and_reversed_on_the_next_agrees(line: Line) -> None:
    payment_id = await _taken_back_next_day(line)
    await _hand_in(line, PAID_ON, payment_id, [False])
    await _hand_in(line, BACK_ON, payment_id, [True])

    assert await _breaks(line) == []
    verified = await line.switch.verification()
    assert verified.clean, verified.findings


async def test_a_day_that_was_handed_in_anew_as_reversed_agrees_too(line: Line) -> None:
    payment_id = await _taken_back_next_day(line)
    await _hand_in(line, PAID_ON, payment_id, [True])
    await _hand_in(line, BACK_ON, payment_id, [])

    assert await _breaks(line) == []


async def test_a_reversal_that_nobody_has_booked_is_named_on_its_day(line: Line) -> None:
    payment_id = await _taken_back_next_day(line)
    await _hand_in(line, PAID_ON, payment_id, [False])
    await _hand_in(line, BACK_ON, payment_id, [])

    assert await _breaks(line) == [("status_differs", "bank", "2026-11-25"), ("status_differs", "biller", "2026-11-25")]

    await _hand_in(line, BACK_ON, payment_id, [True])
    assert await _breaks(line) == []


async def test_a_day_compared_before_the_reversal_is_compared_again(line: Line) -> None:
    payment_id = await _taken_back_next_day(line)
    await _hand_in(line, PAID_ON, payment_id, [False])
    await _hand_in(line, BACK_ON, payment_id, [True])
    await _breaks(line)

    await _hand_in(line, BACK_ON, payment_id, [])

    assert [kind for kind, _, _ in await _breaks(line)] == ["status_differs", "status_differs"]
