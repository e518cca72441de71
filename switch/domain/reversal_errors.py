"""Refusals of reversals."""

from switch.domain.errors import Refusal


class PaymentNotCompleted(Refusal):
    code = "payment_not_completed"
    en = "Only a completed payment can be reversed; this one is {state}."
    ar = "لا تُعكس إلا دفعة مكتملة؛ وهذه حالتها {state}."


class PaymentAlreadyReversed(Refusal):
    code = "payment_already_reversed"
    en = "The payment has been reversed already (reversal {reversal})."
    ar = "عُكست هذه الدفعة من قبل (العكس {reversal})."


class ReversalUnderWay(Refusal):
    code = "reversal_under_way"
    en = "A reversal of this payment is under way ({reversal}); its biller has not answered yet."
    ar = "عكس هذه الدفعة جارٍ ({reversal})؛ ولم تجب الجهة المفوترة بعد."


class ReversalNotAllowed(Refusal):
    code = "reversal_not_allowed"
    en = "Payments of service {service} cannot be reversed."
    ar = "دفعات الخدمة {service} لا تُعكس."


class ReversalTooLate(Refusal):
    code = "reversal_too_late"
    en = "The payment could be reversed until {until}."
    ar = "كان عكس هذه الدفعة ممكناً حتى {until}."


class ReversalRefused(Refusal):
    code = "reversal_refused"
    en = "The biller refused to take the payment back: {reason}. The payment stands."
    ar = "رفضت الجهة المفوترة عكس الدفعة: {reason_ar}. الدفعة قائمة."


class PartsNotAllowed(Refusal):
    code = "parts_not_allowed"
    en = "A payment of service {service} can be taken back as a whole only."
    ar = "لا تُعكس دفعة الخدمة {service} إلا كاملة."


class RefundTooLarge(Refusal):
    code = "refund_too_large"
    en = "More than is left of the payment: {left} {currency}."
    ar = "أكثر مما بقي من الدفعة: {left} {currency}."
