"""Run as a program of its own: takes statements in, reconciles, repairs, releases, ends disputes; dies at one fail point after another.

Arguments: folder, then databases, each with `point@time` several times: a child for each. Whoever runs `the_work` again goes on.
"""

import asyncio
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from adapters.drops.local_folder import LocalFolder
from adapters.files.csv import CsvFormat
from switch.domain.break_repairs import Repair
from switch.domain.dispute_terms import DisputeReason, Remedy
from switch.domain.disputes import DisputeState
from switch.domain.identifiers import ParticipantCode
from switch.domain.proposals import ProposalKind, ProposalState
from switch.domain.reconciliation import BreakKind
from switch.domain.rtgs_statements import RtgsEntry, RtgsStatement
from switch.domain.statement_faults import StatementMalformed
from switch.fail_points import EXIT_CODE, Does, FailPoint, Failure, arm
from switch.posting.repairs import RepairPosting
from switch.posting.reversal import ReversalPosting
from switch.reports.breaks import Breaks
from switch.reports.current_directory import CurrentDirectory
from switch.reports.disputes import Disputes
from switch.reports.proposals import Proposals
from switch.reports.rtgs_comparison import RtgsComparison
from switch.store.database import Database, connect
from switch.store.dispute_queries import DisputeFilter
from switch.usecases.biller_lines import BillerLines
from switch.usecases.breakers import Breakers
from switch.usecases.decide_dispute import DecideDispute
from switch.usecases.decide_proposal import DecideProposal
from switch.usecases.dispute_keeping import DisputeKeeping
from switch.usecases.dispute_refunds import DisputeRefunds
from switch.usecases.import_statement import ImportStatement
from switch.usecases.keep_audit import KeepAudit
from switch.usecases.move_disputes import MoveDisputes
from switch.usecases.propose import Propose, Undertaking
from switch.usecases.reconcile import Reconcile
from switch.usecases.reconcile_rtgs import ReconcileRtgs
from switch.usecases.refund_dispute import RefundDispute
from switch.usecases.release_suspense import ReleaseSuspense
from switch.usecases.repair_breaks import AMOUNT, BREAKS, REPAIR, RepairBreaks
from switch.usecases.seal_log import SealLog
from switch.usecases.work_disputes import WorkDisputes
from tests.filled_books import DAY, LOG, LOG_KEY
from tests.reconciled import participant
from tests.scripted_biller import PROTOCOL, ScriptedBiller
from tests.seeded import BANK, BILLER, OTHER_BANK, FixedClock
from tests.vault_keys import use_test_vault

use_test_vault()

REPAIRS = (
    (Repair.GIVE_BACK, BreakKind.MISSING_AT_BILLER, 0), (Repair.RE_ADVISE, BreakKind.MISSING_AT_BILLER, 1),
    (Repair.REPEAT_PAYMENT, BreakKind.MISSING_AT_BILLER, 2), (Repair.ADJUST, BreakKind.FEE_DIFFERS, 0),
    (Repair.WRITE_OFF, BreakKind.AMOUNT_DIFFERS, 0), (Repair.ACCEPT, BreakKind.REFERENCE_DIFFERS, 0),
    (Repair.SUSPEND, BreakKind.RTGS_NOT_OURS, 0),
)  # fmt: skip
"""Each with the kind of break that it is for, and which of that kind."""


@dataclass
class Office:
    database: Database
    folder: Path
    prepared: Path
    clock: FixedClock

    async def opened(self) -> "Office":
        self.directory = directory = CurrentDirectory(self.database)
        await directory.refresh()
        clock, database = self.clock, self.database
        posting = RepairPosting(ReversalPosting(database, directory.current))
        self.keeping = DisputeKeeping(clock, directory.current)
        refunds = DisputeRefunds(clock, posting)
        billers = BillerLines(directory.current, {PROTOCOL: ScriptedBiller()}, Breakers(clock))
        undertakings: dict[ProposalKind, Undertaking] = {
            ProposalKind.REPAIR_BREAK: RepairBreaks(clock, directory.current, database, billers, posting),
            ProposalKind.RELEASE_SUSPENSE: ReleaseSuspense(clock, directory.current, database, posting),
            ProposalKind.DECIDE_DISPUTE: DecideDispute(database, self.keeping, refunds),
            ProposalKind.REFUND_DISPUTE: RefundDispute(database, self.keeping, refunds),
        }
        self.propose = Propose(clock, database, undertakings)
        self.decide = DecideProposal(clock, database, undertakings, KeepAudit(clock, database))
        self.work = WorkDisputes(database, self.keeping, self.propose)
        self.move = MoveDisputes(database, self.keeping, self.propose)
        return self

    async def hand_in(self, owner: ParticipantCode, name: str) -> None:
        with (self.prepared / name).open("rb") as file:
            drop = LocalFolder(self.folder)
            await ImportStatement(self.clock, self.database, {"csv-1": CsvFormat()}, drop)(participant(owner), file)

    async def agree(self, kind: ProposalKind, subject: str, content: Mapping[str, str]) -> None:
        """Proposed and approved by two, where it was not before."""
        made = [one for one in await Proposals(self.clock, self.database).page(None, 100) if (one.kind, one.subject) == (kind, subject)]
        proposal = made[0] if made else await self.propose(kind, subject, content, reason="by letter 7", by="staff:nour")
        if proposal.state is ProposalState.PROPOSED:
            await self.decide.approve(proposal.proposal_id, by="staff:sami")

    async def rtgs_statement(self, currency: str, day: object) -> RtgsStatement:
        return RtgsStatement("S1", DAY, currency, 1, (RtgsEntry("STRAY", "R9", BANK, 500),))


async def the_work(office: Office) -> None:
    """Each step is safe to repeat; which of them are done is read from the books."""
    await office.decide.finish()
    for owner, name in ((BANK, "bank.csv"), (BILLER, "biller.csv")):
        await office.hand_in(owner, name)
    with suppress(StatementMalformed):
        await office.hand_in(OTHER_BANK, "wrong.csv")
    reconcile = Reconcile(office.clock, office.database)
    await reconcile(DAY)
    await ReconcileRtgs(office.clock, office.database, RtgsComparison(office.database, office.rtgs_statement))("SYP", DAY)
    await _repair(office)
    await _disputes(office)
    await office.hand_in(BILLER, "biller-later.csv")
    await reconcile(DAY)
    await SealLog(office.clock, office.database, LOG_KEY, LOG.origin, rows_at_once=200).whole()


async def _repair(office: Office) -> None:
    found = await Breaks(office.database).page()
    for repair, kind, which in REPAIRS:
        its = sorted((each for each in found if each.kind is kind), key=lambda each: each.minor)[which]
        content = {REPAIR: repair.value, BREAKS: its.break_id} | ({AMOUNT: "0.05"} if repair is Repair.WRITE_OFF else {})
        await office.agree(ProposalKind.REPAIR_BREAK, its.break_id, content)
        if repair is Repair.SUSPEND:
            content = {"break": its.break_id, "to": BILLER, "amount": "2.00"}
            await office.agree(ProposalKind.RELEASE_SUSPENSE, its.break_id, content)


async def _disputes(office: Office) -> None:
    """One whose biller accepts the refund, one that two people decide."""
    for each in await Disputes(office.clock, office.database).page(DisputeFilter(), 10):
        if each.reason is DisputeReason.PAID_TWICE and each.state is DisputeState.OPEN:
            await office.work.accept(each.dispute_id, Remedy.REFUND, None, "posted twice", by=BILLER, caller=BILLER)
    await office.move()
    for each in await Disputes(office.clock, office.database).page(DisputeFilter(), 10):
        if each.reason is DisputeReason.PAID_TWICE:
            await office.agree(ProposalKind.REFUND_DISPUTE, str(each.dispute_id), {})
        else:
            await office.agree(ProposalKind.DECIDE_DISPUTE, str(each.dispute_id), {"upheld": "yes", "remedy": "refund", "amount": "3.00"})
    await office.move()


async def worked(url: str, folder: Path, prepared: Path, seconds: int) -> None:
    office = await Office(connect(url), folder, prepared, FixedClock()).opened()
    office.clock.move(seconds)
    await the_work(office)
    await office.database.close()


def die(point: str, at: int, url: str, folder: Path, seconds: int) -> None:
    if (child := os.fork()) == 0:
        arm([Failure(FailPoint(point), Does.EXIT, at=at)])
        asyncio.run(worked(url, folder, folder, seconds))
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == EXIT_CODE, f"{point} {at}"


if __name__ == "__main__":
    database_url = ""
    for number, words in enumerate(sys.argv[2:], 1):
        name, _, time = words.partition("@")
        if name not in set(FailPoint):
            database_url = words
        else:
            die(name, int(time), database_url, Path(sys.argv[1]), 120 * number)
