"""Refusals about proofs and receipts."""

from switch.domain.errors import Refusal


class PaymentNotSealed(Refusal):
    code = "payment_not_sealed"
    en = "The payment is not sealed into the proof log yet; this takes seconds. Ask again."
    ar = "لم تُختم الدفعة في سجل الإثبات بعد؛ يستغرق ذلك ثواني. أعد السؤال."


class LogSizeUnknown(Refusal):
    code = "log_size_unknown"
    en = "The proof log has {size} leaves; a proof goes from a size to the same or a larger one, not from {first} to {second}."
    ar = "في سجل الإثبات {size} ورقة؛ ويكون الإثبات من حجم إلى مثله أو أكبر منه، لا من {first} إلى {second}."


class ReceiptNotDue(Refusal):
    code = "receipt_not_due"
    en = "There is a receipt for a completed payment only; this one is {state}."
    ar = "لا إيصال إلا لدفعة مكتملة؛ وحالة هذه {state}."
