"""A bank takes payments back over the API: once, whoever asks how often; the books give back exactly what the payment posted."""

import asyncio
from typing import Any
from uuid import UUID

import httpx2
import pytest

from switch.domain.outcomes import Accepted, Reason, Refused, Unknown
from switch.domain.settlement import WindowState
from switch.usecases.settle_window import SettleWindow
from tests.api.line import BANK, BILLER, CUSTOMER, FEE, NATIONAL_NUMBER, ONLINE, OTHER_BANK, UPLOADED, UPLOADING_BILLER, Line, order
from tests.settling import ScriptedRtgs

DUE = {"amount": "12.50", "currency": "SYP"}
NOTHING = "0.00"


async def _paid_online(line: Line, key: str = "key-00000001") -> str:
    presented = await line.inquire(ONLINE, CUSTOMER)
    paid = await line.pay(order(ONLINE, CUSTOMER, "81.43", inquiry_id=presented["inquiry_id"], bill_number="B1"), key)
    assert paid.status_code == 201, paid.text
    return str(paid.json()["payment_id"])


async def _paid_uploaded(line: Line, key: str = "key-00000002") -> str:
    put = {"action": "put", "service_code": UPLOADED, "customer_reference": CUSTOMER, "bill_number": "2026-1", "due": DUE}
    await line.of(UPLOADING_BILLER).post("/v1/bills", json={"lines": [put]})
    paid = await line.pay(order(UPLOADED, CUSTOMER, "12.50", bill_number="2026-1"), key)
    assert paid.status_code == 201, paid.text
    return str(paid.json()["payment_id"])


async def _reverse(line: Line, payment_id: str, key: str = "back-0000001", code: str = BANK, **more: Any) -> httpx2.Response:
    asked = {"reason": "customer_request", **more}
    return await line.of(code).post(f"/v1/payments/{payment_id}/reversals", json=asked, headers={"Idempotency-Key": key})  # type: ignore[arg-type]


async def _posted(line: Line) -> str:
    return str((await line.bank.get("/v1/position")).json()["positions"][0]["posted"]["amount"])


async def _clean(line: Line) -> None:
    found = await line.switch.verification()
    assert found.clean, found.findings


async def test_a_biller_that_is_asked_agrees_and_everything_is_given_back(line: Line) -> None:
    payment_id = await _paid_online(line)

    answer = await _reverse(line, payment_id, bank_reference="RV-1")

    assert answer.status_code == 201, answer.text
    reversal = answer.json()
    assert (reversal["state"], reversal["payment_state"], reversal["final"]) == ("AGREED", "REVERSED", True)
    assert reversal["total"] == {"amount": "81.43", "currency": "SYP"}
    assert line.biller.booked == {}
    assert await _posted(line) == NOTHING
    payment = (await line.bank.get(f"/v1/payments/{payment_id}")).json()
    assert [step["to_state"] for step in payment["history"]] == ["RESERVED", "COMPLETED", "REVERSED"]
    assert (await line.bank.get(f"/v1/payments/{payment_id}/reversals")).json()["items"] == [reversal]
    line.clock.move(1)
    await _paid_online(line, "key-00000009")
    await _clean(line)


async def test_a_biller_that_is_not_asked_is_told_and_the_bill_is_due_again(line: Line) -> None:
    payment_id = await _paid_uploaded(line)
    line.clock.move(1)

    answer = await _reverse(line, payment_id)

    assert answer.status_code == 201, answer.text
    assert (await line.inquire(UPLOADED, CUSTOMER))["offers"][0]["amount"] == DUE
    told = (await line.of(UPLOADING_BILLER).get("/v1/advices")).json()["items"]
    assert [advice["kind"] for advice in told] == ["payment.completed", "payment.reversed"]
    assert told[1]["content"]["reversal_id"] == answer.json()["reversal_id"]
    await _clean(line)


async def test_fees_are_given_back_too(line: Line) -> None:
    paid = await line.pay(order(FEE, NATIONAL_NUMBER, "750.00"), "key-00000004")

    back = await _reverse(line, paid.json()["payment_id"])

    assert back.json()["total"] == paid.json()["total"] == {"amount": "752.10", "currency": "SYP"}
    assert await _posted(line) == NOTHING
    sums = await line.query("SELECT account_code FROM posting GROUP BY account_code HAVING sum(minor) <> 0")
    assert sums == []
    await _clean(line)


async def test_requests_at_once_reverse_once(line: Line) -> None:
    payment_id = await _paid_online(line)

    same = await asyncio.gather(*(_reverse(line, payment_id) for _ in range(16)))
    others = await asyncio.gather(*(_reverse(line, payment_id, f"other-{number:06}") for number in range(8)))

    assert {answer.status_code for answer in same} <= {201, 202}
    assert len({answer.json()["reversal_id"] for answer in same}) == 1
    assert {(answer.status_code, answer.json()["code"]) for answer in others} == {(409, "payment_already_reversed")}
    assert len(line.biller.asked_back) == 1
    assert (await line.query("SELECT count(*) FROM journal_entry WHERE kind = 'payment_reversed'"))[0][0] == 1
    await _clean(line)


async def test_different_keys_at_once_reverse_once(line: Line) -> None:
    payment_id = await _paid_uploaded(line)

    answers = await asyncio.gather(*(_reverse(line, payment_id, f"other-{number:06}") for number in range(12)))

    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 11
    assert await _posted(line) == NOTHING
    await _clean(line)


async def test_the_same_key_is_the_same_reversal_and_other_content_a_conflict(line: Line) -> None:
    payment_id = await _paid_online(line)
    first = await _reverse(line, payment_id)

    again = await _reverse(line, payment_id)
    other = await _reverse(line, payment_id, reason="duplicate")
    of_payment = await _reverse(line, payment_id, "key-00000001")

    assert (again.status_code, again.json(), again.headers["idempotent-replayed"]) == (201, first.json(), "true")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_conflict")
    assert (of_payment.status_code, of_payment.json()["code"]) == (422, "idempotency_key_conflict")
    await _clean(line)


async def test_a_biller_that_refuses_leaves_the_payment_as_it_is(line: Line) -> None:
    payment_id = await _paid_online(line)
    line.biller.script_reversals(Refused(Reason.SERVICE_CLOSED, "91"))

    answer = await _reverse(line, payment_id)
    again = await _reverse(line, payment_id)

    assert (answer.status_code, answer.json()["code"], answer.json()["reason"]) == (422, "reversal_refused", "service_closed")
    assert {**again.json(), "request_id": ""} == {**answer.json(), "request_id": ""}
    assert (await line.bank.get(f"/v1/payments/{payment_id}")).json()["state"] == "COMPLETED"
    assert await _posted(line) == "81.43"
    line.clock.move(1)
    anew = await _reverse(line, payment_id, "back-0000002")
    assert anew.status_code == 201
    states = [one["state"] for one in (await line.bank.get(f"/v1/payments/{payment_id}/reversals")).json()["items"]]
    assert states == ["REFUSED", "AGREED"]
    await _clean(line)


@pytest.mark.parametrize("books", [True, False])
async def test_silence_is_no_refusal_and_the_resolver_asks_again(line: Line, books: bool) -> None:
    payment_id = await _paid_online(line)
    line.biller.script_reversals(Unknown("silent"), books=books)

    unsure = await _reverse(line, payment_id)

    assert (unsure.status_code, unsure.json()["state"], unsure.json()["payment_state"]) == (202, "IN_DOUBT", "COMPLETED")
    assert unsure.json()["certain_by"] is not None
    assert (await _reverse(line, payment_id, "back-0000002")).json()["code"] == "reversal_under_way"
    assert await _posted(line) == "81.43"
    await _clean(line)

    line.clock.move(60)
    assert await line.switch.resolve_reversals() == 1

    (certain,) = (await line.bank.get(f"/v1/payments/{payment_id}/reversals")).json()["items"]
    assert (certain["state"], certain["payment_state"]) == ("AGREED", "REVERSED")
    assert await line.switch.resolve_reversals() == 0
    assert (await _reverse(line, payment_id, "back-0000003")).json()["code"] == "payment_already_reversed"
    await _clean(line)


async def test_a_biller_that_was_certainly_never_asked_has_taken_nothing_back(line: Line) -> None:
    payment_id = await _paid_online(line)
    line.biller.reachable = False

    answer = await _reverse(line, payment_id)

    assert (answer.json()["code"], answer.json()["reason"]) == ("reversal_refused", "not_reached")
    await _clean(line)


async def test_what_cannot_be_reversed_is_refused_by_name_and_leaves_nothing(line: Line) -> None:
    payment_id = await _paid_online(line)
    books = await line.books()

    stranger = await _reverse(line, payment_id, code=OTHER_BANK)
    made_up = await _reverse(line, "019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071", code=OTHER_BANK)
    nobody = await _reverse(line, payment_id, code=BILLER)
    malformed = await _reverse(line, payment_id, reason="because")

    assert stranger.status_code == made_up.status_code == 404
    assert {**stranger.json(), "request_id": ""} == {**made_up.json(), "request_id": ""}
    assert (nobody.status_code, malformed.status_code) == (403, 422)
    assert await line.books() == books

    line.clock.move(86_400)
    late = await _reverse(line, payment_id)
    assert (late.status_code, late.json()["code"]) == (422, "reversal_too_late")
    line.clock.move(-3_600)
    assert (await _reverse(line, payment_id)).json()["code"] == "reversal_too_late", "its key keeps the answer"


async def test_a_payment_in_doubt_cannot_be_reversed(line: Line) -> None:
    presented = await line.inquire(ONLINE, CUSTOMER)
    line.biller.script(CUSTOMER, Unknown("silent"))
    paid = await line.pay(order(ONLINE, CUSTOMER, "81.43", inquiry_id=presented["inquiry_id"], bill_number="B1"), "key-00000001")

    answer = await _reverse(line, paid.json()["payment_id"])

    assert (answer.status_code, answer.json()["code"]) == (409, "payment_not_completed")
    assert "IN_DOUBT" in answer.json()["detail"]


async def test_a_late_refusal_of_an_agreed_reversal_is_noted_and_moves_nothing(line: Line) -> None:
    payment_id = await _paid_online(line)
    line.biller.script_reversals(Unknown("silent"), Unknown("silent"))
    await _reverse(line, payment_id)
    (reversal,) = (await line.switch.payments.reversals(BANK, UUID(payment_id)))[1]

    posting, at = line.switch.reverse_payment.posting, line.clock.now()
    await posting.conclude(reversal, Accepted("BK-1"), at=at, by="resolver", again_at=at)
    await posting.conclude(reversal, Refused(Reason.OTHER), at=at, by="resolver", again_at=at)

    notes = [row[0] for row in await line.query("SELECT note FROM payment_event WHERE note LIKE 'late answer%'")]
    assert notes == ["late answer: reversal refused, it is AGREED"]
    assert await _posted(line) == NOTHING
    await _clean(line)


async def test_a_reversal_counts_in_the_window_that_is_open_and_the_biller_pays_it_back(line: Line) -> None:
    payment_id = await _paid_uploaded(line)
    database, rtgs = line.switch.settle_window.database, ScriptedRtgs()
    settle = SettleWindow(line.clock, database, rtgs)
    first = (await line.switch.close_window("SYP", by="test")).closed
    assert (await settle(first.window_id)).state is WindowState.SETTLED

    back = (await _reverse(line, payment_id)).json()

    assert back["window_id"] != first.window_id
    assert await _posted(line) == "-12.50"
    second = (await line.switch.close_window("SYP", by="test")).closed
    assert second.window_id == back["window_id"]
    fees = {leg.participant: leg.minor for leg in rtgs.booked[f"{first.window_id}-1"].legs}
    assert (await settle(second.window_id)).state is WindowState.SETTLED
    legs = {leg.participant: leg.minor for leg in rtgs.booked[f"{second.window_id}-1"].legs}
    assert legs == {participant: -minor for participant, minor in fees.items()}
    assert legs[UPLOADING_BILLER] > 0 > legs[BANK]
    assert await _posted(line) == NOTHING
    await line.switch.issue_files(second.window_id)
    files = await line.query(
        "SELECT kind, lines, amount_minor FROM issued_file WHERE lines > 0 AND window_id = :w ORDER BY 1", w=second.window_id
    )
    assert [tuple(row) for row in files] == [("settlement", 1, -1_250), ("statement", 1, -1_250)]
    await _clean(line)
