"""A repair sends the same payment under the same id to its biller once more; what the biller says stands in the history."""

import pytest

from switch.domain.breaks import BreakEventKind
from switch.domain.outcomes import Outcome, Reason, Refused, Unknown
from switch.domain.proposals import Proposal, ProposalKind
from tests.api.line import BILLER, CUSTOMER, ONLINE, Line, order

DAY = "2026-11-24"


async def missed(line: Line) -> tuple[str, str, str]:
    """Payment, its biller's reference and the break: its biller has not booked it."""
    presented = await line.inquire(ONLINE, CUSTOMER)
    paid = (await line.pay(order(ONLINE, CUSTOMER, "81.43", inquiry_id=presented["inquiry_id"], bill_number="B1"), "key-00000001")).json()
    await hand_in(line)
    (found,) = await line.switch.breaks.page()
    return str(paid["payment_id"]), str(paid["biller_reference"]), found.break_id


async def hand_in(line: Line, *rows: str) -> None:
    content = "\n".join([f"H,csv-1,booked,{BILLER},biller,{DAY},SYP", *rows, f"T,{len(rows)},{81.43 * len(rows):.2f}", ""])
    taken = await line.of(BILLER).post("/v1/statements", content=content.encode(), headers={"Content-Type": "text/csv"})
    assert taken.status_code in (200, 201), taken.text
    await line.switch.reconcile(line.clock.now().date())


async def agree(line: Line, break_id: str) -> Proposal:
    content = {"repair": "repeat_payment", "breaks": break_id}
    proposed = await line.switch.propose(ProposalKind.REPAIR_BREAK, break_id, content, reason="they lost it", by="staff:nour")
    return await line.switch.decide_proposal.approve(proposed.proposal_id, by="staff:sami")


async def test_its_biller_has_it_once_and_the_break_ends_repaired(line: Line) -> None:
    payment_id, reference, break_id = await missed(line)

    approved = await agree(line, break_id)
    await line.switch.propose.undertakings[ProposalKind.REPAIR_BREAK].carry_out(approved)  # killed, and done again

    assert [str(each) for each in line.biller.asked] == [payment_id] * 2, "ordered, and repeated once"
    assert [str(each) for each in line.biller.booked] == [payment_id]
    history = (await line.switch.breaks.history(break_id)).events
    assert [(event.kind, (event.facts or {})["answer"]) for event in history] == [(BreakEventKind.REPAIR_CARRIED_OUT, reference)]
    await hand_in(line, f"D,1,{payment_id},{reference},100010,{CUSTOMER},81.43,{DAY},booked")
    (found,) = await line.switch.breaks.page()
    assert found.state == "repaired"
    verified = await line.switch.verification()
    assert verified.clean, verified.findings


@pytest.mark.parametrize("answer", [Refused(Reason.OTHER), Unknown("cut off")])
async def test_what_its_biller_does_not_take_is_no_repair(line: Line, answer: Outcome) -> None:
    payment_id, _, break_id = await missed(line)
    line.biller.script(payment_id, answer, books=False)

    await agree(line, break_id)

    found = await line.switch.breaks.history(break_id)
    assert [event.kind for event in found.events] == [BreakEventKind.REPAIR_FAILED]
    assert (found.found.state, found.found.stage) == ("open", "in_work")
    (payment,) = await line.query("SELECT state FROM payment")
    assert payment.state == "COMPLETED"
