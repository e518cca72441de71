"""Disputes over the API: opened, answered, handed over, escalated and decided; what moves money is a reversal, and ends them."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from switch.domain.dispute_terms import Party
from switch.domain.proposals import ProposalKind, ProposalState
from switch.domain.staff import Role
from tests.api.line import BANK, BILLER, CUSTOMER, ONLINE, OPERATOR, OTHER_BANK, Line, order
from tests.api.staff_clients import staff_client

TEXT = "دفع الزبون أحمد الفاتورة وما زالت تظهر غير مسددة"
CONTACT = "0933777111"


async def paid(line: Line, key: str = "key-00000001") -> str:
    presented = await line.inquire(ONLINE, CUSTOMER)
    answer = await line.pay(order(ONLINE, CUSTOMER, "81.43", inquiry_id=presented["inquiry_id"], bill_number="B1"), key)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["payment_id"])


async def complain(
    line: Line, payment_id: str, reason: str = "paid_twice", key: str = "dispute-0001", code: str = BANK, **more: Any
) -> httpx2.Response:
    said = {"payment_id": payment_id, "reason": reason, "text": TEXT, "contact": CONTACT, **more}
    return await line.of(code).post("/v1/disputes", json=said, headers={"Idempotency-Key": key})  # type: ignore[arg-type]


async def opened(line: Line, reason: str = "paid_twice", **more: Any) -> str:
    answer = await complain(line, await paid(line), reason, **more)
    assert answer.status_code == 201, answer.text
    return f"/v1/disputes/{answer.json()['dispute']['dispute_id']}"


async def clean(line: Line) -> None:
    found = await line.switch.verification()
    assert found.clean, found.findings


async def test_a_refund_that_the_biller_accepts_is_made_by_two_and_ends_the_dispute_when_it_lands(line: Line) -> None:
    path = await opened(line, amount={"amount": "81.43", "currency": "SYP"})
    biller = line.of(BILLER)
    waiting = (await biller.get("/v1/disputes?holder=biller")).json()["items"]
    assert [each["dispute_id"] for each in waiting] == [path.rpartition("/")[2]]
    posted = (await line.bank.get("/v1/position")).json()["positions"][0]["posted"]["amount"]

    answered = await biller.post(f"{path}/answer", json={"accepted": True, "remedy": "refund", "note": "posted twice, ours 7781"})

    assert answered.status_code == 200, answered.text
    assert (answered.json()["dispute"]["state"], answered.json()["dispute"]["holder"]) == ("accepted", "switch")
    assert (await line.bank.get("/v1/position")).json()["positions"][0]["posted"]["amount"] == posted, "a dispute posts nothing"
    (proposal,) = await line.switch.proposals.page(ProposalState.PROPOSED, 10)
    assert (proposal.kind, proposal.proposed_by) == (ProposalKind.REFUND_DISPUTE, BILLER)
    assert sum(effect.minor for effect in proposal.foreseen.effects) == 0
    await line.switch.move_disputes()
    assert (await line.bank.get(path)).json()["dispute"]["state"] == "accepted"

    await line.switch.decide_proposal.approve(proposal.proposal_id, by="staff:sami")
    await line.switch.decide_proposal.finish()
    assert await line.switch.move_disputes() == 1
    assert await line.switch.move_disputes() == 0

    ended = (await line.bank.get(path)).json()
    (reversal,) = (await line.bank.get(f"/v1/payments/{ended['dispute']['payment_id']}/reversals")).json()["items"]
    assert (ended["dispute"]["outcome"], ended["dispute"]["reversal_id"]) == ("refunded", reversal["reversal_id"])
    assert reversal["state"] == "AGREED"
    assert [each["kind"] for each in ended["history"]] == ["opened", "accepted", "refund_asked", "closed"]
    assert (await line.bank.get("/v1/position")).json()["positions"][0]["posted"]["amount"] == "0.00"
    await clean(line)


async def test_a_part_that_was_agreed_on_is_what_is_given_back(line: Line) -> None:
    path = await opened(line, "wrong_amount", amount={"amount": "20.00", "currency": "SYP"})
    said = {"accepted": True, "remedy": "refund", "amount": {"amount": "20.01", "currency": "SYP"}, "note": "ours"}
    refused = await line.of(BILLER).post(f"{path}/answer", json=said)
    assert (refused.status_code, refused.json()["code"]) == (422, "dispute_amount_refused")
    said["amount"] = {"amount": "15.00", "currency": "SYP"}
    assert (await line.of(BILLER).post(f"{path}/answer", json=said)).status_code == 200
    (proposal,) = await line.switch.proposals.page(ProposalState.PROPOSED, 10)
    await line.switch.decide_proposal.approve(proposal.proposal_id, by="staff:sami")
    await line.switch.move_disputes()

    ended = (await line.bank.get(path)).json()["dispute"]
    assert (ended["state"], ended["agreed"]["amount"]) == ("closed", "15.00")
    payment = (await line.bank.get(f"/v1/payments/{ended['payment_id']}")).json()
    assert (payment["state"], payment["refunded"]["amount"]) == ("COMPLETED", "15.00")
    story = (await line.of(OPERATOR).get(f"/v1/operator/payments/{ended['payment_id']}")).json()
    assert [(its["reason"], its["outcome"]) for its in story["disputes"]] == [("wrong_amount", "refunded")]
    await clean(line)


async def test_a_rejection_is_escalated_and_two_people_decide_with_the_refund_in_it(line: Line) -> None:
    path = await opened(line)
    assert (await line.of(BILLER).post(f"{path}/answer", json={"accepted": False, "note": "one posting"})).status_code == 200
    refused = await line.of(BILLER).post(f"{path}/escalation", json={"note": "x"})
    assert (refused.status_code, refused.json()["code"]) == (409, "dispute_not_yours")
    assert (await line.bank.post(f"{path}/escalation", json={"note": "two receipts"})).json()["dispute"]["holder"] == "central_bank"

    content = {"upheld": "yes", "remedy": "refund"}
    subject = path.rpartition("/")[2]
    person, other = await staff_client(line, Role.RECONCILER, name="nour"), await staff_client(line, Role.OPERATOR, name="sami")
    said = {"kind": "dispute.decide", "subject": subject, "content": {"upheld": "maybe"}, "reason": "receipts 7 and 9"}
    wrong = await person.post("/v1/proposals", json=said)
    assert (wrong.status_code, wrong.json()["code"]) == (422, "proposal_content_wrong")
    proposed = await person.post("/v1/proposals", json={**said, "content": content})
    assert proposed.status_code == 201, proposed.text
    approved = await other.post(f"/v1/proposals/{proposed.json()['proposal_id']}/approval")
    assert approved.status_code == 200, approved.text
    await line.switch.move_disputes()

    ended = (await line.bank.get(path)).json()
    assert [each["kind"] for each in ended["history"]] == ["opened", "rejected", "escalated", "upheld", "refund_asked", "closed"]
    assert {each["by"] for each in ended["history"][3:]} == {"switch"}, "whoever decided is the switch to participants"
    assert ended["dispute"]["outcome"] == "refunded"
    await clean(line)


async def test_put_right_is_for_whoever_opened_it_to_confirm_or_deny(line: Line) -> None:
    path = await opened(line, "not_posted")
    done = await line.of(BILLER).post(f"{path}/answer", json={"accepted": True, "remedy": "put_right", "note": "posted today"})
    assert (done.json()["dispute"]["holder"], done.json()["dispute"]["state"]) == ("bank", "accepted")
    assert (await line.of(BILLER).post(f"{path}/confirmation", json={"note": "x"})).json()["code"] == "dispute_not_yours"
    ended = (await line.bank.post(f"{path}/confirmation", json={"note": "seen"})).json()["dispute"]
    assert (ended["state"], ended["outcome"], ended["holder"], ended["late"]) == ("closed", "put_right", None, False)
    again = await line.bank.post(f"{path}/withdrawal", json={"note": "x"})
    assert (again.status_code, again.json()["code"]) == (409, "dispute_move_refused")
    await clean(line)


async def test_the_same_key_is_the_same_dispute_and_one_reason_has_one_at_a_time(line: Line) -> None:
    payment_id = await paid(line)
    first = await complain(line, payment_id)
    answers = await asyncio.gather(*(complain(line, payment_id) for _ in range(4)))
    assert {answer.json()["dispute"]["dispute_id"] for answer in answers} == {first.json()["dispute"]["dispute_id"]}
    other = await complain(line, payment_id, text="another")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_conflict")
    twice = await asyncio.gather(*(complain(line, payment_id, "not_posted", key=f"dispute-1{number}00") for number in range(4)))
    assert sorted(answer.status_code for answer in twice) == [201, 409, 409, 409]
    assert {answer.json()["code"] for answer in twice if answer.status_code == 409} == {"dispute_already_open"}
    await clean(line)


async def test_of_two_hand_overs_at_once_one_wins(line: Line) -> None:
    path = await opened(line)
    said = [{"to": "bank", "note": "please send the receipt"}, {"to": "switch", "note": "not ours"}]
    answers = await asyncio.gather(*(line.of(BILLER).post(f"{path}/hand-over", json=each) for each in said))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    won = next(answer.json()["dispute"] for answer in answers if answer.status_code == 200)
    assert (await line.bank.get(path)).json()["dispute"]["holder"] == won["holder"] in ("bank", "switch")
    refused = await line.bank.post(f"{path}/answer", json={"accepted": False, "note": "own"})
    assert (refused.status_code, refused.json()["code"]) == (409, "dispute_not_yours")


async def test_a_clock_that_runs_out_escalates_and_silence_is_no_answer(line: Line) -> None:
    path = await opened(line, "not_posted")
    view = (await line.bank.get(path)).json()["dispute"]
    line.clock.move(timedelta(hours=21).total_seconds())
    assert await line.switch.move_disputes() == 1
    assert await line.switch.move_disputes() == 0
    line.clock.move(timedelta(hours=3, seconds=1).total_seconds())
    assert [each["dispute_id"] for each in (await line.bank.get("/v1/disputes?overdue=true")).json()["items"]] == [view["dispute_id"]]
    assert await line.switch.move_disputes() == 1
    then = (await line.bank.get(path)).json()
    assert [each["kind"] for each in then["history"]] == ["opened", "due_soon", "overdue", "escalated"]
    assert (then["dispute"]["state"], then["dispute"]["late"], then["dispute"]["outcome"]) == ("escalated", True, None)

    person = await staff_client(line, Role.OPERATOR, name="nour")
    extended = await person.post(f"/v1/staff/{path.removeprefix('/v1/')}/extension", json={"hours": 24, "note": "archive"})
    assert extended.status_code == 200, extended.text
    assert extended.json()["dispute"]["deadline"] > then["dispute"]["deadline"]
    await clean(line)


async def test_strangers_see_nothing_and_staff_see_no_contact(line: Line) -> None:
    path = await opened(line)
    for each in (path, "/v1/disputes/019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071", "/v1/disputes/nonsense"):
        answer = await line.of(OTHER_BANK).get(each)
        assert (answer.status_code, answer.json()["code"]) == (404, "dispute_unknown")
    assert (await line.of(OTHER_BANK).get("/v1/disputes")).json()["items"] == []
    stranger = await complain(line, (await line.bank.get(path)).json()["dispute"]["payment_id"], code=OTHER_BANK)
    assert (stranger.status_code, stranger.json()["code"]) == (404, "payment_unknown")
    assert CONTACT in (await line.of(BILLER).get(path)).text
    person = await staff_client(line, Role.AUDITOR, name="nour")
    shown = await person.get(f"/v1/operator/{path.removeprefix('/v1/')}")
    assert TEXT in shown.text
    assert CONTACT not in shown.text
    kept = await line.query("SELECT dispute::text, (SELECT string_agg(its::text, '') FROM dispute_event AS its) FROM dispute")
    assert CONTACT not in str(kept)
    assert "أحمد" not in str(kept)


async def test_evidence_is_small_of_few_kinds_and_read_by_both_sides(line: Line) -> None:
    path = await opened(line)
    pdf = b"%PDF-1.7 receipt"
    address, kind = f"{path}/attachments?name=%D8%A5%D9%8A%D8%B5%D8%A7%D9%84.pdf", {"Content-Type": "application/pdf"}
    first, again = [await line.bank.post(address, content=pdf, headers=kind) for _ in range(2)]
    assert (first.status_code, first.json()) == (201, again.json())
    assert first.json()["media_type"] == "application/pdf"
    read = await line.of(BILLER).get(f"{path}/attachments/{first.json()['sha256']}")
    assert (read.content, read.headers["content-disposition"]) == (pdf, "attachment")
    assert (await line.of(OTHER_BANK).get(f"{path}/attachments/{first.json()['sha256']}")).status_code == 404
    assert first.json()["name"] == "إيصال.pdf"
    for content in (b"MZ\x00\x01", b"<svg>\x07", b"\xff\xfe", b""):
        refused = await line.bank.post(address, content=content, headers=kind)
        assert (refused.status_code, refused.json()["code"]) == (422, "dispute_attachment_refused"), content
    assert (await line.bank.post(address, content=b"%PDF-" + b"x" * 999_996, headers=kind)).status_code == 413
    assert (await line.bank.post(address, content=pdf, headers={"Content-Type": "application/zip"})).status_code == 415
    inner = "file_name_forbidden"
    for name, code in (("..", inner), ("%2E%2E%2Fetc%2Fpasswd", inner), ("a%5Cb.pdf", inner), ("%20", "text_blank")):
        refused = await line.bank.post(f"{path}/attachments?name={name}", content=pdf + b"2", headers=kind)
        assert (refused.status_code, refused.json()["code"]) == (422, code), name
    assert len((await line.bank.get(path)).json()["attachments"]) == 1
    await clean(line)


@pytest.mark.parametrize(
    ("said", "status", "code"),
    [
        ({"reason": "reversal_wrong"}, 422, "dispute_reason_not_yours"),
        ({"reason": "outcome_unknown"}, 409, "dispute_payment_state"),
        ({"reason": "made_up"}, 422, "field_invalid"),
        ({"amount": {"amount": "81.44", "currency": "SYP"}}, 422, "dispute_amount_refused"),
        ({"amount": {"amount": "81.43", "currency": "USD"}}, 422, "currency_unsupported"),
        ({"text": "  "}, 422, "text_blank"),
        ({"text": "a\u202eb"}, 422, "text_forbidden"),
        ({"contact": "a\u0000b"}, 422, "text_forbidden"),
        ({"payment_id": "019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071"}, 404, "payment_unknown"),
    ],
)
async def test_what_cannot_be_complained_of_is_refused_by_name_and_leaves_nothing(
    line: Line, said: dict[str, Any], status: int, code: str
) -> None:
    payment_id = await paid(line)
    answer = await complain(line, **{"payment_id": payment_id, **said})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert (await line.query("SELECT count(*) FROM dispute"))[0][0] == 0


async def test_too_late_is_too_late(line: Line) -> None:
    payment_id = await paid(line)
    line.clock.move(timedelta(days=121).total_seconds())
    answer = await complain(line, payment_id)
    assert (answer.status_code, answer.json()["code"]) == (409, "dispute_too_late")


async def test_terms_are_changed_by_two_and_count_for_disputes_opened_from_then_on(line: Line) -> None:
    path = await opened(line, "not_posted")
    before = (await line.bank.get(path)).json()["dispute"]["deadline"]
    content = {
        "reason": "not_posted", "first": "switch", "answer_hours": "2", "answer_silence": "accepts", "review_hours": "24",
        "review_silence": "closes", "decide_hours": "24", "open_days": "30",
    }  # fmt: skip
    line.clock.move(1)
    proposal = await line.switch.propose(ProposalKind.SET_DISPUTE_TERM, "not_posted", content, reason="circular 4", by="staff:nour")
    await line.switch.decide_proposal.approve(proposal.proposal_id, by="staff:sami")
    (reason,) = [each for each in (await line.bank.get("/v1/disputes/reasons")).json()["items"] if each["reason"] == "not_posted"]
    assert (reason["answered_by"], reason["answer_hours"]) == ("switch", 2)
    assert (await line.bank.get(path)).json()["dispute"]["deadline"] == before
    await line.bank.post(f"{path}/withdrawal", json={"note": "again"})
    second = await complain(line, (await line.bank.get(path)).json()["dispute"]["payment_id"], "not_posted", key="dispute-0002")
    assert second.json()["dispute"]["holder"] == Party.SWITCH

    line.clock.move(timedelta(hours=2).total_seconds())
    await line.switch.move_disputes()
    assert [each["kind"] for each in (await line.bank.get(second.headers["location"])).json()["history"]][-2:] == ["overdue", "accepted"]
    await clean(line)


async def test_what_people_wrote_is_erased_after_its_time_and_the_rest_is_still_proven(line: Line) -> None:
    path = await opened(line)
    await line.bank.post(f"{path}/attachments", content=b"paid", headers={"Content-Type": "text/plain"})
    await line.bank.post(f"{path}/withdrawal", json={"note": "settled at the counter"})
    line.clock.move(timedelta(days=401).total_seconds())
    await line.switch.erase_expired()
    shown = (await line.bank.get(path)).json()
    assert {each["note"] for each in shown["history"]} == {None}
    assert (await line.bank.get(f"{path}/attachments/{shown['attachments'][0]['sha256']}")).status_code == 404
    assert [each for each in (await line.switch.verification()).findings if "dispute" in each.where] == []
