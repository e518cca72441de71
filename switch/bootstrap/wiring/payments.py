"""A payment, from the question to the advice."""

from switch.application.payments import PaymentCases
from switch.bootstrap.wiring.parts import Parts
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


def payment_cases(parts: Parts) -> PaymentCases:
    outside = parts.outside
    clock, chance = outside.clock, outside.chance
    database, lane, billers, reversal_posting = parts.database, parts.lane, parts.billers, parts.reversal_posting
    current = parts.directory.current
    pay_bill = PayBill.on(clock, current, database, lane, billers)
    refuse_stand_in = RefuseStandIn(clock, database, parts.listening)
    return PaymentCases(
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
    )
