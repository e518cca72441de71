"""Money that no payment explains is held, shown with its age, and goes to whom it belongs or is written off, by two people, once."""

from datetime import date, timedelta

import pytest

from switch.domain.break_errors import RepairAmountRefused, RepairDoesNotFit
from switch.domain.proposal_errors import OwnProposal
from switch.domain.proposals import Proposal, ProposalKind
from switch.domain.rtgs_statements import RtgsEntry, RtgsStatement
from switch.domain.staff import Role
from switch.reports.rtgs_comparison import RtgsComparison
from switch.store.database import connect
from switch.usecases.reconcile_rtgs import ReconcileRtgs
from tests.api.line import BANK, BILLER, Line
from tests.api.staff_clients import staff_client

DAY = date(2026, 11, 24)


async def compare(line: Line, url: str, *entries: RtgsEntry, sequence: int = 1) -> None:
    """The RTGS's statement of the day says so."""

    async def statement_of(currency: str, day: date) -> RtgsStatement:
        return RtgsStatement(f"S{sequence}", day, currency, sequence, entries)

    database = connect(url)
    await ReconcileRtgs(line.clock, database, RtgsComparison(database, statement_of))("SYP", DAY)
    await database.close()


async def in_suspense(line: Line, url: str, minor: int) -> str:
    """The RTGS has moved it for the bank, and two people have booked it into suspense."""
    await compare(line, url, RtgsEntry("STRAY", "R9", BANK, minor))
    (found,) = await line.switch.breaks.page()
    await line.switch.decide_proposal.approve((await suspend(line, found.break_id)).proposal_id, by="staff:sami")
    return found.break_id


async def suspend(line: Line, break_id: str) -> Proposal:
    content = {"repair": "suspend", "breaks": break_id}
    return await line.switch.propose(ProposalKind.REPAIR_BREAK, break_id, content, reason="whose is it?", by="staff:nour")


async def propose(line: Line, break_id: str, to: str, amount: str | None = None) -> Proposal:
    content = {"break": break_id, "to": to} | ({"amount": amount} if amount else {})
    return await line.switch.propose(ProposalKind.RELEASE_SUSPENSE, break_id, content, reason="by letter", by="staff:nour")


async def accounts(line: Line) -> dict[str, int]:
    found = await line.query("SELECT account_code, sum(minor)::bigint FROM posting GROUP BY 1 HAVING sum(minor) <> 0")
    return {row[0]: row[1] for row in found}


async def clean(line: Line) -> None:
    found = await line.switch.verification()
    assert found.clean, found.findings


@pytest.mark.parametrize("minor", [500, -500])
async def test_what_the_rtgs_moved_is_held_and_goes_in_parts_to_whom_it_belongs(line: Line, furnished_url: str, minor: int) -> None:
    break_id = await in_suspense(line, furnished_url, minor)
    assert await accounts(line) == {"rtgs": minor, "suspense": -minor}
    line.clock.move(60)

    part = await propose(line, break_id, BANK, "2.00")
    sign = 1 if minor > 0 else -1
    assert {effect.account: effect.minor for effect in part.foreseen.effects} == {"suspense": 200 * sign, "rtgs": -200 * sign}
    with pytest.raises(OwnProposal):
        await line.switch.decide_proposal.approve(part.proposal_id, by="staff:nour")
    approved = await line.switch.decide_proposal.approve(part.proposal_id, by="staff:sami")
    await line.switch.propose.undertakings[ProposalKind.RELEASE_SUSPENSE].carry_out(approved)  # killed, and done again

    (held,) = await line.switch.breaks.in_suspense()
    assert (held.booked.minor, held.left.minor, held.participant) == (minor, 300 * sign, BANK)
    assert held.days(line.clock.now() + timedelta(days=3)) == 3
    with pytest.raises(RepairAmountRefused):
        await propose(line, break_id, BILLER, "3.01")
    person, other = await staff_client(line, Role.RECONCILER, name="nour"), await staff_client(line, Role.OPERATOR, name="sami")
    (shown,) = (await person.get("/v1/operator/suspense")).json()["items"]
    assert (shown["break_id"], shown["left"]["amount"]) == (break_id, f"{3 * sign}.00")
    said = {"kind": "suspense.release", "subject": break_id, "content": {"break": break_id, "to": "written_off"}, "reason": "nobody's"}
    rest = await person.post("/v1/proposals", json=said)
    assert rest.status_code == 201, rest.text
    own = await person.post(f"/v1/proposals/{rest.json()['proposal_id']}/approval")
    assert (own.status_code, own.json()["code"]) == (403, "own_proposal")
    assert (await other.post(f"/v1/proposals/{rest.json()['proposal_id']}/approval")).status_code == 200
    assert (await person.get("/v1/operator/suspense")).json()["items"] == []
    assert await accounts(line) == {"rtgs": 300 * sign, "written_off": -300 * sign}
    with pytest.raises(RepairAmountRefused):
        await propose(line, break_id, BANK)
    await line.switch.close_window("SYP", by="test")
    await clean(line)


async def test_what_was_released_is_expected_at_the_rtgs_and_missed_where_it_is_not(line: Line, furnished_url: str) -> None:
    break_id = await in_suspense(line, furnished_url, 500)
    released = await propose(line, break_id, BILLER)
    await line.switch.decide_proposal.approve(released.proposal_id, by="staff:sami")
    event = (await line.switch.breaks.history(break_id)).events[-1]
    assert event.facts is not None
    stray = RtgsEntry("STRAY", "R9", BANK, 500)

    await compare(line, furnished_url, stray, sequence=2)
    assert [each.kind for each in await line.switch.breaks.page() if each.state == "open"] == ["missing_at_rtgs"]

    await compare(line, furnished_url, stray, RtgsEntry(event.facts["instruction_id"], "R10", BILLER, -500), sequence=3)
    assert not [each for each in await line.switch.breaks.page() if each.state == "open"]
    await clean(line)


async def test_what_was_opened_again_is_not_booked_into_suspense_twice(line: Line, furnished_url: str) -> None:
    break_id = await in_suspense(line, furnished_url, 500)
    await line.switch.work_breaks.reopen([break_id], "is it ours?", by="staff:nour")

    with pytest.raises(RepairDoesNotFit):
        await suspend(line, break_id)

    assert await accounts(line) == {"rtgs": 500, "suspense": -500}
    with pytest.raises(RepairDoesNotFit):
        await propose(line, (await _another(line, furnished_url)), BANK)
    await clean(line)


async def _another(line: Line, url: str) -> str:
    """Never booked into suspense."""
    await compare(line, url, RtgsEntry("STRAY", "R9", BANK, 500), RtgsEntry("OTHER", "R8", BANK, 700), sequence=2)
    return next(each.break_id for each in await line.switch.breaks.page() if each.minor == 700)
