"""A world for tests of settlement: banks, billers and authorities, a scripted RTGS, a file drop, and every use case of a window."""

from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from adapters.drops.local_folder import LocalFolder
from adapters.files.camt import CamtLayout
from adapters.files.csv import CsvFormat
from adapters.files.fixed import FixedWidthLayout
from adapters.files.xlsx import SpreadsheetLayout
from switch.domain.fees import Fees
from switch.domain.identifiers import ParticipantCode
from switch.domain.money import Money
from switch.domain.outcomes import Unknown
from switch.domain.proposals import Proposal, ProposalKind
from switch.domain.settlement import SettlementAnswer, SettlementInstruction, SettlementLeg, SettlementStatus, Window
from switch.ports import FileLayout
from switch.posting.lane import PostingLane
from switch.reports.debts import Debts
from switch.reports.default_simulations import DefaultSimulations
from switch.reports.files import Files
from switch.reports.verification import Verification
from switch.reports.windows import Windows
from switch.signatures import SigningKey, generate_key
from switch.signatures.notes import LogIdentity
from switch.store import caps
from switch.store.database import Database, connect
from switch.usecases.acknowledge_file import AcknowledgeFile
from switch.usecases.advance_windows import AdvanceWindows
from switch.usecases.answer_window import AnswerWindow
from switch.usecases.chase_files import ChaseFiles
from switch.usecases.choose_layout import ChooseLayout
from switch.usecases.close_window import CloseWindow
from switch.usecases.decide_proposal import DecideProposal
from switch.usecases.decide_window import DecideWindow
from switch.usecases.file_remaking import FileRemaking
from switch.usecases.issue_files import IssueFiles
from switch.usecases.keep_audit import KeepAudit
from switch.usecases.move_cut_off import CloseWindowNow, PutOffWindow
from switch.usecases.move_window import MoveWindow
from switch.usecases.open_window import OpenWindow
from switch.usecases.pay_debt import WAY_OF, PayDebt
from switch.usecases.propose import Propose, Undertaking
from switch.usecases.recompute_window import RecomputeWindow
from switch.usecases.reissue_file import ReissueFile
from switch.usecases.revise_file import ReviseFile
from switch.usecases.set_calendar import SetCalendar
from switch.usecases.set_settlement_rule import SetSettlementRule
from switch.usecases.settle_debts import SettleDebts
from switch.usecases.settle_window import SettleWindow
from tests.seeded import BANK, BILLER, OTHER_BANK, START, WINDOW, FixedClock, one, order, rows, seed

OPERATOR, OVERSEER, QUIET_BILLER = ParticipantCode("900017"), ParticipantCode("900025"), ParticipantCode("200027")
CHARGED = Fees(payer=105, switch=50, bank=30, central_bank=20, tax=5)
BORNE = Fees(biller=210, switch=100, bank=60, central_bank=40, tax=10)
ACCEPT, REJECT, LOST, CUT, SILENT, NOT_BOOKED = "accept", "reject", "lost before it came", "cut after booking", "silent", "odd yes"

LEGS = (
    SettlementLeg(BANK, 30_105 - 90),
    SettlementLeg(OTHER_BANK, 5_105 - 30),
    SettlementLeg(BILLER, -(35_000 - 210)),
    SettlementLeg(OPERATOR, -200),
    SettlementLeg(OVERSEER, -(80 + 20)),
)
"""The nets of `pay_some`."""

LAYOUTS: dict[str, FileLayout] = {layout.layout: layout for layout in (CsvFormat(), FixedWidthLayout(), SpreadsheetLayout(), CamtLayout())}


@dataclass
class ScriptedRtgs:
    """Settles all it is given, once for each id, unless the script says otherwise for the next call."""

    script: deque[str] = field(default_factory=deque)
    booked: dict[str, SettlementInstruction] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    instructed: list[str] = field(default_factory=list)
    enquired: list[str] = field(default_factory=list)

    async def instruct(self, instruction: SettlementInstruction) -> SettlementAnswer | Unknown:
        self.instructed.append(instruction.instruction_id)
        does = self.script.popleft() if self.script else ACCEPT
        if does in (LOST, SILENT):
            return Unknown(does)
        if does == REJECT:
            self.refused.add(instruction.instruction_id)
        elif instruction.instruction_id not in self.refused:
            assert self.booked.setdefault(instruction.instruction_id, instruction) == instruction
        if does == CUT:
            return Unknown(does)
        if does == NOT_BOOKED:
            return SettlementAnswer(instruction.instruction_id, SettlementStatus.SETTLED)
        return self._standing(instruction.instruction_id)

    async def enquire(self, instruction: SettlementInstruction, *, anew: bool = False) -> SettlementAnswer | Unknown:
        instruction_id = instruction.instruction_id
        self.enquired.append(instruction_id)
        does = self.script.popleft() if self.script else ACCEPT
        return Unknown(does) if does == SILENT else self._standing(instruction_id)

    def _standing(self, instruction_id: str) -> SettlementAnswer:
        if instruction_id in self.refused:
            return SettlementAnswer(instruction_id, SettlementStatus.REJECTED, reason="insufficient_funds 100010")
        if instruction_id in self.booked:
            return SettlementAnswer(instruction_id, SettlementStatus.SETTLED, f"RTGS-{instruction_id}", START + timedelta(hours=1))
        return SettlementAnswer(instruction_id, SettlementStatus.UNKNOWN_INSTRUCTION)


@dataclass
class SettlingWorld:
    database: Database
    folder: Path
    clock: FixedClock = field(default_factory=FixedClock)
    rtgs: ScriptedRtgs = field(default_factory=ScriptedRtgs)
    signer: SigningKey = field(default_factory=lambda: generate_key("switch:main"))

    def __post_init__(self) -> None:
        self.drop = LocalFolder(self.folder)
        self.lane = PostingLane(self.database, self.clock)
        self.open = OpenWindow(self.clock, self.database)
        self.close = CloseWindow(self.clock, self.database)
        self.settle = SettleWindow(self.clock, self.database, self.rtgs)
        self.settle_debts = SettleDebts(self.clock, self.database, self.rtgs)
        self.debts = Debts(self.database)
        self.set_calendar = SetCalendar(self.clock, self.database)
        self.issue = IssueFiles(self.clock, self.database, LAYOUTS, self.drop, self.signer)
        self.choose_layout = ChooseLayout(self.clock, self.database, LAYOUTS)
        self.acknowledge = AcknowledgeFile(self.clock, self.database)
        self.chase = ChaseFiles(self.clock, self.database)
        remaking = FileRemaking(LAYOUTS, self.drop, self.signer)
        self.reissue = ReissueFile(self.database, remaking)
        self.revise = ReviseFile(self.clock, self.database, remaking)
        self.advance = AdvanceWindows(self.clock, self.database, self.open, self.close, self.settle, self.issue)
        self.answer = AnswerWindow(self.clock, self.database)
        self.undertakings: dict[ProposalKind, Undertaking] = {
            **{
                kind: DecideWindow(self.clock, self.database, kind) for kind in (ProposalKind.OVERRIDE_WINDOW, ProposalKind.WITHHOLD_WINDOW)
            },
            ProposalKind.RECOMPUTE_WINDOW: RecomputeWindow(self.clock, self.database),
            **{kind: PayDebt(self.clock, self.database, kind, self.settle_debts) for kind in WAY_OF},
            ProposalKind.MOVE_WINDOW: MoveWindow(self.clock, self.database),
            ProposalKind.CLOSE_WINDOW_NOW: CloseWindowNow(self.database, self.close),
            ProposalKind.PUT_OFF_WINDOW: PutOffWindow(self.clock, self.database),
            ProposalKind.SET_SETTLEMENT_RULE: SetSettlementRule(self.database),
        }
        self.propose = Propose(self.clock, self.database, self.undertakings)
        self.decide = DecideProposal(self.clock, self.database, self.undertakings, KeepAudit(self.clock, self.database))
        self.simulate = DefaultSimulations(self.database)
        self.windows = Windows(self.clock, self.database)
        self.files = Files(self.database, self.drop)

    async def pay(self, minor: int, bank: ParticipantCode = BANK, fees: Fees = CHARGED, **changes: Any) -> None:
        command = order(minor, bank=bank, fees=fees, accept=True, at=self.clock.now())
        if changes:
            request = replace(command.payment.request, **changes)
            command = replace(command, payment=replace(command.payment, request=request, request_digest=request.digest()))
        await self.lane.submit(command)

    async def pay_some(self) -> None:
        """Both banks, both ways of bearing the fee."""
        await self.pay(10_000)
        await self.pay(20_000, fees=BORNE)
        await self.pay(5_000, OTHER_BANK)

    async def two_people(self, kind: ProposalKind, subject: str = WINDOW, **content: str) -> Proposal:
        """One proposes it, another approves."""
        proposed = await self.propose(kind, subject, content, reason="agreed on the telephone", by="staff:nour")
        return await self.decide.approve(proposed.proposal_id, by="staff:sami")

    async def deposit(self, bank: ParticipantCode, minor: int) -> None:
        async with self.database.transaction() as connection:
            self.clock.move(0.001)
            await caps.put(connection, bank, Money(10_000_000, "SYP"), self.clock.now(), "test", Money(minor, "SYP"))

    async def closed(self) -> Window:
        return (await self.close("SYP", by="test")).closed

    async def settled(self) -> Window:
        """Payments, closed and settled."""
        await self.pay_some()
        return await self.settle((await self.closed()).window_id)

    async def write(self, statement: str, *, guarded: bool = True, **parameters: Any) -> None:
        async with self.database.transaction() as connection:
            if not guarded:
                await connection.execute(text("SET LOCAL session_replication_role = replica"))
            await connection.execute(text(statement), parameters)

    async def posted(self, bank: ParticipantCode = BANK) -> int:
        return int((await one(self.database, "SELECT posted_minor FROM position WHERE bank_code = :bank", bank=bank))[0])

    async def ledger(self) -> dict[str, int]:
        found = await rows(
            self.database, "SELECT account_code, sum(minor)::bigint AS minor FROM posting GROUP BY 1 HAVING sum(minor) <> 0 ORDER BY 1"
        )
        return {row.account_code: row.minor for row in found}

    async def findings(self) -> list[str]:
        """What the verification of windows, files, positions and the journal says; catalogue rows were never made here."""
        result = await Verification(self.database, self.drop, LogIdentity("switch.test/journal", ()))()
        watched = {"windows", "files", "positions", "journal", "approvals"}
        assert watched <= {check.name for check in result.checks}
        prefixes = (
            "window ",
            "file ",
            "position ",
            "journal ",
            "settlement ",
            "open window ",
            "ledger ",
            "posting ",
            "settlement rule ",
            "split ",
            "debt payment ",
        )
        return [f"{finding.where}: {finding.what}" for finding in result.findings if finding.where.startswith(prefixes)]


@asynccontextmanager
async def settling_world(url: str, folder: Path) -> AsyncIterator[SettlingWorld]:
    database = connect(url)
    await seed(database, {BANK: 10_000_000, OTHER_BANK: 10_000_000})
    world = SettlingWorld(database, folder)
    for code, kind in ((OPERATOR, "operator"), (OVERSEER, "overseer"), (QUIET_BILLER, "biller")):
        await world.write(
            "INSERT INTO participant (code, kind, name_ar, name_en, status, changed_at) VALUES (:code, :kind, 'جهة', 'Body', 'live', :now)",
            code=code,
            kind=kind,
            now=START,
        )
    try:
        yield world
    finally:
        await world.lane.close()
        await database.close()


__all__ = ["BANK", "BILLER", "OTHER_BANK", "SettlingWorld", "settling_world"]
