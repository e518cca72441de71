"""A bank inquires and pays over the API, in all four modes; what it is told is what stands in the books."""

from switch.domain.outcomes import Reason, Refused, Unknown
from tests.api.line import (
    BANK,
    CUSTOMER,
    FEE,
    MOBILE,
    NATIONAL_NUMBER,
    ONLINE,
    OPERATOR,
    OTHER_BANK,
    PREPAID,
    UPLOADED,
    UPLOADING_BILLER,
    Line,
    order,
)


async def test_an_online_bill_is_inquired_and_paid(line: Line) -> None:
    presented = await line.inquire(ONLINE, "١٠٠٤٥٢٣٧١")

    assert presented["customer_reference"] == CUSTOMER
    assert presented["debit_when"] == "COMPLETED"
    (offer,) = presented["offers"]
    assert offer["amount"] == offer["total"] == {"amount": "81.43", "currency": "SYP"}

    paid = await line.pay(order(ONLINE, CUSTOMER, "81.43", inquiry_id=presented["inquiry_id"], bill_number="B1"), "key-00000001")

    assert paid.status_code == 201, paid.text
    payment = paid.json()
    assert payment["state"] == "COMPLETED"
    assert payment["final"]
    assert payment["biller_reference"].startswith("BK-")
    assert paid.headers["location"] == f"/v1/payments/{payment['payment_id']}"
    assert [str(key) for key in line.biller.booked] == [payment["payment_id"]]
    assert (await line.bank.get("/v1/position")).json()["positions"][0]["posted"]["amount"] == "81.43"


async def test_an_uploaded_bill_is_paid_and_its_biller_is_told(line: Line) -> None:
    biller = line.of(UPLOADING_BILLER)
    due = {"amount": "12.50", "currency": "SYP"}
    put = {"action": "put", "service_code": UPLOADED, "customer_reference": CUSTOMER, "bill_number": "2026-1", "due": due}
    report = (await biller.post("/v1/bills", json={"lines": [put, {**put, "service_code": "200043012"}, put, {"action": "put"}]})).json()
    assert (report["added"], report["refused"]) == (1, 3)
    assert [one["code"] for one in report["lines"]] == [None, "check_digit_wrong", "bill_line_repeated", "field_missing"]
    assert report["lines"][2]["detail"].endswith("line 1.")

    (offer,) = (await line.inquire(UPLOADED, CUSTOMER))["offers"]
    paid = await line.pay(order(UPLOADED, CUSTOMER, offer["amount"]["amount"], bill_number="2026-1"), "key-00000002")
    assert paid.status_code == 201, paid.text

    (advice,) = (await biller.get("/v1/advices")).json()["items"]
    assert advice["payment_id"] == paid.json()["payment_id"]
    acknowledged = await biller.post(f"/v1/advices/{advice['event_id']}/acknowledgement")
    assert acknowledged.status_code == 200
    assert (await biller.get("/v1/advices")).json()["items"] == []


async def test_a_prepaid_amount_is_chosen_by_the_payer(line: Line) -> None:
    presented = await line.inquire(PREPAID, MOBILE)
    assert presented["offers"] == []
    assert presented["rule"]["kind"] == "range"

    amount = presented["rule"]["minimum"]["amount"]
    paid = await line.pay(order(PREPAID, MOBILE, amount, inquiry_id=presented["inquiry_id"]), "key-00000003")

    assert paid.status_code == 201, paid.text


async def test_a_fee_shows_what_the_payer_bears_and_debits_it(line: Line) -> None:
    (offer,) = (await line.inquire(FEE, NATIONAL_NUMBER))["offers"]
    assert offer["bill"] is None
    assert (offer["amount"]["amount"], offer["payer_fee"]["amount"], offer["total"]["amount"]) == ("750.00", "2.10", "752.10")

    paid = await line.pay(order(FEE, NATIONAL_NUMBER, "750.00"), "key-00000004")

    assert paid.json()["total"] == offer["total"]
    trial = (await line.of(OPERATOR).get("/v1/operator/trial-balance")).json()
    assert [total["difference"]["amount"] for total in trial["totals"]] == ["0.00"]


async def test_silence_of_the_biller_is_202_and_the_same_key_tells_the_rest(line: Line) -> None:
    presented = await line.inquire(ONLINE, CUSTOMER)
    wanted = order(ONLINE, CUSTOMER, "81.43", inquiry_id=presented["inquiry_id"], bill_number="B1")
    line.biller.script(CUSTOMER, Unknown("cut off"), books=True)

    first = await line.pay(wanted, "key-00000005")

    assert first.status_code == 202
    assert (first.json()["state"], first.json()["final"]) == ("IN_DOUBT", False)
    assert first.json()["certain_by"] is not None

    line.clock.move(60)
    await line.switch.resolve_payments()
    again = await line.pay(wanted, "key-00000005")

    assert again.status_code == 201
    assert again.headers["idempotent-replayed"] == "true"
    assert again.json()["payment_id"] == first.json()["payment_id"]
    assert len(line.biller.booked) == 1


async def test_a_refusal_of_the_biller_is_a_problem_with_its_payment(line: Line) -> None:
    presented = await line.inquire(ONLINE, CUSTOMER)
    wanted = order(ONLINE, CUSTOMER, "81.43", inquiry_id=presented["inquiry_id"], bill_number="B1")
    line.biller.script(CUSTOMER, Refused(Reason.LIMIT_EXCEEDED, "61"))

    refused = await line.pay(wanted, "key-00000006")
    again = await line.pay(wanted, "key-00000006")

    assert refused.status_code == again.status_code == 422
    assert refused.json()["code"] == "biller_refused"
    assert refused.json()["reason"] == "limit_exceeded"
    assert again.headers["idempotent-replayed"] == "true"
    payment = (await line.bank.get(refused.json()["payment"])).json()
    assert payment["state"] == "REJECTED"
    assert [event["to_state"] for event in payment["history"]] == ["RESERVED", "REJECTED"]
    assert (await line.bank.get("/v1/position")).json()["positions"][0]["held"]["amount"] == "0.00"


async def test_a_key_is_found_whatever_stands_under_it(line: Line) -> None:
    await line.pay(order(FEE, NATIONAL_NUMBER, "750.00"), "key-completed")
    await line.pay(order(FEE, NATIONAL_NUMBER, "751.00"), "key-refused-1")

    async def under(key: str) -> dict[str, object]:
        found: dict[str, object] = (await line.bank.get("/v1/payments", params={"idempotency_key": key})).json()
        return found

    assert [one["state"] for one in (await under("key-completed"))["items"]] == ["COMPLETED"]  # type: ignore[attr-defined]
    assert (await under("key-refused-1"))["refused"]["code"] == "amount_not_allowed"  # type: ignore[index]
    assert await under("key-unheard-of") == {"items": [], "next_cursor": None, "refused": None}
    conflict = await line.pay(order(FEE, NATIONAL_NUMBER, "750.00", bank_reference="FT-2"), "key-completed")
    assert (conflict.status_code, conflict.json()["code"]) == (422, "idempotency_key_conflict")


async def test_lists_are_paged_to_their_end_without_a_gap(line: Line) -> None:
    made = [(await line.pay(order(FEE, NATIONAL_NUMBER, "750.00"), f"key-page-{number:04d}")).json()["payment_id"] for number in range(5)]

    found: list[str] = []
    cursor: str | None = None
    while True:
        page = (await line.bank.get("/v1/payments", params={"limit": "2"} | ({"cursor": cursor} if cursor else {}))).json()
        found += [one["payment_id"] for one in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break

    assert sorted(found) == sorted(made)
    assert len(found) == 5


async def test_a_bank_sees_nothing_of_another(line: Line) -> None:
    paid = (await line.pay(order(FEE, NATIONAL_NUMBER, "750.00"), "key-of-ours-1")).json()
    other = line.of(OTHER_BANK)

    assert (await other.get("/v1/payments")).json()["items"] == []
    assert (await other.get("/v1/payments", params={"idempotency_key": "key-of-ours-1"})).json()["items"] == []
    strangers = (await other.get(f"/v1/payments/{paid['payment_id']}")).json()
    made_up = (await other.get("/v1/payments/019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071")).json()
    not_an_id = (await other.get("/v1/payments/none")).json()
    for answer in (strangers, made_up, not_an_id):
        answer.pop("request_id")
    assert strangers == made_up == not_an_id
    assert strangers["code"] == "payment_unknown"
    theirs = await line.pay(order(FEE, NATIONAL_NUMBER, "750.00"), "key-of-ours-1", OTHER_BANK)
    assert theirs.status_code == 201
    assert "idempotent-replayed" not in theirs.headers
    assert theirs.json()["payment_id"] != paid["payment_id"]
    assert theirs.json()["bank_code"] == OTHER_BANK != BANK
