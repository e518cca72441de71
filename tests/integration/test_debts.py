"""A defaulter's debt after its window was settled without it: paid in parts through the RTGS, noted, or written off; the books say how."""

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest

from switch.domain.debts import (
    DebtAmountRefused,
    DebtPayment,
    DebtReferenceTaken,
    DebtState,
    DebtUnderWay,
    DebtWay,
    NoDebt,
)
from switch.domain.errors import CurrencyUnsupported, Refusal
from switch.domain.proposal_errors import ContentWrong
from switch.domain.proposals import ProposalKind
from switch.domain.rtgs_statements import RtgsEntry, RtgsStatement
from switch.domain.settlement import WindowState
from switch.reports.rtgs_comparison import RtgsComparison
from switch.store import claims
from tests.seeded import BANK, OTHER_BANK, WINDOW
from tests.settling import ACCEPT, CUT, LEGS, LOST, OVERSEER, REJECT, SILENT, SettlingWorld, settling_world

NEXT = "SYP-20261124-02"
NETS = {leg.participant: leg.minor for leg in LEGS}
LOSS, GUARANTEE = NETS[OTHER_BANK], 2_000
SHARE = LOSS - GUARANTEE


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[SettlingWorld]:
    """A window was settled without the other bank: a part out of its guarantee, the rest out of the first bank's pocket."""
    async with settling_world(database_url, tmp_path) as made:
        await made.pay_some()
        await made.closed()
        await made.deposit(OTHER_BANK, GUARANTEE)
        await made.two_people(ProposalKind.RECOMPUTE_WINDOW, WINDOW, without=OTHER_BANK)
        await made.settle(WINDOW)
        yield made


async def pay(world: SettlingWorld, amount: str | None = None, kind: ProposalKind = ProposalKind.PAY_DEBT, **content: str) -> DebtPayment:
    content |= {"currency": "SYP"} | ({"amount": amount} if amount else {})
    world.clock.move(1)
    await world.two_people(kind, OTHER_BANK, **content)
    return (await world.debts.book()).payments[0]


async def owed(world: SettlingWorld) -> dict[str, int]:
    return {claim.creditor: claim.minor for debt in (await world.debts.book()).owed for claim in debt.claims}


async def nets_of(world: SettlingWorld, window_id: str) -> dict[str, int]:
    return {leg.participant: leg.minor for leg in (await world.windows.one(window_id)).legs}


async def guarantee_left(world: SettlingWorld) -> int:
    async with world.database.reading() as connection:
        return (await claims.standings(connection, "SYP"))[OTHER_BANK].guarantee


async def test_a_debt_is_paid_in_parts_by_instructions_of_its_own_and_the_guarantee_comes_back(world: SettlingWorld) -> None:
    assert (await owed(world), await guarantee_left(world)) == ({BANK: SHARE, OVERSEER: GUARANTEE}, 0)
    part = await pay(world, "10.00")
    assert (part.debt_payment_id, part.state, part.window_id) == (f"SYP-DEBT-{OTHER_BANK}-1", DebtState.DONE, NEXT)
    assert {leg.participant: leg.minor for leg in world.rtgs.booked[part.debt_payment_id].legs} == {
        OTHER_BANK: 1_000, BANK: -606, OVERSEER: -394,
    }  # fmt: skip
    left = {BANK: SHARE - 606, OVERSEER: GUARANTEE - 394}
    assert (await owed(world), await guarantee_left(world), await world.posted(OTHER_BANK)) == (left, 394, LOSS - 1_000)
    assert await world.findings() == []
    rest = await pay(world)
    assert {claim.creditor: claim.minor for claim in rest.parts} == left
    assert (await owed(world), await guarantee_left(world), await world.posted(OTHER_BANK)) == ({}, GUARANTEE, 0)
    assert (await world.settle((await world.closed()).window_id)).state is WindowState.SETTLED
    assert f"{NEXT}-1" not in world.rtgs.booked, "nothing is owed in the window any more"
    assert (await world.ledger(), await world.findings()) == ({}, [])


async def test_what_is_left_is_asked_for_with_the_window_or_carried_on_without_the_defaulter(world: SettlingWorld) -> None:
    await pay(world, "10.00")
    await world.closed()
    assert (await nets_of(world, NEXT))[OTHER_BANK] == LOSS - 1_000
    await world.two_people(ProposalKind.RECOMPUTE_WINDOW, NEXT, without=OTHER_BANK)
    assert sum((await owed(world)).values()) == LOSS - 1_000
    assert await nets_of(world, NEXT) == {}, "those to whom it owes wait on"
    assert (await world.settle(NEXT)).state is WindowState.SETTLED
    await pay(world)
    await world.settle((await world.closed()).window_id)
    assert (await owed(world), await world.posted(OTHER_BANK), await world.ledger(), await world.findings()) == ({}, 0, {}, [])


async def test_what_is_paid_while_its_window_is_on_its_way_comes_back_with_the_open_one(world: SettlingWorld) -> None:
    await world.closed()
    await pay(world)
    assert await owed(world) == {}
    await world.settle(NEXT)
    assert await owed(world) == {BANK: -SHARE, OVERSEER: -GUARANTEE}, "it was paid twice: with its window, and by itself"
    with pytest.raises(NoDebt):
        await pay(world)
    third = await world.settle((await world.closed()).window_id)
    assert {leg.participant: leg.minor for leg in world.rtgs.booked[f"{third.window_id}-1"].legs} == {
        OTHER_BANK: -LOSS, BANK: SHARE, OVERSEER: GUARANTEE,
    }  # fmt: skip
    assert (await owed(world), await world.posted(OTHER_BANK), await world.ledger(), await world.findings()) == ({}, 0, {}, [])


@pytest.mark.parametrize("script", [(LOST, ACCEPT), (CUT, ACCEPT), (SILENT, SILENT, ACCEPT)], ids=lambda script: script[0])
async def test_silence_is_no_answer_and_what_the_rtgs_then_says_counts_once(world: SettlingWorld, script: tuple[str, ...]) -> None:
    world.rtgs.script += script
    assert (await pay(world, "10.00")).state is DebtState.ASKED
    assert sum((await owed(world)).values()) == LOSS
    with pytest.raises(DebtUnderWay):
        await pay(world, "1.00")
    for _ in range(3):
        world.clock.move(120)
        await world.settle_debts()
    assert (await world.debts.book()).payments[0].state is DebtState.DONE
    assert (sum((await owed(world)).values()), await world.posted(OTHER_BANK)) == (LOSS - 1_000, LOSS - 1_000)
    assert await world.findings() == []


async def test_what_the_rtgs_refuses_ends_nothing_and_is_ordered_anew(world: SettlingWorld) -> None:
    world.rtgs.script.append(REJECT)
    refused = await pay(world, "10.00")
    assert (refused.state, refused.refused_because) == (DebtState.REFUSED, "insufficient_funds 100010")
    assert (sum((await owed(world)).values()), await world.posted(OTHER_BANK)) == (LOSS, LOSS)
    assert (await pay(world, "10.00")).debt_payment_id == f"SYP-DEBT-{OTHER_BANK}-2"
    assert await world.findings() == []


async def test_what_was_paid_without_the_switch_is_noted_and_compared_with_the_statement(world: SettlingWorld) -> None:
    noted = await pay(world, "20.00", ProposalKind.NOTE_DEBT_PAYMENT, rtgs_reference="R-77", day="2026-11-24")
    assert (noted.way, noted.rtgs_reference, world.rtgs.instructed) == (DebtWay.NOTED, "R-77", [f"{WINDOW}-1"])
    paid = await pay(world, "1.00")
    with pytest.raises(DebtReferenceTaken):
        await pay(world, None, ProposalKind.NOTE_DEBT_PAYMENT, rtgs_reference="R-77")
    legs = [
        *(RtgsEntry("BY-HAND", "R-77", leg.participant, leg.minor) for leg in noted.instruction.legs),
        *(RtgsEntry(paid.debt_payment_id, paid.rtgs_reference or "", leg.participant, leg.minor) for leg in paid.instruction.legs),
        *(RtgsEntry(f"{WINDOW}-1", f"RTGS-{WINDOW}-1", leg.participant, leg.minor) for leg in world.rtgs.booked[f"{WINDOW}-1"].legs),
    ]

    async def statement_of(currency: str, day: date) -> RtgsStatement:
        return RtgsStatement("S", day, currency, 1, tuple(legs))

    compare = RtgsComparison(world.database, statement_of)
    assert (await compare("SYP", date(2026, 11, 24))).differences == []
    legs.pop(0)
    assert [each.instruction_id for each in (await compare("SYP", date(2026, 11, 24))).differences] == ["BY-HAND"]


async def test_what_is_never_paid_is_borne_by_those_who_have_covered_it_and_the_guarantee_is_used_for_good(world: SettlingWorld) -> None:
    gone = await pay(world, None, ProposalKind.WRITE_OFF_DEBT)
    assert (gone.way, gone.rtgs_reference, gone.settled_at) == (DebtWay.WRITTEN_OFF, None, None)
    assert (await owed(world), await world.posted(OTHER_BANK), await guarantee_left(world)) == ({}, 0, 0)
    await world.settle((await world.closed()).window_id)
    assert (await guarantee_left(world), await world.ledger(), await world.findings()) == (0, {}, [])
    await world.deposit(OTHER_BANK, 700)
    assert await guarantee_left(world) == 700, "what is deposited is decided about anew"


@pytest.mark.parametrize(
    ("kind", "subject", "content", "refusal"),
    [
        (ProposalKind.PAY_DEBT, BANK, {"currency": "SYP"}, NoDebt),
        (ProposalKind.PAY_DEBT, OTHER_BANK, {"currency": "XXX"}, CurrencyUnsupported),
        (ProposalKind.PAY_DEBT, OTHER_BANK, {"currency": "SYP", "amount": "50.76"}, DebtAmountRefused),
        (ProposalKind.NOTE_DEBT_PAYMENT, OTHER_BANK, {"currency": "SYP"}, ContentWrong),
        (ProposalKind.NOTE_DEBT_PAYMENT, OTHER_BANK, {"currency": "SYP", "rtgs_reference": "R", "day": "2026-11-25"}, ContentWrong),
        (ProposalKind.NOTE_DEBT_PAYMENT, OTHER_BANK, {"currency": "SYP", "rtgs_reference": "R", "day": "today"}, ContentWrong),
        (ProposalKind.NOTE_DEBT_PAYMENT, OTHER_BANK, {"currency": "SYP", "rtgs_reference": "R", "day": "20261124"}, ContentWrong),
    ],
)
async def test_what_is_not_owed_cannot_be_paid(
    world: SettlingWorld, kind: ProposalKind, subject: str, content: dict[str, str], refusal: type[Refusal]
) -> None:
    with pytest.raises(refusal):
        await world.propose(kind, subject, content, reason="why", by="staff:nour")
    assert sum((await owed(world)).values()) == LOSS


async def test_participants_read_their_own_parts_and_edited_payments_are_found(world: SettlingWorld) -> None:
    await pay(world, "10.00")
    own = await world.debts.book(participant=BANK)
    assert [[claim.minor for claim in debt.claims] for debt in own.owed] == [[SHARE - 606]]
    assert [[part.minor for part in made.parts] for made in own.payments] == [[606]]
    await world.write("UPDATE debt_part SET minor = minor + 1 WHERE creditor_code = :code", guarded=False, code=BANK)
    assert any("its parts come to 1001" in finding for finding in await world.findings())
