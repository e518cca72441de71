"""Payments whose biller is silent past the deadline: decided by its rule, or by two people; a late answer is noted."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

import pytest

from switch.domain.catalogue import DECIDING_SECONDS, OverdueRule
from switch.domain.errors import PaymentUnknown
from switch.domain.identifiers import ServiceCode
from switch.domain.outcomes import Accepted, Unknown
from switch.domain.proposal_errors import OwnProposal, PaymentNotOverdue, ProposalDecided, ProposalUnknown, ReasonMissing
from switch.domain.proposals import Proposal, ProposalKind
from switch.store import proposals
from tests.api.line import CUSTOMER, ONLINE, Line, order

HOUR_SECONDS = 3_600
FORCE, GIVE_BACK = ProposalKind.FORCE_PAYMENT, ProposalKind.GIVE_BACK_PAYMENT


async def _doubtful(line: Line) -> str:
    """In doubt past its deadline; the biller does not answer, neither to orders nor to enquiries."""
    presented = await line.inquire(ONLINE, CUSTOMER)
    line.biller.script(CUSTOMER, *[Unknown("silent")] * 9, books=False)
    paid = await line.pay(order(ONLINE, CUSTOMER, "81.43", inquiry_id=presented["inquiry_id"], bill_number="B1"), "key-00000001")
    assert paid.status_code == 202
    payment_id = str(paid.json()["payment_id"])
    line.biller.script_enquiries(payment_id, *[Unknown("silent")] * 9)
    return payment_id


async def _state(line: Line, payment_id: str) -> str:
    return str((await line.bank.get(f"/v1/payments/{payment_id}")).json()["state"])


async def _attempts(line: Line) -> int:
    return int((await line.query("SELECT attempts FROM payment"))[0][0])


async def _position(line: Line) -> tuple[str, str]:
    (position,) = (await line.bank.get("/v1/position")).json()["positions"]
    return position["held"]["amount"], position["posted"]["amount"]


async def _clean(line: Line) -> None:
    found = await line.switch.verification()
    assert found.clean, found.findings


@pytest.mark.parametrize(
    ("rule", "state", "position"),
    [
        (OverdueRule.STAFF, "IN_DOUBT", ("81.43", "0.00")),
        (OverdueRule.GIVE_BACK, "REJECTED", ("0.00", "0.00")),
        (OverdueRule.FORCE, "COMPLETED", ("0.00", "81.43")),
    ],
)
async def test_the_billers_rule_decides_after_the_deadline_and_not_before(
    line: Line, rule: OverdueRule, state: str, position: tuple[str, str]
) -> None:
    service = line.switch.directory.current().service(ServiceCode(ONLINE))
    await line.switch.offer_service(replace(service, overdue=rule), by="test")
    payment_id = await _doubtful(line)

    line.clock.move(HOUR_SECONDS - 60)
    assert await line.switch.conclude_overdue() == 0
    assert await _state(line, payment_id) == "IN_DOUBT"

    line.clock.move(400)
    await line.switch.conclude_overdue()
    assert await _state(line, payment_id) == state
    assert await _position(line) == position
    await _clean(line)


@pytest.mark.parametrize("rule", [OverdueRule.GIVE_BACK, OverdueRule.FORCE])
async def test_the_bank_knows_by_the_moment_that_it_was_promised(line: Line, rule: OverdueRule) -> None:
    service = line.switch.directory.current().service(ServiceCode(ONLINE))
    await line.switch.offer_service(replace(service, overdue=rule), by="test")
    payment_id = await _doubtful(line)
    certain_by = datetime.fromisoformat((await line.bank.get(f"/v1/payments/{payment_id}")).json()["certain_by"])
    line.clock.move(60)
    await line.switch.resolve_payments()
    asked = await _attempts(line)
    assert asked > 0

    line.clock.move((certain_by - line.clock.now()).total_seconds() - DECIDING_SECONDS - 1)
    await line.switch.resolve_payments()
    assert await line.switch.conclude_overdue() == 0
    assert await _attempts(line) == asked, "no question begins whose answer would come too late"
    line.clock.move(2)
    assert await line.switch.conclude_overdue() == 1

    concluded = (await line.bank.get(f"/v1/payments/{payment_id}")).json()
    assert concluded["final"]
    assert datetime.fromisoformat(concluded["concluded_at"]) < certain_by
    await _clean(line)


async def test_a_yes_that_comes_after_it_was_given_back_is_noted_and_moves_nothing(line: Line) -> None:
    payment_id = await _doubtful(line)
    line.clock.move(HOUR_SECONDS)
    await _approved(line, await _proposed(line, GIVE_BACK, payment_id))
    assert await _state(line, payment_id) == "REJECTED"

    known = await line.switch.payment_stories.named(payment_id)
    await line.switch.lane.submit(line.switch.resolve_payments.conclusion(known.payment, Accepted("BK-LATE")))

    notes = [row[0] for row in await line.query("SELECT note FROM payment_event WHERE note LIKE 'late answer%'")]
    assert notes == ["late answer: accepted"]
    assert await _position(line) == ("0.00", "0.00")
    await _clean(line)


async def _proposed(line: Line, kind: ProposalKind, payment_id: str, by: str = "staff:nour") -> Proposal:
    return await line.switch.propose(kind, payment_id, {"biller_reference": "BK-9"}, reason="telephone, 10:15", by=by)


async def _approved(line: Line, proposal: Proposal, by: str = "staff:sami") -> Proposal:
    return await line.switch.decide_proposal.approve(proposal.proposal_id, by=by)


async def test_two_people_make_an_overdue_payment_final(line: Line) -> None:
    payment_id = await _doubtful(line)
    with pytest.raises(PaymentNotOverdue):
        await _proposed(line, FORCE, payment_id)
    line.clock.move(HOUR_SECONDS)
    (overdue,) = await line.switch.proposals.overdue(10)
    assert str(overdue.payment_id) == payment_id

    proposal = await _proposed(line, FORCE, payment_id)

    assert sum(effect.minor for effect in proposal.foreseen.effects if not effect.account.startswith("hold:")) == 0
    assert {effect.account: effect.minor for effect in proposal.foreseen.effects}["hold:100010"] == -8_143
    assert await _state(line, payment_id) == "IN_DOUBT", "nothing is done before it is approved"
    with pytest.raises(OwnProposal):
        await _approved(line, proposal, by="staff:nour")
    await _approved(line, proposal)

    payment = (await line.bank.get(f"/v1/payments/{payment_id}")).json()
    assert (payment["state"], payment["biller_reference"]) == ("COMPLETED", "BK-9")
    assert await _position(line) == ("0.00", "81.43")
    by = (await line.query("SELECT by FROM payment_event WHERE to_state = 'COMPLETED'"))[0][0]
    assert by == "staff:nour and staff:sami"
    with pytest.raises(ProposalDecided):
        await _approved(line, proposal)
    assert await line.switch.decide_proposal.finish() == 0
    await _clean(line)


async def test_what_was_approved_and_not_done_is_done_by_the_worker(line: Line) -> None:
    payment_id = await _doubtful(line)
    line.clock.move(HOUR_SECONDS)
    proposal = await _proposed(line, GIVE_BACK, payment_id)
    at = line.clock.now()
    database = line.switch.propose.database
    async with database.transaction() as connection:
        await proposals.decide(connection, proposal.approved("staff:sami", at))

    assert await line.switch.decide_proposal.finish() == 1

    assert await _state(line, payment_id) == "REJECTED"
    assert await line.switch.decide_proposal.finish() == 0


async def test_a_refused_or_expired_proposal_does_nothing(line: Line) -> None:
    payment_id = await _doubtful(line)
    line.clock.move(HOUR_SECONDS)
    refused, expired = await _proposed(line, FORCE, payment_id), await _proposed(line, FORCE, payment_id)

    with pytest.raises(ReasonMissing):
        await line.switch.decide_proposal.refuse(refused.proposal_id, reason="  ", by="staff:sami")
    await line.switch.decide_proposal.refuse(refused.proposal_id, reason="the biller says no", by="staff:sami")
    line.clock.move(24 * HOUR_SECONDS)

    for one in (refused, expired):
        with pytest.raises(ProposalDecided):
            await _approved(line, one)
    assert await _state(line, payment_id) == "IN_DOUBT"


async def test_nonsense_is_refused_by_name(line: Line) -> None:
    for subject in ("nonsense", "019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071"):
        with pytest.raises(PaymentUnknown):
            await line.switch.propose(FORCE, subject, {}, reason="why", by="staff:nour")
    with pytest.raises(ProposalUnknown):
        await line.switch.decide_proposal.approve(UUID("019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071"), by="staff:sami")


async def _in_doubt_back(line: Line) -> str:
    """Paid, and taken back by its bank; the biller does not say whether it agrees."""
    presented = await line.inquire(ONLINE, CUSTOMER)
    paid = await line.pay(order(ONLINE, CUSTOMER, "81.43", inquiry_id=presented["inquiry_id"], bill_number="B1"), "key-00000001")
    payment_id = str(paid.json()["payment_id"])
    line.biller.script_reversals(*[Unknown("silent")] * 9, books=False)
    back = await line.bank.post(
        f"/v1/payments/{payment_id}/reversals", json={"reason": "other"}, headers={"Idempotency-Key": "back-0000001"}
    )
    assert (back.status_code, back.json()["state"]) == (202, "IN_DOUBT")
    return payment_id


async def _reversal(line: Line, payment_id: str) -> tuple[str, str]:
    """Its state, and that of its payment."""
    (reversal,) = (await line.bank.get(f"/v1/payments/{payment_id}/reversals")).json()["items"]
    return reversal["state"], reversal["payment_state"]


@pytest.mark.parametrize(
    ("rule", "states", "posted"),
    [
        (OverdueRule.STAFF, ("IN_DOUBT", "COMPLETED"), "81.43"),
        (OverdueRule.GIVE_BACK, ("REFUSED", "COMPLETED"), "81.43"),
        (OverdueRule.FORCE, ("AGREED", "REVERSED"), "0.00"),
    ],
)
async def test_a_reversal_is_certain_by_its_deadline_too(line: Line, rule: OverdueRule, states: tuple[str, str], posted: str) -> None:
    service = line.switch.directory.current().service(ServiceCode(ONLINE))
    await line.switch.offer_service(replace(service, overdue=rule), by="test")
    payment_id = await _in_doubt_back(line)

    line.clock.move(HOUR_SECONDS - 60)
    assert await line.switch.conclude_overdue() == 0
    assert await _reversal(line, payment_id) == ("IN_DOUBT", "COMPLETED")

    line.clock.move(400)
    await line.switch.conclude_overdue()
    assert await _reversal(line, payment_id) == states
    assert await _position(line) == ("0.00", posted)
    await _clean(line)


@pytest.mark.parametrize(
    ("kind", "states", "posted"), [(FORCE, ("REFUSED", "COMPLETED"), "81.43"), (GIVE_BACK, ("AGREED", "REVERSED"), "0.00")]
)
async def test_two_people_make_an_overdue_reversal_final(line: Line, kind: ProposalKind, states: tuple[str, str], posted: str) -> None:
    payment_id = await _in_doubt_back(line)
    with pytest.raises(PaymentNotOverdue):
        await _proposed(line, kind, payment_id)
    line.clock.move(HOUR_SECONDS + 1)
    (overdue,) = await line.switch.proposals.overdue_reversals(10)
    assert str(overdue.request.payment_id) == payment_id

    proposal = await _proposed(line, kind, payment_id)

    assert [change.what for change in proposal.foreseen.changes] == [f"reversal {overdue.reversal_id}"]
    assert sum(effect.minor for effect in proposal.foreseen.effects) == 0
    await _approved(line, proposal)
    assert await _reversal(line, payment_id) == states
    assert await _position(line) == ("0.00", posted)
    with pytest.raises(PaymentNotOverdue):
        await _proposed(line, kind, payment_id)
    await _clean(line)
