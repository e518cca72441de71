"""The switch: every use case and every report as a field; the table of contents of the product."""

from dataclasses import dataclass

from switch.ports import Clock, Signer
from switch.posting.lane import PostingLane
from switch.reports.advices import Advices
from switch.reports.breaks import Breaks
from switch.reports.catalogue import Catalogue
from switch.reports.current_directory import CurrentDirectory
from switch.reports.files import Files
from switch.reports.journal import Journal
from switch.reports.payment_batches import PaymentBatches
from switch.reports.payment_stories import PaymentStories
from switch.reports.payments import Payments
from switch.reports.positions import Positions
from switch.reports.readiness import Readiness
from switch.reports.statements import Statements
from switch.reports.verification import Verification
from switch.reports.windows import Windows
from switch.usecases.acknowledge_advice import AcknowledgeAdvice
from switch.usecases.admit_participant import AdmitParticipant
from switch.usecases.advance_windows import AdvanceWindows
from switch.usecases.change_cap import ChangeCap
from switch.usecases.close_window import CloseWindow
from switch.usecases.connect_biller import ConnectBiller
from switch.usecases.deliver_advices import DeliverAdvices
from switch.usecases.import_statement import ImportStatement
from switch.usecases.inquire_bill import InquireBill
from switch.usecases.issue_files import IssueFiles
from switch.usecases.load_catalogue import LoadCatalogue
from switch.usecases.offer_service import OfferService
from switch.usecases.open_window import OpenWindow
from switch.usecases.pay_batches import PayBatches
from switch.usecases.pay_bill import PayBill
from switch.usecases.publish_tariff import PublishTariff
from switch.usecases.reconcile import Reconcile
from switch.usecases.register_key import RegisterKey
from switch.usecases.resolve_payments import ResolvePayments
from switch.usecases.revoke_key import RevokeKey
from switch.usecases.set_calendar import SetCalendar
from switch.usecases.set_statement_rule import SetStatementRule
from switch.usecases.settle_window import SettleWindow
from switch.usecases.submit_batch import SubmitBatch
from switch.usecases.upload_bills import UploadBills


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
    deliver_advices: DeliverAdvices
    acknowledge_advice: AcknowledgeAdvice
    upload_bills: UploadBills

    # participants and the catalogue
    admit_participant: AdmitParticipant
    register_key: RegisterKey
    revoke_key: RevokeKey
    connect_biller: ConnectBiller
    offer_service: OfferService
    publish_tariff: PublishTariff
    change_cap: ChangeCap
    load_catalogue: LoadCatalogue

    # windows, settlement, files, reconciliation
    set_calendar: SetCalendar
    open_window: OpenWindow
    close_window: CloseWindow
    settle_window: SettleWindow
    advance_windows: AdvanceWindows
    issue_files: IssueFiles
    import_statement: ImportStatement
    set_statement_rule: SetStatementRule
    reconcile: Reconcile

    # reports
    advices: Advices
    breaks: Breaks
    catalogue: Catalogue
    files: Files
    journal: Journal
    payment_batches: PaymentBatches
    payments: Payments
    payment_stories: PaymentStories
    positions: Positions
    readiness: Readiness
    statements: Statements
    verification: Verification
    windows: Windows
