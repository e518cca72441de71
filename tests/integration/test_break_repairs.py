"""Breaks repaired: through the ledger and by two people, once; the next reconciliation shows them ended and the books stay clean."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from adapters.drops.local_folder import LocalFolder
from switch.domain.admission import Conclude, Reserve
from switch.domain.booked_statements import BookedLine, Side
from switch.domain.break_errors import BreakEnded, RepairAmountRefused, RepairDoesNotFit
from switch.domain.break_repairs import Repair
from switch.domain.breaks import BreakEventKind, ClosingRule
from switch.domain.identifiers import WindowId
from switch.domain.nets import agreed_nets
from switch.domain.outcomes import Accepted
from switch.domain.payments import Payment, PaymentState
from switch.domain.proposal_errors import OwnProposal
from switch.domain.proposals import Foreseen, Proposal, ProposalKind
from switch.domain.reconciliation import Break, BreakKind, BreakState
from switch.posting.batch import write_batch
from switch.posting.repairs import RepairPosting
from switch.posting.reversal import ReversalPosting
from switch.reports.breaks import Breaks
from switch.reports.current_directory import CurrentDirectory
from switch.reports.verification import Verification
from switch.store import nets, payments, proposals
from switch.store.database import connect
from switch.usecases.biller_lines import BillerLines
from switch.usecases.breakers import Breakers
from switch.usecases.close_window import CloseWindow
from switch.usecases.decide_proposal import DecideProposal
from switch.usecases.keep_audit import KeepAudit
from switch.usecases.propose import Propose, Undertaking
from switch.usecases.repair_breaks import AMOUNT, BREAKS, REPAIR, RepairBreaks
from switch.usecases.set_closing_rule import SetClosingRule, write
from switch.usecases.work_breaks import WorkBreaks
from tests import filled_books
from tests.filled_books import DAY, LOG, charged, fill_the_catalogue
from tests.reconciled import Prepared, World, line
from tests.seeded import BANK, BILLER, OTHER_BANK, START, WINDOW, FixedClock, one, order, rows, seed

TARIFF = filled_books.TARIFF


@dataclass
class Desk(World):
    """Staff at work: what they propose, approve and look at."""

    folder: Path

    def __post_init__(self) -> None:
        self.directory = CurrentDirectory(self.database)
        billers = BillerLines(self.directory.current, {}, Breakers(self.clock))
        posting = RepairPosting(ReversalPosting(self.database, self.directory.current))
        self.repairing = RepairBreaks(self.clock, self.directory.current, self.database, billers, posting)
        undertakings: dict[ProposalKind, Undertaking] = {
            ProposalKind.REPAIR_BREAK: self.repairing,
            ProposalKind.SET_CLOSING_RULE: SetClosingRule(self.clock, self.database),
        }
        self.propose = Propose(self.clock, self.database, undertakings)
        self.decide = DecideProposal(self.clock, self.database, undertakings, KeepAudit(self.clock, self.database))
        self.work = WorkBreaks(self.clock, self.database)

    async def paid(self, minor: int) -> Payment:
        command: Reserve = charged(order(minor))
        await write_batch(self.database, [command], START)
        return await self._concluded(Conclude(command.payment.payment_id, Accepted(f"B-{minor}"), START, "biller", START))

    async def agree(self, repair: Repair, *found: Break, amount: str | None = None) -> Proposal:
        """Proposed and approved."""
        return await self.decide.approve((await self.proposed(repair, *found, amount=amount)).proposal_id, by="staff:sami")

    async def proposed(self, repair: Repair, *found: Break, amount: str | None = None) -> Proposal:
        content = {REPAIR: repair.value, BREAKS: "\n".join(each.break_id for each in found)} | ({AMOUNT: amount} if amount else {})
        return await self.propose(ProposalKind.REPAIR_BREAK, found[0].break_id, content, reason="agreed by letter 7", by="staff:nour")

    async def clean(self) -> None:
        result = await Verification(self.database, LocalFolder(self.folder), LOG)()
        assert result.findings == ()

    async def nets_now(self) -> dict[str, int]:
        """Of the window as it is; the ledger and the single payments and adjustments give the same."""
        async with self.database.reading() as connection:
            found = agreed_nets(
                WindowId(WINDOW), await nets.balances(connection, WINDOW), await nets.collected(connection, WINDOW),
                await nets.authorities(connection),
            )  # fmt: skip
        return {leg.participant: leg.minor for leg in found.legs}

    async def close(self) -> None:
        """With the bilateral matrix, which `verify` recomputes."""
        await CloseWindow(self.clock, self.database)("SYP", by="test")

    async def the(self, kind: BreakKind) -> Break:
        return next(each for each in await self.breaks() if each.kind is kind)

    async def state_of(self, found: Break) -> BreakState:
        return next(each.state for each in await self.breaks() if each.break_id == found.break_id)

    async def position(self) -> int:
        return int((await one(self.database, "SELECT posted_minor FROM position WHERE bank_code = :bank", bank=BANK))[0])


@pytest.fixture
async def desk(database_url: str, tmp_path: Path) -> AsyncIterator[Desk]:
    database = connect(database_url)
    await seed(database, {BANK: 10_000_000, OTHER_BANK: 10_000_000})
    await fill_the_catalogue(filled_books.World(database, LocalFolder(tmp_path)))
    await desk_directory(desk := Desk(database, FixedClock(), Prepared(), tmp_path))
    yield desk
    await database.close()


async def desk_directory(desk: Desk) -> None:
    await desk.directory.refresh()


def with_fee(payment: Payment, side: Side, more: int = 0) -> BookedLine:
    fee = payment.fees.payer if side is Side.BANK else payment.fees.biller
    return replace(line(payment, side), fee=fee + more)


async def test_a_payment_that_its_biller_never_booked_is_given_back_and_the_break_ends_repaired(desk: Desk) -> None:
    paid, other = await desk.paid(10_000), await desk.paid(20_000)
    await desk.hand_in(BILLER, [line(other, Side.BILLER)])
    await desk.reconcile(DAY)
    found = await desk.the(BreakKind.MISSING_AT_BILLER)

    proposal = await desk.proposed(Repair.GIVE_BACK, found)

    effects = {effect.account: effect.minor for effect in proposal.foreseen.effects}
    assert effects[f"position:{BANK}"] == -paid.hold_minor
    assert sum(effects.values()) == 0
    assert await desk.position() == paid.hold_minor + other.hold_minor
    with pytest.raises(OwnProposal):
        await desk.decide.approve(proposal.proposal_id, by="staff:nour")
    await desk.decide.approve(proposal.proposal_id, by="staff:sami")

    assert await desk.position() == other.hold_minor
    async with desk.database.reading() as connection:
        assert (await payments.find(connection, [paid.payment_id]))[paid.payment_id].state is PaymentState.REVERSED
    assert [tuple(row) for row in await rows(desk.database, "SELECT kind FROM outbox")] == [("payment.reversed",)]
    (biller,) = [side for side in await desk.reconcile(DAY) if side.participant == BILLER]
    assert (biller.breaks, biller.unreconciled_minor, biller.matched) == (0, 0, 1)
    assert await desk.state_of(found) is BreakState.REPAIRED
    await desk.close()
    await desk.clean()


async def test_a_repair_that_was_approved_and_killed_is_done_once_by_whoever_goes_on(desk: Desk) -> None:
    await desk.paid(10_000)
    await desk.hand_in(BANK, [])
    await desk.reconcile(DAY)
    found = await desk.the(BreakKind.MISSING_AT_BANK)
    proposal = await desk.proposed(Repair.WRITE_OFF, found, amount="30.00")
    async with desk.database.transaction() as connection:
        await proposals.decide(connection, approved := proposal.approved("staff:sami", desk.clock.now()))
    await desk.repairing.carry_out(approved)  # and dies before it is noted as carried out

    assert await desk.decide.finish() == 1
    await desk.repairing.carry_out(approved)

    assert [tuple(row) for row in await rows(desk.database, "SELECT written_off_minor FROM adjustment")] == [(3_000,)]
    history = await Breaks(desk.database).history(found.break_id)
    assert [(event.kind, event.by) for event in history.events] == [(BreakEventKind.WRITTEN_OFF, "staff:nour and staff:sami")]
    await desk.clean()


@pytest.mark.parametrize(("side", "owner"), [(Side.BANK, BANK), (Side.BILLER, BILLER)])
@pytest.mark.parametrize("more", [7, -7])
async def test_a_fee_is_adjusted_to_what_was_booked_and_counts_in_the_nets(desk: Desk, side: Side, owner: str, more: int) -> None:
    paid = await desk.paid(10_000)
    if side is Side.BILLER:  # its fee is nothing: only more can have been booked
        more = abs(more)
    before = await desk.nets_now()
    await desk.hand_in(paid.request.bank if side is Side.BANK else BILLER, [with_fee(paid, side, more)])
    await desk.reconcile(DAY)
    found = await desk.the(BreakKind.FEE_DIFFERS)

    await desk.agree(Repair.ADJUST, found)

    after = await desk.nets_now()
    assert after[owner] == before[owner] + more
    assert after[filled_books.OPERATOR] == before[filled_books.OPERATOR] - more
    results = [result for result in await desk.reconcile(DAY) if result.participant == owner]
    assert [(result.matched, result.breaks) for result in results] == [(1, 0)]
    assert await desk.state_of(found) is BreakState.REPAIRED
    await desk.close()
    await desk.clean()


async def test_what_is_written_off_is_made_good_by_the_switch_company_and_never_more_than_is_at_stake(desk: Desk) -> None:
    paid = await desk.paid(10_000)
    await desk.hand_in(BILLER, [replace(line(paid, Side.BILLER), minor=9_990)])
    await desk.reconcile(DAY)
    found = await desk.the(BreakKind.AMOUNT_DIFFERS)
    for amount in ("0.11", "1.00"):
        with pytest.raises(RepairAmountRefused):
            await desk.proposed(Repair.WRITE_OFF, found, amount=amount)

    proposal = await desk.agree(Repair.WRITE_OFF, found)

    assert {effect.account: effect.minor for effect in proposal.foreseen.effects} == {f"payable:{BANK}:{BILLER}": -10, "written_off": 10}
    await desk.nets_now()
    (biller,) = [side for side in await desk.reconcile(DAY) if side.participant == BILLER]
    assert (biller.matched, biller.breaks) == (1, 0)
    with pytest.raises(BreakEnded):
        await desk.proposed(Repair.WRITE_OFF, found)
    await desk.close()
    await desk.clean()


async def test_an_advice_goes_once_more_and_the_next_statement_ends_the_break_as_repaired(desk: Desk) -> None:
    paid = await desk.paid(10_000)
    await desk.hand_in(BILLER, [])
    await desk.reconcile(DAY)
    found = await desk.the(BreakKind.MISSING_AT_BILLER)

    await desk.agree(Repair.RE_ADVISE, found)

    assert [row.kind for row in await rows(desk.database, "SELECT kind FROM outbox")] == ["payment.completed"]
    await desk.reconcile(DAY)
    assert await desk.state_of(found) is BreakState.OPEN, "an advice that is on its way has repaired nothing"
    await desk.hand_in(BILLER, [line(paid, Side.BILLER)])
    (biller,) = [side for side in await desk.reconcile(DAY) if side.participant == BILLER]
    assert (biller.matched, biller.breaks) == (1, 0)
    await desk.clean()


async def test_many_are_accepted_together_stay_ended_and_are_opened_again_one_by_one(desk: Desk) -> None:
    paid = [await desk.paid(10_000 + number) for number in range(3)]
    await desk.hand_in(BANK, [replace(line(each), customer_reference="77") for each in paid])
    await desk.reconcile(DAY)

    await desk.agree(Repair.ACCEPT, *await desk.breaks())
    (bank, _) = await desk.reconcile(DAY)

    assert (bank.matched, bank.breaks) == (3, 0)
    found = (await desk.breaks())[0]
    assert found.state is BreakState.ACCEPTED
    await desk.work.reopen([found.break_id], "the letter was for others", by="staff:nour")
    (bank, _) = await desk.reconcile(DAY)
    assert (bank.matched, bank.breaks) == (2, 1)
    await desk.clean()


async def test_a_class_is_closed_by_a_rule_of_two_people_and_each_can_be_undone(desk: Desk) -> None:
    small, large = await desk.paid(10_000), await desk.paid(20_000)
    await desk.hand_in(BANK, [replace(line(small), minor=10_001), replace(line(large), minor=20_500)])
    rule = ClosingRule(BreakKind.AMOUNT_DIFFERS, None, most_minor=5, most_days=0)
    proposal = await desk.propose(ProposalKind.SET_CLOSING_RULE, "amount_differs", write(rule), reason="circular 4", by="staff:nour")
    assert isinstance(proposal.foreseen, Foreseen)
    await desk.reconcile(DAY)
    assert {each.state for each in await desk.breaks()} == {BreakState.OPEN}
    await desk.decide.approve(proposal.proposal_id, by="staff:sami")

    (bank, _) = await desk.reconcile(DAY)

    assert (bank.matched, bank.breaks) == (1, 1)
    closed = next(each for each in await desk.breaks() if each.payment_id == small.payment_id)
    assert closed.state is BreakState.CLOSED_BY_RULE
    await desk.work.reopen([closed.break_id], "look at it", by="staff:nour")
    (bank, _) = await desk.reconcile(DAY)
    assert (bank.matched, bank.breaks) == (0, 2), "what people have opened again no rule closes"
    await desk.clean()


async def test_a_repair_that_does_not_fit_is_refused_and_one_that_fits_no_more_stands_in_the_history(desk: Desk) -> None:
    await desk.paid(10_000)
    await desk.hand_in(BILLER, [])
    await desk.reconcile(DAY)
    found = await desk.the(BreakKind.MISSING_AT_BILLER)
    for repair in (Repair.ADJUST, Repair.ACCEPT, Repair.SUSPEND):
        with pytest.raises(RepairDoesNotFit):
            await desk.proposed(repair, found)
    first, second = await desk.proposed(Repair.GIVE_BACK, found), await desk.proposed(Repair.GIVE_BACK, found)
    await desk.decide.approve(first.proposal_id, by="staff:sami")
    with pytest.raises(RepairDoesNotFit):
        await desk.decide.approve(second.proposal_id, by="staff:sami")
    async with desk.database.transaction() as connection:  # both were approved at the same moment
        await proposals.decide(connection, second.approved("staff:sami", desk.clock.now()))
    assert await desk.decide.finish() == 1

    assert len(await rows(desk.database, "SELECT 1 FROM reversal")) == 1
    kinds = [event.kind for event in (await Breaks(desk.database).history(found.break_id)).events]
    assert kinds == [BreakEventKind.REPAIR_CARRIED_OUT, BreakEventKind.REPAIR_FAILED]
    await desk.clean()
