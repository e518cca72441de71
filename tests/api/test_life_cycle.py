"""The life of a participant over HTTP: what each status may, what is under way when it changes, and what is agreed on for later."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from switch.domain.participants import BEGINS, CONCLUDES, LOOKS, ParticipantStatus
from switch.domain.staff import Role
from tests.api.line import BANK, BILLER, CUSTOMER, ONLINE, Line, order
from tests.api.staff_clients import staff_client

STATUSES = sorted(ParticipantStatus)
NOT_LIVE = (403, "participant_not_live")


async def become(line: Line, code: Any, status: ParticipantStatus) -> None:
    known = line.switch.directory.current().participants[code]
    await line.switch.admit_participant(replace(known, status=status), by="test")


def heard(answer: Any) -> bool:
    """Anything but that it may not, for its status."""
    return (answer.status_code, answer.json().get("code") if answer.status_code >= 400 else None) != NOT_LIVE


@pytest.mark.parametrize("status", [one for one in STATUSES if one is not ParticipantStatus.CLOSED] + [ParticipantStatus.CLOSED])
async def test_a_bank_may_what_its_status_says(line: Line, status: ParticipantStatus) -> None:
    presented = await line.inquire(ONLINE, CUSTOMER)
    wanted = order(ONLINE, CUSTOMER, "81.43", inquiry_id=presented["inquiry_id"], bill_number="B1")
    before = await line.books()
    await become(line, BANK, status)
    reversal = {"reason": "customer_request"}
    begins = [
        await line.bank.post("/v1/inquiries", json={"service_code": ONLINE, "customer_reference": CUSTOMER, "channel": "mobile"}),
        await line.bank.post("/v1/payment-batches", json={}),
        await line.bank.post(
            f"/v1/payments/{presented['inquiry_id']}/reversals", json=reversal, headers={"Idempotency-Key": "key-reverse-1"}
        ),
    ]
    concludes = await line.bank.post("/v1/windows/SYP-20261124-01/approval", json={"amount": {"amount": "1.00", "currency": "SYP"}})
    looks = await line.bank.get("/v1/position")

    assert [heard(answer) for answer in begins] == [status in BEGINS] * 3
    assert heard(concludes) == (status in CONCLUDES)
    assert heard(looks) == (status in LOOKS)
    if status in BEGINS:
        return
    assert (await line.books())[0] == before[0], "no payment"
    refused = await line.pay(wanted, "key-00000001")
    assert (refused.status_code, refused.json()["code"]) == NOT_LIVE
    assert (await line.switch.positions.of_bank(BANK))[0].held == 0


@pytest.mark.parametrize("status", STATUSES)
async def test_a_biller_is_paid_in_pilot_and_live_only_and_concludes_when_suspended(line: Line, status: ParticipantStatus) -> None:
    presented = await line.inquire(ONLINE, CUSTOMER)
    await become(line, BILLER, status)
    paid = await line.pay(order(ONLINE, CUSTOMER, "81.43", inquiry_id=presented["inquiry_id"], bill_number="B1"), "key-00000001")
    biller = line.of(BILLER)

    assert (paid.status_code == 201) == (status in BEGINS), paid.text
    assert heard(await biller.post("/v1/bills", json={})) == (status in BEGINS)
    assert heard(await biller.post(f"/v1/advices/{presented['inquiry_id']}/acknowledgement")) == (status in CONCLUDES)
    assert heard(await biller.get("/v1/advices")) == (status in LOOKS)


async def test_a_payment_that_is_under_way_when_its_bank_is_suspended_ends_as_it_began_and_can_be_asked_after(line: Line) -> None:
    presented = await line.inquire(ONLINE, CUSTOMER)
    wanted = order(ONLINE, CUSTOMER, "81.43", inquiry_id=presented["inquiry_id"], bill_number="B1")
    paying = line.biller.pay

    async def suspended_meanwhile(*given: Any, **named: Any) -> Any:
        await become(line, BANK, ParticipantStatus.SUSPENDED)
        return await paying(*given, **named)

    line.biller.pay = suspended_meanwhile  # type: ignore[method-assign]
    answer = await line.pay(wanted, "key-00000001")
    assert (answer.status_code, answer.json()["state"]) == (201, "COMPLETED")

    again = await line.pay(wanted, "key-00000001")
    assert (again.status_code, again.json()["payment_id"]) == (201, answer.json()["payment_id"])
    asked = await line.bank.get("/v1/payments", params={"idempotency_key": "key-00000001"})
    assert asked.json()["items"][0]["state"] == "COMPLETED"
    refused = await line.pay(wanted | {"bank_reference": "FT-2"}, "key-00000002")
    assert (refused.status_code, refused.json()["code"]) == NOT_LIVE
    found = await line.switch.verification()
    assert found.clean, found.findings


async def test_a_suspension_that_two_have_agreed_on_for_later_is_seen_and_takes_effect_then(line: Line) -> None:
    nour, sami = [await staff_client(line, Role.PARTICIPANT_ADMIN, name=name) for name in ("nour", "sami")]
    at = line.clock.now() + timedelta(minutes=10)
    asked = {"kind": "participant.change", "subject": BANK, "content": {"status": "suspended"}, "reason": "licence ends"}
    proposed = (await nour.post("/v1/proposals", json=asked | {"effective_at": at.isoformat()})).json()
    assert (await sami.post(f"/v1/proposals/{proposed['proposal_id']}/approval")).status_code == 200
    known = line.switch.directory.current().participants[BANK]
    await line.switch.admit_participant(replace(known, governorate="حلب"), by="staff:third")
    address = f"/v1/operator/participants/{BANK}"

    file = (await nour.get(address)).json()
    assert (file["participant"]["status"], [one["content"] for one in file["to_come"]]) == ("live", [{"status": "suspended"}])
    await line.inquire(ONLINE, CUSTOMER)
    line.clock.move(600)
    assert await line.switch.decide_proposal.finish() == 1

    file = (await nour.get(address)).json()
    assert (file["participant"]["status"], file["to_come"]) == ("suspended", [])
    assert file["participant"]["governorate"] == "حلب", "what was not agreed on stays as it is by then"
    inquiry = await line.bank.post("/v1/inquiries", json={"service_code": ONLINE, "customer_reference": CUSTOMER, "channel": "mobile"})
    assert (inquiry.status_code, inquiry.json()["code"]) == NOT_LIVE
    first = (await nour.get(f"{address}/history", params={"limit": 1})).json()
    assert [(one["status"], one["by"]) for one in first["items"]] == [("suspended", "staff:nour and staff:sami")]
    second = (await nour.get(f"{address}/history", params={"limit": 1, "cursor": first["next_cursor"]})).json()
    assert second["items"][0]["by"] == "staff:third"
