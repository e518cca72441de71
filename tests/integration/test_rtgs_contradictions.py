"""The RTGS has settled after all what it had refused, and the money was asked for anew by then: two people book it, and things go on."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date
from pathlib import Path

import pytest

from switch.domain.break_repairs import Repair
from switch.domain.debts import DebtState
from switch.domain.identifiers import WindowId
from switch.domain.proposals import ProposalKind
from switch.domain.rtgs_statements import RtgsEntry, RtgsStatement
from switch.domain.settlement import SettlementInstruction, WindowState
from switch.domain.settlement_errors import RtgsContradicts
from switch.posting.repairs import RepairPosting
from switch.posting.reversal import ReversalPosting
from switch.reports.current_directory import CurrentDirectory
from switch.reports.rtgs_comparison import RtgsComparison
from switch.usecases.biller_lines import BillerLines
from switch.usecases.breakers import Breakers
from switch.usecases.reconcile_rtgs import ReconcileRtgs
from switch.usecases.repair_breaks import BREAKS, REPAIR, RepairBreaks
from tests.seeded import BANK, OTHER_BANK, START, WINDOW, rows
from tests.settling import LEGS, REJECT, SettlingWorld, settling_world

DAY = START.date()
FIRST = f"{WINDOW}-1"


class Country(SettlingWorld):
    """With a statement of the RTGS, and people who repair what it shows."""

    def __post_init__(self) -> None:
        super().__post_init__()
        directory = CurrentDirectory(self.database)
        lines = BillerLines(directory.current, {}, Breakers(self.clock))
        posting = RepairPosting(ReversalPosting(self.database, directory.current))
        self.undertakings[ProposalKind.REPAIR_BREAK] = RepairBreaks(self.clock, directory.current, self.database, lines, posting)

    def settles_after_all(self, instruction: SettlementInstruction) -> None:
        self.rtgs.refused.remove(instruction.instruction_id)
        self.rtgs.booked[instruction.instruction_id] = instruction

    async def not_ours(self) -> list[str]:
        """The breaks that a comparison with the statement leaves open."""

        async def statement_of(currency: str, day: date) -> RtgsStatement:
            entries = (
                RtgsEntry(name, f"RTGS-{name}", leg.participant, leg.minor) for name, sent in self.rtgs.booked.items() for leg in sent.legs
            )
            return RtgsStatement("S", day, currency, 1, tuple(entries))

        await ReconcileRtgs(self.clock, self.database, RtgsComparison(self.database, statement_of))("SYP", DAY)
        return [row.break_id for row in await rows(self.database, "SELECT break_id FROM break WHERE state = 'open' ORDER BY break_id")]

    async def suspend(self, *breaks: str) -> None:
        for each in breaks:
            await self.two_people(ProposalKind.REPAIR_BREAK, each, **{REPAIR: Repair.SUSPEND, BREAKS: each})


@pytest.fixture
async def country(database_url: str, tmp_path: Path) -> AsyncIterator[Country]:
    async with settling_world(database_url, tmp_path) as world:
        yield Country(world.database, world.folder, world.clock, world.rtgs, world.signer)


async def refused(country: Country) -> SettlementInstruction:
    await country.pay_some()
    country.rtgs.script.append(REJECT)
    window = await country.settle((await country.closed()).window_id)
    assert window.state is WindowState.ABORTED
    return SettlementInstruction(FIRST, WindowId(WINDOW), "SYP", LEGS)


async def moved(country: Country) -> str:
    await country.two_people(ProposalKind.MOVE_WINDOW)
    return str((await country.closed()).window_id)


async def recomputed(country: Country) -> str:
    await country.two_people(ProposalKind.RECOMPUTE_WINDOW, without=OTHER_BANK)
    return WINDOW


@pytest.mark.parametrize("asked_anew", [moved, recomputed])
async def test_the_window_goes_on_once_all_that_the_rtgs_has_moved_is_in_suspense(
    country: Country, asked_anew: Callable[[Country], Awaitable[str]]
) -> None:
    sent = await refused(country)
    waiting = await asked_anew(country)
    country.settles_after_all(sent)
    with pytest.raises(RtgsContradicts, match="suspend"):
        await country.settle(waiting)
    first, *others = await country.not_ours()
    assert len(others) == len(LEGS) - 1
    await country.suspend(*others)
    with pytest.raises(RtgsContradicts):  # one leg of it is on nobody's books yet
        await country.settle(waiting, again=True)
    await country.suspend(first)

    assert (await country.settle(waiting, again=True)).state is WindowState.SETTLED

    assert await country.not_ours() == []
    assert not {"suspense", "rtgs"} & set(await country.ledger())  # who paid twice gets back what the others have had twice
    assert await country.findings() == []


async def test_a_debt_of_later_is_paid_where_an_earlier_one_was_noted_under_what_the_rtgs_had_refused(country: Country) -> None:
    await country.pay_some()
    await country.closed()
    await country.two_people(ProposalKind.RECOMPUTE_WINDOW, without=OTHER_BANK)
    await country.settle(WINDOW)
    country.rtgs.script.append(REJECT)
    await country.two_people(ProposalKind.PAY_DEBT, OTHER_BANK, currency="SYP", amount="10.00")
    (lied,) = (await country.debts.book()).payments
    assert lied.state is DebtState.REFUSED
    country.settles_after_all(lied.instruction)
    country.clock.move(1)
    reference = f"RTGS-{lied.debt_payment_id}"
    await country.two_people(ProposalKind.NOTE_DEBT_PAYMENT, OTHER_BANK, currency="SYP", amount="10.00", rtgs_reference=reference)
    country.clock.move(1)

    await country.two_people(ProposalKind.PAY_DEBT, OTHER_BANK, currency="SYP")

    paid = (await country.debts.book()).payments[0]
    assert (paid.state, (await country.debts.book()).owed, await country.posted(OTHER_BANK)) == (DebtState.DONE, [], 0)
    assert await country.posted(BANK) >= 0
    assert await country.findings() == []
