"""A payment, from the question to the advice."""

from dataclasses import dataclass

from switch.usecases.acknowledge_advice import AcknowledgeAdvice
from switch.usecases.check_truth import CheckTruth
from switch.usecases.conclude_overdue import ConcludeOverdue
from switch.usecases.deliver_advices import DeliverAdvices
from switch.usecases.inquire_bill import InquireBill
from switch.usecases.pay_batches import PayBatches
from switch.usecases.pay_bill import PayBill
from switch.usecases.refuse_stand_in import RefuseStandIn
from switch.usecases.replay_advices import ReplayAdvices
from switch.usecases.resolve_payments import ResolvePayments
from switch.usecases.resolve_reversals import ResolveReversals
from switch.usecases.reverse_payment import ReversePayment
from switch.usecases.submit_batch import SubmitBatch
from switch.usecases.upload_bills import UploadBills


@dataclass(frozen=True)
class PaymentCases:
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
