"""Wiring: a database, a directory and what is outside become one Switch, by hand."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from adapters.registry import Adapters
from switch.application import Switch
from switch.bootstrap.undertakings import undertakings_of
from switch.domain.networks import PUBLIC, AllowedNetworks
from switch.domain.payments import Payment, PaymentEvent
from switch.domain.proposals import ProposalKind
from switch.domain.webhooks import WebhookEvent
from switch.ports import Clock, Signer
from switch.posting.lane import PostingLane
from switch.posting.reversal import ReversalPosting
from switch.reports.advices import Advices
from switch.reports.archives import Archives
from switch.reports.breaks import Breaks
from switch.reports.catalogue import Catalogue
from switch.reports.current_directory import CurrentDirectory
from switch.reports.debts import Debts
from switch.reports.default_simulations import DefaultSimulations
from switch.reports.disputes import Disputes
from switch.reports.file_pushes import FilePushes
from switch.reports.files import Files
from switch.reports.issued_reports import IssuedReports
from switch.reports.journal import Journal
from switch.reports.liquidity import Liquidity
from switch.reports.participants import Participants
from switch.reports.payment_batches import PaymentBatches
from switch.reports.payment_stories import PaymentStories
from switch.reports.payments import Payments
from switch.reports.positions import Positions
from switch.reports.privacy import Privacy
from switch.reports.proof_log import ProofLog
from switch.reports.proposals import Proposals
from switch.reports.readiness import Readiness
from switch.reports.receipts import Receipts
from switch.reports.reratings import Reratings
from switch.reports.rtgs_comparison import RtgsComparison
from switch.reports.splits import Splits
from switch.reports.staff import Staff
from switch.reports.statements import Statements
from switch.reports.verification import Verification
from switch.reports.webhooks import Webhooks
from switch.reports.windows import Windows
from switch.signatures import VerifyingKey
from switch.signatures.notes import LogIdentity, verifying_key_of
from switch.store.database import Database
from switch.usecases.acknowledge_advice import AcknowledgeAdvice
from switch.usecases.acknowledge_file import AcknowledgeFile
from switch.usecases.admit_participant import AdmitParticipant
from switch.usecases.advance_windows import AdvanceWindows
from switch.usecases.answer_window import AnswerWindow
from switch.usecases.archive_dates import ArchiveDates
from switch.usecases.archive_writing import ArchiveWriting
from switch.usecases.biller_lines import BillerLines
from switch.usecases.breakers import Breakers
from switch.usecases.change_cap import ChangeCap
from switch.usecases.chase_files import ChaseFiles
from switch.usecases.check_truth import CheckTruth
from switch.usecases.choose_layout import ChooseLayout
from switch.usecases.choose_push_place import ChoosePushPlace
from switch.usecases.close_window import CloseWindow
from switch.usecases.conclude_overdue import ConcludeOverdue
from switch.usecases.connect_biller import ConnectBiller
from switch.usecases.decide_proposal import DecideProposal
from switch.usecases.declare_outage import DeclareOutage, WithdrawOutage
from switch.usecases.deliver_advices import DeliverAdvices
from switch.usecases.deliver_webhooks import DeliverWebhooks
from switch.usecases.dispute_keeping import DisputeKeeping
from switch.usecases.erase_expired import EraseExpired
from switch.usecases.file_remaking import FileRemaking
from switch.usecases.import_statement import ImportStatement
from switch.usecases.inquire_bill import InquireBill
from switch.usecases.issue_files import IssueFiles
from switch.usecases.issue_staff_token import IssueStaffToken
from switch.usecases.keep_audit import KeepAudit
from switch.usecases.keep_incidents import KeepIncidents
from switch.usecases.keep_position_history import KeepPositionHistory
from switch.usecases.keep_staff import KeepStaff
from switch.usecases.know_staff import KnowStaff
from switch.usecases.limit_participant import LimitParticipant
from switch.usecases.load_catalogue import LoadCatalogue
from switch.usecases.look_at_payer import LookAtPayer
from switch.usecases.make_report import MakeReport
from switch.usecases.move_disputes import MoveDisputes
from switch.usecases.offer_service import OfferService
from switch.usecases.open_dispute import OpenDispute
from switch.usecases.open_window import OpenWindow
from switch.usecases.passwords import Passwords
from switch.usecases.pay_batches import PayBatches
from switch.usecases.pay_bill import PayBill
from switch.usecases.propose import Propose, Undertaking
from switch.usecases.publish_tariff import PublishTariff
from switch.usecases.push_files import PushFiles
from switch.usecases.reconcile import Reconcile
from switch.usecases.reconcile_rtgs import ReconcileRtgs
from switch.usecases.refuse_stand_in import RefuseStandIn
from switch.usecases.register_key import RegisterKey
from switch.usecases.reissue_file import ReissueFile
from switch.usecases.renew_personal_data import RenewPersonalData
from switch.usecases.replay_advices import ReplayAdvices
from switch.usecases.replay_webhooks import ReplayWebhooks
from switch.usecases.rerate_payments import ReratePayments
from switch.usecases.resolve_payments import ResolvePayments
from switch.usecases.resolve_reversals import ResolveReversals
from switch.usecases.reverse_payment import ReversePayment
from switch.usecases.revise_file import ReviseFile
from switch.usecases.revoke_key import RevokeKey
from switch.usecases.seal_log import SealLog
from switch.usecases.set_calendar import SetCalendar
from switch.usecases.set_retention import SetRetention
from switch.usecases.set_statement_rule import SetStatementRule
from switch.usecases.settle_debts import SettleDebts
from switch.usecases.settle_window import SettleWindow
from switch.usecases.sign_in_by_provider import SignInByProvider
from switch.usecases.sign_in_staff import SignInStaff
from switch.usecases.submit_batch import SubmitBatch
from switch.usecases.take_received import TakeReceived
from switch.usecases.thin_position_history import ThinPositionHistory
from switch.usecases.try_tariff import TryTariff
from switch.usecases.upload_bills import UploadBills
from switch.usecases.watch_positions import WatchPositions
from switch.usecases.webhook_endpoints import RegisterWebhook, RemoveWebhook, RenewWebhookSecret, TryWebhook
from switch.usecases.work_breaks import WorkBreaks
from switch.usecases.work_disputes import WorkDisputes

LOG_ORIGIN = "bill-payment-switch/journal"
"""The proof log's own name in its heads; the key says whose it is."""


def _chance() -> int:
    return secrets.randbelow(1000)


@dataclass(frozen=True, slots=True)
class Outside:
    """What a switch is wired with; tests give other ones."""

    clock: Clock
    signer: Signer
    adapters: Adapters
    chance: Callable[[], int] = _chance
    networks: AllowedNetworks = PUBLIC
    """On which banks may name addresses; the adapters know the same ones."""
    former_keys: tuple[VerifyingKey, ...] = ()
    """Public keys with which heads of the proof log were signed before."""


def make_switch(database: Database, directory: CurrentDirectory, outside: Outside) -> Switch:
    """Everything put together, by hand."""
    clock, adapters, chance = outside.clock, outside.adapters, outside.chance
    current = directory.current
    lane = PostingLane(database, clock, listening=lambda: current().listening)
    billers = BillerLines(current, adapters.billers, Breakers(clock))
    log = LogIdentity(LOG_ORIGIN, (verifying_key_of(outside.signer), *outside.former_keys))
    pay_bill = PayBill.on(clock, current, database, lane, billers)
    open_window = OpenWindow(clock=clock, database=database)
    close_window = CloseWindow(clock=clock, database=database)
    settle_window = SettleWindow(clock=clock, database=database, settlement=adapters.settlement)
    issue_files = IssueFiles(clock=clock, database=database, layouts=adapters.layouts, drop=adapters.drop, signer=outside.signer)
    remaking = FileRemaking(adapters.layouts, adapters.drop, outside.signer)
    reversal_posting = ReversalPosting(database, current)
    refuse_stand_in = RefuseStandIn(clock, database, lambda: current().listening)
    import_statement = ImportStatement(clock=clock, database=database, layouts=adapters.statement_layouts, kept_wrong=adapters.quarantine)
    undertakings: dict[ProposalKind, Undertaking] = {}
    rtgs_comparison = RtgsComparison(database, adapters.rtgs_statement)
    passwords, keep_audit = Passwords(), KeepAudit(clock, database)
    seal_log = SealLog(clock=clock, database=database, signer=outside.signer, origin=LOG_ORIGIN, listening=lambda: current().listening)
    keeping, propose = DisputeKeeping(clock, current), Propose(clock, database, undertakings)
    telling = DeliverWebhooks.on(clock, current, directory.refresh, database, adapters.webhooks, _written, chance)
    switch = Switch(
        clock=clock,
        signer=outside.signer,
        lane=lane,
        directory=directory,
        inquire_bill=InquireBill.on(clock, current, database, billers),
        pay_bill=pay_bill,
        submit_batch=SubmitBatch(clock, database),
        pay_batches=PayBatches(clock, current, database, lane, pay_bill),
        resolve_payments=ResolvePayments.on(clock, current, database, lane, billers, chance),
        conclude_overdue=ConcludeOverdue(clock, current, database, lane, reversal_posting),
        check_truth=CheckTruth(clock, current, database, billers),
        reverse_payment=ReversePayment(clock, current, reversal_posting, billers),
        resolve_reversals=ResolveReversals.on(clock, current, database, reversal_posting, billers, chance),
        deliver_advices=DeliverAdvices.on(clock, database, billers, refuse_stand_in, chance),
        acknowledge_advice=AcknowledgeAdvice(clock, database),
        refuse_stand_in=refuse_stand_in,
        replay_advices=ReplayAdvices(clock, database),
        upload_bills=UploadBills(database=database, directory=current),
        propose=propose,
        decide_proposal=DecideProposal(clock, database, undertakings, keep_audit),
        keep_staff=KeepStaff(clock, database, passwords),
        sign_in_staff=SignInStaff(clock, database, passwords, keep_audit),
        sign_in_by_provider=SignInByProvider(clock, database, keep_audit, adapters.identity),
        know_staff=KnowStaff(clock, database),
        issue_staff_token=IssueStaffToken(clock, database),
        keep_audit=keep_audit,
        register_webhook=RegisterWebhook(clock, database, directory.refresh, outside.networks),
        renew_webhook_secret=RenewWebhookSecret(clock, database),
        try_webhook=TryWebhook(clock, database, directory.refresh),
        remove_webhook=RemoveWebhook(clock, database, directory.refresh),
        deliver_webhooks=telling,
        replay_webhooks=ReplayWebhooks(clock, database),
        admit_participant=AdmitParticipant(clock=clock, database=database, refresh=directory.refresh),
        register_key=RegisterKey(clock=clock, database=database, refresh=directory.refresh),
        revoke_key=RevokeKey(clock=clock, database=database, refresh=directory.refresh),
        connect_biller=ConnectBiller(clock=clock, database=database, refresh=directory.refresh, protocols=frozenset(adapters.billers)),
        limit_participant=LimitParticipant(clock=clock, database=database, refresh=directory.refresh),
        offer_service=OfferService(clock=clock, database=database, refresh=directory.refresh),
        publish_tariff=PublishTariff(clock=clock, database=database, refresh=directory.refresh),
        try_tariff=TryTariff(current, database),
        rerate_payments=ReratePayments(clock, current, database),
        declare_outage=DeclareOutage(clock, database, directory.refresh, lambda: current().listening),
        withdraw_outage=WithdrawOutage(clock, database, directory.refresh, lambda: current().listening),
        change_cap=ChangeCap(clock=clock, database=database),
        watch_positions=WatchPositions(clock, current, database),
        keep_position_history=KeepPositionHistory(clock, database),
        thin_position_history=ThinPositionHistory(clock, database),
        keep_incidents=KeepIncidents(clock, database, billers.breakers, telling.breakers, current),
        load_catalogue=LoadCatalogue(clock=clock, database=database, refresh=directory.refresh),
        set_calendar=SetCalendar(clock=clock, database=database),
        look_at_payer=LookAtPayer(clock, database),
        set_retention=SetRetention(clock, database),
        erase_expired=EraseExpired(clock, database, adapters.quarantine, adapters.old),
        archive_dates=ArchiveDates(clock, database, ArchiveWriting(database, adapters.drop, outside.signer), seal_log.whole),
        renew_personal_data=RenewPersonalData(clock, database),
        open_window=open_window,
        close_window=close_window,
        settle_window=settle_window,
        settle_debts=SettleDebts(clock, database, adapters.settlement),
        answer_window=AnswerWindow(clock, database),
        issue_files=issue_files,
        acknowledge_file=AcknowledgeFile(clock=clock, database=database),
        chase_files=ChaseFiles(clock=clock, database=database),
        reissue_file=ReissueFile(database=database, remaking=remaking),
        revise_file=ReviseFile(clock=clock, database=database, remaking=remaking),
        choose_layout=ChooseLayout(clock=clock, database=database, layouts=adapters.layouts),
        choose_push_place=ChoosePushPlace(clock, database),
        push_files=PushFiles(clock, database, adapters.pushes, chance),
        advance_windows=AdvanceWindows(
            clock=clock,
            database=database,
            open_window=open_window,
            close_window=close_window,
            settle_window=settle_window,
            issue_files=issue_files,
        ),
        import_statement=import_statement,
        take_received=TakeReceived(clock, database, current, adapters.inbox, import_statement),
        set_statement_rule=SetStatementRule(clock=clock, database=database, layouts=frozenset(adapters.statement_layouts)),
        reconcile=Reconcile(clock=clock, database=database),
        reconcile_rtgs=ReconcileRtgs(clock, database, rtgs_comparison),
        work_breaks=WorkBreaks(clock, database),
        seal_log=seal_log,
        open_dispute=OpenDispute(database, keeping),
        work_disputes=WorkDisputes(database, keeping, propose),
        move_disputes=MoveDisputes(database, keeping, propose),
        make_report=MakeReport(clock, database, adapters.report_layouts),
        advices=Advices(database),
        archives=Archives(database, adapters.drop, log.keys),
        breaks=Breaks(database),
        catalogue=Catalogue(clock, database, current),
        debts=Debts(database),
        default_simulations=DefaultSimulations(database),
        disputes=Disputes(clock, database),
        file_pushes=FilePushes(database),
        files=Files(database, adapters.drop),
        issued_reports=IssuedReports(database),
        journal=Journal(database),
        liquidity=Liquidity(clock, database),
        participants=Participants(database, current),
        payment_batches=PaymentBatches(database, clock),
        payments=Payments(database),
        payment_stories=PaymentStories(database),
        privacy=Privacy(database),
        positions=Positions(database),
        proof_log=ProofLog(database, log.origin),
        proposals=Proposals(clock, database),
        readiness=Readiness(database),
        staff=Staff(database),
        statements=Statements(database),
        receipts=Receipts(database, outside.signer),
        rtgs_comparison=rtgs_comparison,
        verification=Verification(database, adapters.drop, log),
        webhooks=Webhooks(database, current),
        windows=Windows(clock, database),
        splits=Splits(database),
        reratings=Reratings(database),
    )
    undertakings |= undertakings_of(switch, database, billers, reversal_posting)
    return switch


def _written(event: WebhookEvent, payment: Payment | None, history: Sequence[PaymentEvent]) -> bytes:
    from switch.api.webhook_views import written  # noqa: PLC0415 - brings the web framework along, which no command should wait for

    return written(event, payment, history)
