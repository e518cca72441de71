"""People of banks and billers who only look: at what is their participant's own, over its routes, and at nothing else."""

from dataclasses import replace

import pytest

from switch.domain.participants import ParticipantStatus
from switch.domain.staff import Role
from switch.domain.staff_errors import ViewerMixed
from tests.api.line import BANK, BILLER, CUSTOMER, ONLINE, OTHER_BANK, Line, order
from tests.api.staff_clients import PASSWORD, bearer, staff_client

VIEWER = Role.PARTICIPANT_VIEWER


async def paid(line: Line) -> str:
    """By BANK."""
    presented = await line.inquire(ONLINE, CUSTOMER)
    answer = await line.pay(order(ONLINE, CUSTOMER, "81.43", inquiry_id=presented["inquiry_id"], bill_number="B1"), "key-00000001")
    return str(answer.json()["payment_id"])


async def test_a_viewer_reads_what_its_bank_reads_and_the_audit_says_so(line: Line) -> None:
    payment_id = await paid(line)
    viewer = await staff_client(line, VIEWER, name="hala")

    for address in (f"/v1/payments/{payment_id}", "/v1/payments", "/v1/windows", "/v1/files", "/v1/services"):
        seen, signed = await viewer.get(address), await line.bank.get(address)
        assert (seen.status_code, seen.json()) == (200, signed.json()), address
    assert (await viewer.get("/v1/position")).json()["positions"] == (await line.bank.get("/v1/position")).json()["positions"]

    session = (await viewer.get("/v1/staff/sessions/current")).json()
    assert (session["roles"], session["participant_code"]) == (["participant_viewer"], BANK)
    kept = await line.query("SELECT action FROM staff_audit WHERE who = 'staff:hala' AND action LIKE 'GET /v1/pay%'")
    assert set(kept) == {("GET /v1/payments/{payment_id}",), ("GET /v1/payments",)}


async def test_of_another_bank_it_sees_no_more_than_its_own_bank_does(line: Line) -> None:
    payment_id = await paid(line)
    enrolled = await line.switch.keep_staff.add("rami", frozenset({VIEWER}), PASSWORD, by="test", participant=OTHER_BANK)
    token = await line.switch.issue_staff_token("rami", "watch", frozenset({VIEWER}), 30, reads_only=True, by="test")
    assert enrolled.account.participant == OTHER_BANK
    other = bearer(line, token.secret)
    mine, strangers = await other.get(f"/v1/payments/{payment_id}"), await line.of(OTHER_BANK).get(f"/v1/payments/{payment_id}")
    assert mine.status_code == strangers.status_code == 404
    assert (await other.get("/v1/payments")).json()["items"] == []
    assert (await other.get("/v1/advices")).json()["code"] == "not_allowed", "it is no biller"


async def test_a_viewer_orders_nothing(line: Line) -> None:
    viewer = await staff_client(line, VIEWER)
    presented = await line.inquire(ONLINE, CUSTOMER)
    before = await line.books()
    wanted = order(ONLINE, CUSTOMER, "81.43", inquiry_id=presented["inquiry_id"], bill_number="B1")

    refused = [
        await viewer.post("/v1/payments", json=wanted, headers={"Idempotency-Key": "key-00000001"}),
        await viewer.post("/v1/inquiries", json={"service_code": ONLINE, "customer_reference": CUSTOMER, "channel": "mobile"}),
        await viewer.post("/v1/webhook-endpoints", json={"url": "https://bank.example/hook", "events": ["payment.completed"]}),
        await viewer.get("/v1/operator/positions"),
        await viewer.get("/v1/proposals"),
    ]

    assert [(answer.status_code, answer.json()["code"]) for answer in refused] == [(403, "not_allowed")] * 5
    assert await line.books() == before


async def test_what_is_taken_from_its_bank_or_from_it_is_gone_for_its_next_call(line: Line) -> None:
    viewer = await staff_client(line, VIEWER, name="hala")
    known = line.switch.directory.current().participants[BANK]
    await line.switch.admit_participant(replace(known, status=ParticipantStatus.SUSPENDED), by="test")
    assert (await viewer.get("/v1/position")).status_code == 200, "who is suspended still looks"
    await line.switch.admit_participant(replace(known, status=ParticipantStatus.CLOSED), by="test")
    assert (await viewer.get("/v1/position")).json()["code"] == "participant_not_live"
    await line.switch.keep_staff.disable("hala", by="test")
    assert (await viewer.get("/v1/position")).json()["code"] == "session_over"


async def test_nobody_is_a_viewer_and_of_the_staff(line: Line) -> None:
    keep = line.switch.keep_staff
    for roles, participant in (({VIEWER}, None), ({Role.OPERATOR}, BANK), ({VIEWER, Role.OPERATOR}, BANK)):
        with pytest.raises(ViewerMixed):
            await keep.add("mixed", frozenset(roles), PASSWORD, by="test", participant=participant)
    await keep.add("hala", frozenset({VIEWER}), PASSWORD, by="test", participant=BILLER)
    with pytest.raises(ViewerMixed):
        await keep.set_roles("hala", frozenset({Role.OPERATOR}), by="test")
    found = await line.switch.verification()
    assert found.clean, found.findings
