"""Before a closed window is sent its debtors see their debit and approve it; an objection stops it, and only two people go past that."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError

from switch.domain.approvals import (
    ApprovalNetDiffers,
    ApprovalNotAsked,
    ApprovalState,
    SettlementRuleRefused,
    WindowNotApproved,
    WindowNotDecidable,
)
from switch.domain.money import Money
from switch.domain.proposal_errors import OwnProposal
from switch.domain.proposals import ProposalKind
from switch.domain.settlement import WindowState
from switch.store import proposals
from tests.seeded import BANK, BILLER, OTHER_BANK, WINDOW, rows
from tests.settling import LEGS, REJECT, SettlingWorld, settling_world

DEBITS = {leg.participant: leg.minor for leg in LEGS if leg.minor > 0}


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[SettlingWorld]:
    """Ten minutes to approve; payments are made and their window is closed."""
    async with settling_world(database_url, tmp_path) as world:
        await world.two_people(ProposalKind.SET_SETTLEMENT_RULE, "SYP", approval_seconds="600")
        await world.pay_some()
        await world.closed()
        await world.advance()
        yield world


async def state(world: SettlingWorld) -> tuple[WindowState, ApprovalState]:
    detail = await world.windows.one(WINDOW)
    return detail.window.state, detail.approval_state


def owed(minor: int) -> Money:
    return Money(minor, "SYP")


async def test_nothing_is_sent_before_every_debtor_has_approved_its_own_debit(world: SettlingWorld) -> None:
    for code, net in DEBITS.items():
        assert await state(world) == (WindowState.CLOSED, ApprovalState.AWAITED)
        assert world.rtgs.instructed == []
        own = await world.windows.of_participant(code, WINDOW)
        assert own.asked is not None
        assert (own.approval_state, own.asked.net, own.net_minor) == (ApprovalState.AWAITED, net, net)
        for _ in range(2):  # once more is the same answer
            await world.answer.approve(WINDOW, code, owed(net), by=code)
        await world.advance()
    assert await state(world) == (WindowState.SETTLED, ApprovalState.APPROVED)
    assert world.rtgs.booked[f"{WINDOW}-1"].legs == LEGS
    assert len(await rows(world.database, "SELECT * FROM window_answer")) == len(DEBITS)
    assert await world.findings() == []


async def test_only_the_very_sum_is_approved_and_only_by_who_owes_it(world: SettlingWorld) -> None:
    with pytest.raises(ApprovalNetDiffers):
        await world.answer.approve(WINDOW, BANK, owed(DEBITS[BANK] - 1), by=BANK)
    with pytest.raises(ApprovalNotAsked):
        await world.answer.approve(WINDOW, BILLER, owed(100), by=BILLER)
    with pytest.raises(ApprovalNotAsked):
        await world.answer.object("SYP-20261124-02", BANK, "not closed", by=BANK)


async def test_silence_counts_as_the_rule_says(world: SettlingWorld) -> None:
    world.clock.move(599)
    await world.advance()
    assert world.rtgs.instructed == []
    world.clock.move(1)
    await world.advance()
    assert await state(world) == (WindowState.SETTLED, ApprovalState.APPROVED)
    await world.two_people(ProposalKind.SET_SETTLEMENT_RULE, "SYP", silence="stops")
    await world.pay_some()
    second = await world.closed()
    await world.advance()
    world.clock.move(601)
    await world.advance()
    assert (await world.windows.one(second.window_id)).approval_state is ApprovalState.TIME_OVER
    with pytest.raises(WindowNotApproved):
        await world.settle(second.window_id)
    for code, net in DEBITS.items():  # late is better than never
        await world.answer.approve(second.window_id, code, owed(net), by=code)
    assert (await world.settle(second.window_id)).state is WindowState.SETTLED
    assert await world.findings() == []


async def test_an_objection_stops_the_window_until_it_is_taken_back(world: SettlingWorld) -> None:
    await world.answer.approve(WINDOW, BANK, owed(DEBITS[BANK]), by=BANK)
    await world.answer.object(WINDOW, OTHER_BANK, "دفتران مختلفان", by=OTHER_BANK)
    world.clock.move(3600)
    await world.advance()
    assert await state(world) == (WindowState.CLOSED, ApprovalState.OBJECTED)
    assert world.rtgs.instructed == []
    await world.answer.approve(WINDOW, OTHER_BANK, owed(DEBITS[OTHER_BANK]), by=OTHER_BANK)
    await world.advance()
    assert await state(world) == (WindowState.SETTLED, ApprovalState.APPROVED)
    said = await rows(
        world.database, "SELECT approves, reason FROM window_answer WHERE participant_code = :code ORDER BY number", code=OTHER_BANK
    )
    assert [tuple(one) for one in said] == [(False, "دفتران مختلفان"), (True, None)]
    assert await world.findings() == []


async def test_two_people_send_it_all_the_same_and_what_would_move_was_shown(world: SettlingWorld) -> None:
    await world.answer.object(WINDOW, BANK, "no", by=BANK)
    proposed = await world.propose(ProposalKind.OVERRIDE_WINDOW, WINDOW, {}, reason="heard", by="staff:nour")
    assert [(effect.account, effect.minor) for effect in proposed.foreseen.effects] == [
        (f"rtgs {leg.participant}", leg.minor) for leg in LEGS
    ]
    with pytest.raises(OwnProposal):
        await world.decide.approve(proposed.proposal_id, by="staff:nour")
    await world.advance()
    assert world.rtgs.instructed == []
    await world.decide.approve(proposed.proposal_id, by="staff:sami")
    await world.advance()
    assert await state(world) == (WindowState.SETTLED, ApprovalState.OVERRIDDEN)
    assert await world.findings() == []


async def test_two_people_withhold_a_window_and_two_people_send_it_later(world: SettlingWorld) -> None:
    await world.two_people(ProposalKind.WITHHOLD_WINDOW)
    for code, net in DEBITS.items():
        await world.answer.approve(WINDOW, code, owed(net), by=code)
    await world.advance()
    assert await state(world) == (WindowState.ABORTED, ApprovalState.WITHHELD)
    with pytest.raises(WindowNotApproved):
        await world.settle(WINDOW, again=True)
    assert world.rtgs.instructed == []
    assert await world.posted() == 30_105
    await world.two_people(ProposalKind.OVERRIDE_WINDOW)
    await world.advance()
    assert await state(world) == (WindowState.SETTLED, ApprovalState.OVERRIDDEN)
    assert await world.posted() == 0
    assert await world.findings() == []


async def test_what_was_decided_too_late_is_kept_and_does_nothing(world: SettlingWorld) -> None:
    late = await world.propose(ProposalKind.WITHHOLD_WINDOW, WINDOW, {}, reason="slow", by="staff:nour")
    for code, net in DEBITS.items():
        await world.answer.approve(WINDOW, code, owed(net), by=code)
    await world.advance()
    with pytest.raises(WindowNotDecidable):
        await world.decide.approve(late.proposal_id, by="staff:sami")
    async with world.database.transaction() as connection:  # sent between the approval and the deed
        await proposals.decide(connection, late.approved("staff:sami", world.clock.now()))
    assert await world.decide.finish() == 1
    detail = await world.windows.one(WINDOW)
    assert (detail.window.state, [decision.kind for decision in detail.approval.decisions]) == (WindowState.SETTLED, ["lapsed"])
    with pytest.raises(ApprovalNotAsked):
        await world.answer.object(WINDOW, BANK, "too late", by=BANK)
    assert await world.findings() == []


async def test_what_the_rtgs_has_refused_is_sent_again_under_the_same_approvals(world: SettlingWorld) -> None:
    world.rtgs.script.append(REJECT)
    for code, net in DEBITS.items():
        await world.answer.approve(WINDOW, code, owed(net), by=code)
    await world.advance()
    assert (await world.settle(WINDOW, again=True)).attempt == 2
    assert await world.findings() == []


async def test_what_was_asked_said_and_decided_never_changes(world: SettlingWorld) -> None:
    await world.answer.object(WINDOW, BANK, "no", by=BANK)
    await world.two_people(ProposalKind.OVERRIDE_WINDOW)
    for change in (
        "UPDATE window_answer SET approves = true, reason = NULL",
        "UPDATE window_approval SET net_minor = 1",
        "DELETE FROM window_decision",
        "UPDATE settlement_rule SET approval_seconds = 0",
    ):
        with pytest.raises(DBAPIError):
            await world.write(change)
    assert await world.findings() == []
    await world.write("UPDATE window_answer SET reason = 'yes'", guarded=False)
    assert await world.findings() == [f"window {WINDOW} answer 1 of {BANK}: it is not what was recorded"]


async def test_a_rule_is_within_bounds(world: SettlingWorld) -> None:
    for content in ({"approval_seconds": "86401"}, {"approval_seconds": "-1"}, {"silence": "maybe"}, {"sharing": "by_size"}):
        with pytest.raises(SettlementRuleRefused):
            await world.propose(ProposalKind.SET_SETTLEMENT_RULE, "SYP", content, reason="why", by="staff:nour")
