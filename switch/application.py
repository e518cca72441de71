"""The switch: every use case and every report as a field; the table of contents of the product."""

from dataclasses import dataclass
from typing import Any

from switch.ports import Clock, Signer
from switch.posting.lane import PostingLane
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
from switch.usecases.acknowledge_advice import AcknowledgeAdvice
from switch.usecases.acknowledge_file import AcknowledgeFile
from switch.usecases.admit_participant import AdmitParticipant
from switch.usecases.advance_windows import AdvanceWindows
from switch.usecases.answer_window import AnswerWindow
from switch.usecases.archive_dates import ArchiveDates
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
from switch.usecases.erase_expired import EraseExpired
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
from switch.usecases.own_queues import OwnQueues
from switch.usecases.pay_batches import PayBatches
from switch.usecases.pay_bill import PayBill
from switch.usecases.propose import Propose
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


@dataclass(frozen=True, slots=True)
class Switch:
    """Made by bootstrap; used by the API, the jobs and the command line."""

    clock: Clock
    signer: Signer
    lane: PostingLane
    directory: CurrentDirectory

    # a payment, from the question to the advice
    inquire_bill: InquireBill
    pay_bill: PayBill
    submit_batch: SubmitBatch
    pay_batches: PayBatches
    resolve_payments: ResolvePayments
    conclude_overdue: ConcludeOverdue
    check_truth: CheckTruth
    reverse_payment: ReversePayment
    resolve_reversals: ResolveReversals
    deliver_advices: DeliverAdvices
    acknowledge_advice: AcknowledgeAdvice
    refuse_stand_in: RefuseStandIn
    replay_advices: ReplayAdvices
    upload_bills: UploadBills

    # what takes two people
    propose: Propose
    decide_proposal: DecideProposal

    # staff: who they are, and what they have done and looked at
    keep_staff: KeepStaff
    sign_in_staff: SignInStaff
    sign_in_by_provider: SignInByProvider
    know_staff: KnowStaff
    issue_staff_token: IssueStaffToken
    keep_audit: KeepAudit

    # webhooks: what banks are told
    register_webhook: RegisterWebhook
    renew_webhook_secret: RenewWebhookSecret
    try_webhook: TryWebhook
    remove_webhook: RemoveWebhook
    deliver_webhooks: DeliverWebhooks
    replay_webhooks: ReplayWebhooks

    # participants and the catalogue
    admit_participant: AdmitParticipant
    register_key: RegisterKey
    revoke_key: RevokeKey
    connect_biller: ConnectBiller
    limit_participant: LimitParticipant
    offer_service: OfferService
    publish_tariff: PublishTariff
    try_tariff: TryTariff
    rerate_payments: ReratePayments
    declare_outage: DeclareOutage
    withdraw_outage: WithdrawOutage
    change_cap: ChangeCap
    watch_positions: WatchPositions
    keep_position_history: KeepPositionHistory
    thin_position_history: ThinPositionHistory
    keep_incidents: KeepIncidents
    load_catalogue: LoadCatalogue

    # personal data
    look_at_payer: LookAtPayer
    set_retention: SetRetention
    erase_expired: EraseExpired
    archive_dates: ArchiveDates
    renew_personal_data: RenewPersonalData

    # windows, settlement, files, reconciliation
    set_calendar: SetCalendar
    open_window: OpenWindow
    close_window: CloseWindow
    settle_window: SettleWindow
    settle_debts: SettleDebts
    answer_window: AnswerWindow
    advance_windows: AdvanceWindows
    issue_files: IssueFiles
    reissue_file: ReissueFile
    revise_file: ReviseFile
    choose_layout: ChooseLayout
    choose_push_place: ChoosePushPlace
    push_files: PushFiles
    acknowledge_file: AcknowledgeFile
    chase_files: ChaseFiles
    import_statement: ImportStatement
    take_received: TakeReceived
    set_statement_rule: SetStatementRule
    reconcile: Reconcile
    reconcile_rtgs: ReconcileRtgs
    work_breaks: WorkBreaks

    # disputes about payments
    open_dispute: OpenDispute
    work_disputes: WorkDisputes
    move_disputes: MoveDisputes

    # proofs and reports
    seal_log: SealLog
    make_report: MakeReport

    # reports
    advices: Advices
    archives: Archives
    breaks: Breaks
    catalogue: Catalogue
    debts: Debts
    default_simulations: DefaultSimulations
    disputes: Disputes
    file_pushes: FilePushes
    files: Files
    issued_reports: IssuedReports
    journal: Journal
    liquidity: Liquidity
    participants: Participants
    payment_batches: PaymentBatches
    payments: Payments
    payment_stories: PaymentStories
    positions: Positions
    privacy: Privacy
    proposals: Proposals
    proof_log: ProofLog
    readiness: Readiness
    receipts: Receipts
    rtgs_comparison: RtgsComparison
    staff: Staff
    statements: Statements
    verification: Verification
    webhooks: Webhooks
    windows: Windows
    splits: Splits
    reratings: Reratings

    @property
    def queues(self) -> tuple[OwnQueues[Any], ...]:
        """What runs in the background towards counterparties, to be closed before the database."""
        doing = (self.resolve_payments, self.resolve_reversals, self.deliver_advices, self.deliver_webhooks, self.push_files)
        return tuple(one.queues for one in doing)
