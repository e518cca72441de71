"""What two people decide, and who carries it out: every kind of proposal."""

from switch.application import Switch
from switch.domain.proposals import ProposalKind
from switch.posting.repairs import RepairPosting
from switch.posting.reversal import ReversalPosting
from switch.store.database import Database
from switch.usecases.agree_on_calendar import AgreeOnCalendar
from switch.usecases.agree_on_cap import AgreeOnCap
from switch.usecases.agree_on_catalogue import AgreeOnCatalogue
from switch.usecases.agree_on_connection import AgreeOnConnection
from switch.usecases.agree_on_key import AgreeOnKey
from switch.usecases.agree_on_limit import AgreeOnLimit
from switch.usecases.agree_on_participant import AgreeOnParticipant
from switch.usecases.agree_on_push_place import AgreeOnPushPlace
from switch.usecases.agree_on_retention import AgreeOnRetention
from switch.usecases.agree_on_service import AgreeOnService
from switch.usecases.agree_on_staff import AgreeOnStaff
from switch.usecases.agree_on_statement_rule import AgreeOnStatementRule
from switch.usecases.agree_on_term import AgreeOnTerm
from switch.usecases.biller_lines import BillerLines
from switch.usecases.change_tariff import ChangeTariff
from switch.usecases.decide_dispute import DecideDispute
from switch.usecases.decide_window import DecideWindow
from switch.usecases.dispute_keeping import DisputeKeeping
from switch.usecases.dispute_refunds import DisputeRefunds
from switch.usecases.move_cut_off import CloseWindowNow, PutOffWindow
from switch.usecases.move_window import MoveWindow
from switch.usecases.pay_debt import WAY_OF, PayDebt
from switch.usecases.propose import Undertaking
from switch.usecases.recompute_window import RecomputeWindow
from switch.usecases.refund_dispute import RefundDispute
from switch.usecases.release_suspense import ReleaseSuspense
from switch.usecases.repair_breaks import RepairBreaks
from switch.usecases.rerate_tariff import RerateTariff
from switch.usecases.set_closing_rule import SetClosingRule
from switch.usecases.set_dispute_term import SetDisputeTerm
from switch.usecases.set_settlement_rule import SetSettlementRule
from switch.usecases.settle_doubt import SettleDoubt
from switch.usecases.split_service import SplitService


def undertakings_of(
    switch: Switch, database: Database, billers: BillerLines, reversals: ReversalPosting
) -> dict[ProposalKind, Undertaking]:
    clock, directory = switch.clock, switch.directory
    current, repairs = directory.current, RepairPosting(reversals)
    keeping, refunds = DisputeKeeping(clock, current), DisputeRefunds(clock, repairs)
    return {
        **{
            kind: SettleDoubt(clock, database, switch.lane, reversals, kind)
            for kind in (ProposalKind.FORCE_PAYMENT, ProposalKind.GIVE_BACK_PAYMENT)
        },
        **{kind: DecideWindow(clock, database, kind) for kind in (ProposalKind.OVERRIDE_WINDOW, ProposalKind.WITHHOLD_WINDOW)},
        ProposalKind.RECOMPUTE_WINDOW: RecomputeWindow(clock, database),
        ProposalKind.MOVE_WINDOW: MoveWindow(clock, database),
        **{kind: PayDebt(clock, database, kind, switch.settle_debts) for kind in WAY_OF},
        ProposalKind.CLOSE_WINDOW_NOW: CloseWindowNow(database, switch.close_window),
        ProposalKind.PUT_OFF_WINDOW: PutOffWindow(clock, database),
        ProposalKind.SET_SETTLEMENT_RULE: SetSettlementRule(database),
        ProposalKind.PUBLISH_TARIFF: ChangeTariff(clock, current, database, directory.refresh, switch.try_tariff),
        ProposalKind.REPAIR_BREAK: RepairBreaks(clock, current, database, billers, repairs),
        ProposalKind.RELEASE_SUSPENSE: ReleaseSuspense(clock, current, database, repairs),
        ProposalKind.SET_CLOSING_RULE: SetClosingRule(clock, database),
        ProposalKind.DECIDE_DISPUTE: DecideDispute(database, keeping, refunds),
        ProposalKind.REFUND_DISPUTE: RefundDispute(database, keeping, refunds),
        ProposalKind.SET_DISPUTE_TERM: SetDisputeTerm(clock, database),
        ProposalKind.CHANGE_CAP: AgreeOnCap(database, current, switch.change_cap),
        ProposalKind.REGISTER_KEY: AgreeOnKey(database, current, switch.register_key),
        ProposalKind.CHANGE_LIMIT: AgreeOnLimit(current, switch.limit_participant),
        ProposalKind.CHANGE_PARTICIPANT: AgreeOnParticipant(current, switch.admit_participant),
        ProposalKind.RERATE_TARIFF: RerateTariff(clock, current, database, switch.rerate_payments),
        ProposalKind.SPLIT_SERVICE: SplitService(clock, current, database),
        ProposalKind.LOAD_CATALOGUE: AgreeOnCatalogue(current, switch.load_catalogue),
        ProposalKind.CHANGE_CONNECTION: AgreeOnConnection(current, switch.connect_biller),
        ProposalKind.CHANGE_SERVICE: AgreeOnService(current, switch.offer_service),
        ProposalKind.SET_CALENDAR: AgreeOnCalendar(database, switch.set_calendar),
        ProposalKind.SET_RETENTION: AgreeOnRetention(database, switch.set_retention),
        ProposalKind.CHOOSE_PUSH_PLACE: AgreeOnPushPlace(database, current, switch.choose_push_place),
        ProposalKind.SET_TERM: AgreeOnTerm(database, switch.work_breaks),
        ProposalKind.SET_STATEMENT_RULE: AgreeOnStatementRule(database, current, switch.set_statement_rule),
        ProposalKind.ADMIT_STAFF: AgreeOnStaff(database, switch.keep_staff),
    }
