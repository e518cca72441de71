"""A bank takes parts of a payment back: never more than it was, each part once, and the books give back what each part is."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import httpx2
import pytest
import sqlalchemy.exc

from adapters.files.csv import CsvFormat
from switch.domain.booked_statements import BookedLine, Side, StatementHead
from switch.domain.catalogue import RefundFees, RefundRule
from switch.domain.identifiers import ParticipantCode, PaymentId, ServiceCode
from switch.domain.outcomes import Unknown
from switch.usecases.settle_window import SettleWindow
from tests.api.line import BANK, CUSTOMER, FEE, NATIONAL_NUMBER, ONLINE, UPLOADED, UPLOADING_BILLER, Line, order
from tests.settling import ScriptedRtgs

DAY = date(2026, 11, 24)


async def _parts(line: Line, service: str, fees: RefundFees = RefundFees.KEPT) -> None:
    known = line.switch.directory.current().service(ServiceCode(service))
    await line.switch.offer_service(replace(known, refunds=RefundRule.PARTS, refund_fees=fees), by="test")


async def _paid_online(line: Line, key: str = "key-00000001") -> str:
    presented = await line.inquire(ONLINE, CUSTOMER)
    paid = await line.pay(order(ONLINE, CUSTOMER, "81.43", inquiry_id=presented["inquiry_id"], bill_number="B1"), key)
    assert paid.status_code == 201, paid.text
    return str(paid.json()["payment_id"])


async def _paid_uploaded(line: Line) -> str:
    due = {"amount": "12.50", "currency": "SYP"}
    put = {"action": "put", "service_code": UPLOADED, "customer_reference": CUSTOMER, "bill_number": "2026-1", "due": due}
    await line.of(UPLOADING_BILLER).post("/v1/bills", json={"lines": [put]})
    paid = await line.pay(order(UPLOADED, CUSTOMER, "12.50", bill_number="2026-1"), "key-00000002")
    assert paid.status_code == 201, paid.text
    return str(paid.json()["payment_id"])


async def _take_back(line: Line, payment_id: str, key: str, amount: str | None = None) -> httpx2.Response:
    asked: dict[str, Any] = {"reason": "wrong_amount"}
    if amount is not None:
        asked["amount"] = {"amount": amount, "currency": "SYP"}
    return await line.bank.post(f"/v1/payments/{payment_id}/reversals", json=asked, headers={"Idempotency-Key": key})


async def _posted(line: Line) -> str:
    return str((await line.bank.get("/v1/position")).json()["positions"][0]["posted"]["amount"])


async def _clean(line: Line) -> None:
    found = await line.switch.verification()
    assert found.clean, found.findings


async def test_parts_are_taken_back_until_nothing_is_left_and_only_then_the_bill_is_due_again(line: Line) -> None:
    await _parts(line, UPLOADED)
    payment_id = await _paid_uploaded(line)
    line.clock.move(1)

    first = (await _take_back(line, payment_id, "part-000001", "2.50")).json()
    payment = (await line.bank.get(f"/v1/payments/{payment_id}")).json()
    due_then = (await line.inquire(UPLOADED, CUSTOMER))["offers"]
    line.clock.move(1)
    rest = (await _take_back(line, payment_id, "part-000002")).json()

    assert (first["state"], first["payment_state"], first["amount"]["amount"]) == ("AGREED", "COMPLETED", "2.50")
    assert (payment["state"], payment["refunded"]["amount"], due_then) == ("COMPLETED", "2.50", [])
    assert (rest["payment_state"], rest["amount"]["amount"]) == ("REVERSED", "10.00")
    assert (await line.inquire(UPLOADED, CUSTOMER))["offers"][0]["amount"]["amount"] == "12.50"
    told = (await line.of(UPLOADING_BILLER).get("/v1/advices")).json()["items"]
    assert [(one["kind"], one["content"].get("refunded")) for one in told] == [
        ("payment.completed", None), ("payment.refunded", "2.50"), ("payment.refunded", "10.00"),
    ]  # fmt: skip
    assert await _posted(line) == "0.00"
    assert (await _take_back(line, payment_id, "part-000003", "0.01")).json()["code"] == "payment_already_reversed"
    await _clean(line)


@pytest.mark.parametrize(("rule", "first"), [(RefundFees.KEPT, "0.00"), (RefundFees.SHARED, "0.69")])
async def test_what_becomes_of_the_fee_is_the_rule_of_the_service(line: Line, rule: RefundFees, first: str) -> None:
    """750.00 with a fee of 2.10 that the payer bore: of 250.00 the share is 0.70, rounded down from what is exact."""
    await _parts(line, FEE, rule)
    paid = await line.pay(order(FEE, NATIONAL_NUMBER, "750.00"), "key-00000004")
    payment_id = paid.json()["payment_id"]
    assert paid.json()["payer_fee"]["amount"] == "2.10"

    part = (await _take_back(line, payment_id, "part-000001", "249.99")).json()
    rest = (await _take_back(line, payment_id, "part-000002")).json()

    assert part["payer_fee"]["amount"] == first
    assert sum(float(one["total"]["amount"]) for one in (part, rest)) == pytest.approx(752.10)
    assert await _posted(line) == "0.00"
    assert await line.query("SELECT account_code FROM posting GROUP BY account_code HAVING sum(minor) <> 0") == []
    await _clean(line)


async def test_parts_asked_for_at_once_never_take_more_than_the_payment(line: Line) -> None:
    await _parts(line, UPLOADED, RefundFees.SHARED)
    payment_id = await _paid_uploaded(line)

    answers = await asyncio.gather(*(_take_back(line, payment_id, f"part-{number:06}", "3.00") for number in range(12)))

    taken = [answer for answer in answers if answer.status_code == 201]
    assert len(taken) == 4
    assert {answer.json()["code"] for answer in answers if answer not in taken} == {"refund_too_large"}
    assert (await line.bank.get(f"/v1/payments/{payment_id}")).json()["refunded"]["amount"] == "12.00"
    assert await _posted(line) == "0.50"
    await _clean(line)


async def test_the_database_itself_refuses_more_than_the_payment(line: Line) -> None:
    await _parts(line, UPLOADED)
    payment_id = await _paid_uploaded(line)
    await _take_back(line, payment_id, "part-000001", "10.00")
    columns = ", ".join(row[0] for row in await line.query(
        "SELECT column_name FROM information_schema.columns WHERE table_name = 'reversal' AND column_name <> 'reversal_id'"
    ))  # fmt: skip

    with pytest.raises(sqlalchemy.exc.DBAPIError, match="take back more"):
        await line.query(f"INSERT INTO reversal (reversal_id, {columns}) SELECT gen_random_uuid(), {columns} FROM reversal RETURNING 1")
    with pytest.raises(sqlalchemy.exc.DBAPIError, match="final"):
        await line.query("UPDATE payment SET refunded_minor = 0, refunds = 0 WHERE refunds > 0 RETURNING 1")
    await _clean(line)


async def test_the_same_key_is_the_same_part(line: Line) -> None:
    await _parts(line, ONLINE)
    payment_id = await _paid_online(line)

    same = await asyncio.gather(*(_take_back(line, payment_id, "part-000001", "10.00") for _ in range(8)))
    other = await _take_back(line, payment_id, "part-000001", "11.00")

    assert len({answer.json()["reversal_id"] for answer in same}) == 1
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_conflict")
    assert list(line.biller.refunded[PaymentId(UUID(payment_id))].values()) == [1_000]
    assert await _posted(line) == "71.43"
    await _clean(line)


async def test_a_part_of_which_nothing_is_known_is_asked_for_again_and_stops_the_next(line: Line) -> None:
    await _parts(line, ONLINE)
    payment_id = await _paid_online(line)
    line.biller.script_reversals(Unknown("silent"))

    unsure = await _take_back(line, payment_id, "part-000001", "10.00")
    next_one = await _take_back(line, payment_id, "part-000002", "10.00")
    line.clock.move(60)
    assert await line.switch.resolve_reversals() == 1
    again = await _take_back(line, payment_id, "part-000003", "20.00")

    assert (unsure.status_code, next_one.json()["code"], again.status_code) == (202, "reversal_under_way", 201)
    assert list(line.biller.refunded[PaymentId(UUID(payment_id))].values()) == [1_000, 2_000]
    assert PaymentId(UUID(payment_id)) in line.biller.booked
    assert await _posted(line) == "51.43"
    await _clean(line)


async def test_what_cannot_be_taken_back_in_parts_is_refused_by_name(line: Line) -> None:
    payment_id = await _paid_online(line)
    whole_only = await _take_back(line, payment_id, "part-000001", "10.00")
    await _parts(line, ONLINE)
    too_much = await _take_back(line, payment_id, "part-000002", "81.44")
    whole = await _take_back(line, payment_id, "part-000003", "81.43")

    assert (whole_only.status_code, whole_only.json()["code"]) == (422, "parts_not_allowed")
    assert (too_much.status_code, too_much.json()["code"]) == (422, "refund_too_large")
    assert "81.43 SYP" in too_much.json()["detail"]
    assert (whole.status_code, whole.json()["payment_state"]) == (201, "REVERSED")
    await _clean(line)


async def test_files_of_a_window_have_a_line_for_each_part(line: Line) -> None:
    await _parts(line, UPLOADED)
    payment_id = await _paid_uploaded(line)
    for number, amount in enumerate(("1.00", "1.00", "2.00")):
        assert (await _take_back(line, payment_id, f"part-{number:06}", amount)).status_code == 201
    closed = (await line.switch.close_window("SYP", by="test")).closed
    await SettleWindow(line.clock, line.switch.settle_window.database, ScriptedRtgs())(closed.window_id)
    await line.switch.issue_files(closed.window_id)

    files = await line.query("SELECT kind, lines, amount_minor FROM issued_file WHERE lines > 0 ORDER BY 1")
    assert [tuple(row) for row in files] == [("settlement", 4, 850), ("statement", 4, 850)]
    await _clean(line)


async def _hand_in(line: Line, payment_id: str, booked: Sequence[int], back: Sequence[int], owner: ParticipantCode) -> None:
    side, counterparty = (Side.BANK, UPLOADING_BILLER) if owner == BANK else (Side.BILLER, BANK)
    lines = [
        BookedLine(number, PaymentId(UUID(payment_id)), "FT-1", ParticipantCode(counterparty), CUSTOMER, minor, DAY, reversed=is_back)
        for number, (minor, is_back) in enumerate([*((one, False) for one in booked), *((one, True) for one in back)], 1)
    ]
    content = b"".join(CsvFormat().render_statement(StatementHead(owner, side, DAY, "SYP"), lines))
    taken = await line.of(owner).post("/v1/statements", content=content, headers={"Content-Type": "text/csv"})
    assert taken.status_code in (200, 201), taken.text


@pytest.mark.parametrize(
    ("booked", "back", "expected"),
    [
        ([1_250], [100, 200], []),
        ([1_250], [300], []),
        ([1_250], [], [("status_differs", "refunded", "3.00", "0.00")]),
        ([1_250], [100], [("status_differs", "refunded", "3.00", "1.00")]),
        ([1_250], [100, 200, 200], [("status_differs", "refunded", "3.00", "5.00")]),
        ([950], [], [("amount_differs", "amount", "12.50", "9.50"), ("status_differs", "refunded", "3.00", "0.00")]),
        ([], [100, 200], [("missing_at_biller", "state", "COMPLETED", None)]),
    ],
)
async def test_statements_of_parts_agree_or_are_named(
    line: Line, booked: Sequence[int], back: Sequence[int], expected: list[tuple[str, str, str, str | None]]
) -> None:
    await _parts(line, UPLOADED)
    payment_id = await _paid_uploaded(line)
    await line.switch.deliver_advices()
    await line.query("UPDATE outbox SET acknowledged_at = now() RETURNING 1")
    for number, amount in enumerate(("1.00", "2.00")):
        await _take_back(line, payment_id, f"part-{number:06}", amount)
    await _hand_in(line, payment_id, [1_250], [100, 200], BANK)
    await _hand_in(line, payment_id, booked, back, UPLOADING_BILLER)

    await line.query("UPDATE outbox SET acknowledged_at = now() RETURNING 1")
    await line.switch.reconcile(DAY)

    found = await line.query(
        "SELECT kind, differences -> 0 ->> 'field', differences -> 0 ->> 'ours', differences -> 0 ->> 'theirs', participant_code"
        " FROM break WHERE state = 'open' ORDER BY 1"
    )
    assert [tuple(row[:4]) for row in found] == expected
    assert {row[4] for row in found} <= {UPLOADING_BILLER}
    matched = await line.query("SELECT side, matched FROM reconciled_side ORDER BY 1")
    assert [tuple(row) for row in matched] == [("bank", 1), ("biller", 0 if expected else 1)]


async def test_a_bank_that_listens_is_told_of_each_part(line: Line) -> None:
    await _parts(line, ONLINE)
    registered = await line.bank.post("/v1/webhook-endpoints", json={"url": "https://127.0.0.1/hook"})
    assert registered.status_code == 201, registered.text
    payment_id = await _paid_online(line)
    await _take_back(line, payment_id, "part-000001", "10.00")
    await _take_back(line, payment_id, "part-000002")

    told = await line.query("SELECT kind, moved ->> 'state', moved ->> 'refunded_minor' FROM webhook_delivery ORDER BY event_number")
    assert [tuple(row) for row in told] == [
        ("payment.completed", "COMPLETED", "0"), ("payment.refunded", "COMPLETED", "1000"), ("payment.reversed", "REVERSED", "8143"),
    ]  # fmt: skip
    await _clean(line)


async def test_a_part_that_waited_for_another_is_told_as_later_whatever_the_clock_said_when_it_came_in(line: Line) -> None:
    await _parts(line, UPLOADED)
    payment_id = await _paid_uploaded(line)
    assert (await _take_back(line, payment_id, "key-of-part-1", "2.00")).status_code == 201
    line.clock.move(-30)
    assert (await _take_back(line, payment_id, "key-of-part-2", "3.00")).status_code == 201
    line.clock.move(30)

    history = (await line.bank.get(f"/v1/payments/{payment_id}")).json()["history"]
    assert [one["at"] for one in history] == sorted(one["at"] for one in history)
    first, second = (await line.bank.get(f"/v1/payments/{payment_id}/reversals")).json()["items"]
    assert (first["amount"]["amount"], second["amount"]["amount"]) == ("2.00", "3.00")
    assert first["concluded_at"] <= second["asked_at"] <= second["concluded_at"]
    await _clean(line)
