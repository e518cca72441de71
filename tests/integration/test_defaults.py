"""A participant does not pay: its window is settled without it, by two people, as was shown; the ledger says who is owed what for that."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError

from switch.domain.approvals import ApprovalState, DefaultNotCovered, NoDefault
from switch.domain.money import Money
from switch.domain.proposal_errors import ProposalChanged
from switch.domain.proposals import ProposalKind
from switch.domain.settlement import WindowState
from switch.store import proposals
from tests.seeded import BANK, BILLER, OTHER_BANK, WINDOW, one, rows
from tests.settling import CUT, LEGS, LOST, OVERSEER, REJECT, SILENT, SettlingWorld, settling_world

NEXT, THIRD = "SYP-20261124-02", "SYP-20261125-01"
NETS = {leg.participant: leg.minor for leg in LEGS}


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[SettlingWorld]:
    async with settling_world(database_url, tmp_path) as world:
        yield world


async def stopped(world: SettlingWorld) -> None:
    """Closed, and kept from being sent because the other bank cannot pay."""
    await world.two_people(ProposalKind.SET_SETTLEMENT_RULE, "SYP", approval_seconds="600")
    await world.pay_some()
    await world.closed()
    await world.advance()
    await world.answer.object(WINDOW, OTHER_BANK, "insolvent", by=OTHER_BANK)


async def nets_of(world: SettlingWorld, window_id: str) -> dict[str, int]:
    return {leg.participant: leg.minor for leg in (await world.windows.one(window_id)).legs}


async def without_the_other(world: SettlingWorld, window_id: str = WINDOW) -> None:
    await world.two_people(ProposalKind.RECOMPUTE_WINDOW, window_id, without=OTHER_BANK)


async def test_guarantee_first_then_the_others_and_the_defaulter_owes_it_in_the_next_window(world: SettlingWorld) -> None:
    await stopped(world)
    await world.deposit(OTHER_BANK, 2_000)
    loss = NETS[OTHER_BANK]
    await without_the_other(world)
    recomputed = await nets_of(world, WINDOW)
    assert recomputed == {
        **{code: net for code, net in NETS.items() if code != OTHER_BANK},
        BANK: NETS[BANK] + loss - 2_000,
        OVERSEER: NETS[OVERSEER] + 2_000,
    }
    assert await nets_of(world, NEXT) == {OTHER_BANK: loss, BANK: -(loss - 2_000), OVERSEER: -2_000}
    assert (await world.posted(), await world.posted(OTHER_BANK)) == (30_105, 5_105)

    await world.advance()
    detail = await world.windows.one(WINDOW)
    assert (detail.window.state, detail.approval_state, detail.approval.round) == (WindowState.CLOSED, ApprovalState.AWAITED, 2)
    assert {asked.participant: asked.net for asked in detail.approval.asked} == {BANK: recomputed[BANK]}
    await world.answer.approve(WINDOW, BANK, Money(recomputed[BANK], "SYP"), by=BANK)
    await world.advance()
    assert (await world.windows.one(WINDOW)).window.state is WindowState.SETTLED
    assert {leg.participant: leg.minor for leg in world.rtgs.booked[f"{WINDOW}-1"].legs} == recomputed
    assert (await world.posted(), await world.posted(OTHER_BANK)) == (0, loss)
    own = await world.windows.of_participant(BANK, WINDOW)
    assert (own.net_minor, own.claims_minor) == (recomputed[BANK], loss - 2_000)
    assert await world.findings() == []

    await world.closed()
    world.clock.move(3600)
    await world.advance()
    world.clock.move(3600)
    await world.advance()
    assert (await world.windows.one(NEXT)).window.state is WindowState.SETTLED, "silence approves"
    assert {leg.participant: leg.minor for leg in world.rtgs.booked[f"{NEXT}-1"].legs} == {
        OTHER_BANK: loss, BANK: -(loss - 2_000), OVERSEER: -2_000,
    }  # fmt: skip
    assert await world.ledger() == {}, "everybody has got back what it gave"
    assert await world.posted(OTHER_BANK) == 0
    assert await world.findings() == []


async def test_customers_bills_stay_paid_and_billers_get_all_of_theirs(world: SettlingWorld) -> None:
    await stopped(world)
    before = await rows(world.database, "SELECT payment_id, state, window_id FROM payment ORDER BY payment_id")
    await without_the_other(world)
    assert (await nets_of(world, WINDOW))[BILLER] == NETS[BILLER]
    assert await rows(world.database, "SELECT payment_id, state, window_id FROM payment ORDER BY payment_id") == before
    await world.two_people(ProposalKind.OVERRIDE_WINDOW)
    await world.advance()
    files = {file.header.participant: file for file in await world.files.of_window(WINDOW)}
    assert (files[BILLER].totals.net, files[BILLER].header.changes) == (-NETS[BILLER], ())
    assert files[BANK].header.changes == (f"default of {OTHER_BANK}: 50.75 more to pay", "defaults in all: 50.75")
    assert files[OTHER_BANK].header.changes == ("default: 50.75 covered by others", "defaults in all: -50.75")
    assert files[OTHER_BANK].totals.net == NETS[OTHER_BANK], "its payments are what they were"
    assert await world.findings() == []


async def test_what_was_shown_is_what_is_done_or_nothing_is(world: SettlingWorld) -> None:
    await stopped(world)
    proposed = await world.propose(ProposalKind.RECOMPUTE_WINDOW, WINDOW, {"without": OTHER_BANK}, reason="broke", by="staff:nour")
    effects = {effect.account: effect.minor for effect in proposed.foreseen.effects}
    loss = NETS[OTHER_BANK]
    assert effects == {
        f"{WINDOW} default_share:{BANK}:{OTHER_BANK}": loss,
        f"{WINDOW} position:{OTHER_BANK}": -loss,
        f"open default_share:{BANK}:{OTHER_BANK}": -loss,
        f"open position:{OTHER_BANK}": loss,
    }
    assert [(change.what, change.before, change.after) for change in proposed.foreseen.changes] == [
        (f"net of {BANK}", "300.15", "350.90"),
        (f"net of {OTHER_BANK}", "50.75", "0.00"),
    ]
    await world.deposit(OTHER_BANK, 1)
    with pytest.raises(ProposalChanged):
        await world.decide.approve(proposed.proposal_id, by="staff:sami")
    async with world.database.transaction() as connection:  # it changed between the approval and the deed
        await proposals.decide(connection, proposed.approved("staff:sami", world.clock.now()))
    assert await world.decide.finish() == 0
    assert await rows(world.database, "SELECT state, ending ->> 2 FROM proposal WHERE kind = 'window.recompute'") == [
        ("failed", "default_changed")
    ]
    assert await nets_of(world, WINDOW) == NETS
    assert [decision.kind for decision in (await world.windows.one(WINDOW)).approval.decisions] == ["lapsed"]
    await without_the_other(world)
    assert await nets_of(world, WINDOW) != NETS
    assert await world.findings() == []


async def test_a_second_default_waits_for_the_first_and_uses_no_guarantee_twice(world: SettlingWorld) -> None:
    await world.deposit(OTHER_BANK, 2_000)
    loss = NETS[OTHER_BANK]
    await world.pay_some()
    await world.closed()
    await without_the_other(world)
    await world.advance()
    await world.pay_some()
    await world.closed()
    assert (await nets_of(world, NEXT))[OTHER_BANK] == 2 * loss
    await without_the_other(world, NEXT)
    assert await nets_of(world, NEXT) == {**{code: net for code, net in NETS.items() if code != OTHER_BANK}, BANK: NETS[BANK] + loss}
    assert (await nets_of(world, "SYP-20261124-03")) == {OTHER_BANK: 2 * loss, BANK: -(2 * loss - 2_000), OVERSEER: -2_000}
    await world.advance()
    assert await world.findings() == []


async def test_who_owes_nothing_is_no_defaulter_and_a_loss_needs_somebody_who_covers_it(world: SettlingWorld) -> None:
    await world.pay_some()
    await world.closed()
    for nobody in (BILLER, OVERSEER):
        with pytest.raises(NoDefault):
            await world.two_people(ProposalKind.RECOMPUTE_WINDOW, WINDOW, without=nobody)
    with pytest.raises(DefaultNotCovered):
        await world.two_people(ProposalKind.RECOMPUTE_WINDOW, WINDOW, without=f"{BANK},{OTHER_BANK}")
    for bank in (BANK, OTHER_BANK):
        await world.deposit(bank, NETS[bank])
    await world.two_people(ProposalKind.RECOMPUTE_WINDOW, WINDOW, without=f"{BANK},{OTHER_BANK}")
    assert (await nets_of(world, WINDOW))[OVERSEER] == NETS[OVERSEER] + NETS[BANK] + NETS[OTHER_BANK]
    await world.advance()
    assert await world.findings() == []


@pytest.mark.parametrize("script", [[LOST], [CUT], [SILENT, SILENT], [REJECT]])
async def test_after_a_recomputation_the_rtgs_is_told_once_whatever_it_answers(world: SettlingWorld, script: list[str]) -> None:
    """The first instruction, with the defaulter, was refused; the second is another one and books once."""
    await world.pay_some()
    await world.closed()
    world.rtgs.script.append(REJECT)
    assert (await world.settle(WINDOW)).state is WindowState.ABORTED
    await without_the_other(world)
    world.rtgs.script.extend(script)
    for _ in range(6):
        world.clock.move(120)
        await world.advance()
    if script == [REJECT]:
        assert (await world.settle(WINDOW, again=True)).state is WindowState.SETTLED
    detail = await world.windows.one(WINDOW)
    assert detail.window.settled_at is not None
    assert detail.window.rtgs_reference == f"RTGS-{WINDOW}-{detail.window.attempt}"
    (booked,) = world.rtgs.booked.values()
    assert {leg.participant: leg.minor for leg in booked.legs} == await nets_of(world, WINDOW)
    assert (await one(world.database, "SELECT count(*) FROM journal_entry WHERE kind = 'window_settled'"))[0] == 1
    assert await world.findings() == []


async def test_the_simulation_says_what_the_recomputation_does_and_changes_nothing(world: SettlingWorld) -> None:
    await world.deposit(OTHER_BANK, 2_000)
    await world.pay_some()
    live = await world.simulate.live("SYP", [OTHER_BANK])
    assert live.windows == (WINDOW,)
    assert {leg.participant: leg.minor for leg in live.before} == NETS
    (burden, keeper) = live.plan.burdens
    assert (burden.participant, burden.net_after - burden.net_before, burden.breaches) == (BANK, NETS[OTHER_BANK] - 2_000, False)
    assert (keeper.participant, keeper.net_after - keeper.net_before) == (OVERSEER, 2_000)
    await world.write("UPDATE position SET cap_minor = 30200 WHERE bank_code = :code", guarded=False, code=BANK)
    assert (await world.simulate.live("SYP", [OTHER_BANK])).plan.burdens[0].breaches
    await world.closed()
    assert await nets_of(world, WINDOW) == NETS
    foretold = await world.simulate.of_window(WINDOW, [OTHER_BANK])
    await without_the_other(world)
    assert foretold.plan.legs == (await world.windows.one(WINDOW)).legs
    everybody = await world.simulate.live("SYP", [BANK, OTHER_BANK])
    assert everybody.plan.uncovered > 0


async def test_the_database_takes_no_claim_that_is_not_carried_and_posted(world: SettlingWorld) -> None:
    await stopped(world)
    await without_the_other(world)
    claim = f"""
        INSERT INTO window_claim (window_id, of_window_id, number, defaulter_code, creditor_code, source, minor, carried, since_attempt)
        VALUES ('{WINDOW}', '{WINDOW}', 9, '{OTHER_BANK}', '{BANK}', 'share', 5, false, 1)
    """
    for change in (claim, "UPDATE window_claim SET minor = minor + 1", "DELETE FROM window_claim"):
        with pytest.raises(DBAPIError):
            await world.write(change)
    await world.write("UPDATE window_claim SET minor = minor + 1 WHERE carried", guarded=False)
    found = await world.findings()
    assert any("is not owed in another" in finding for finding in found)
    assert any("the claims give" in finding for finding in found)
