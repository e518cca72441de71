"""Refusals of payment batches: of the whole batch, never of one line."""

from switch.domain.errors import Refusal


class PaymentBatchUnknown(Refusal):
    code = "payment_batch_unknown"
    en = "There is no such payment batch of yours."
    ar = "لا توجد حزمة دفعات لكم بهذا المعرّف."


class BatchReferenceConflict(Refusal):
    code = "batch_reference_conflict"
    en = "This batch reference was already used for a batch with other lines."
    ar = "استُخدم مرجع الحزمة هذا من قبل لحزمة بأسطر مختلفة."


class TooManyBatches(Refusal):
    code = "too_many_batches"
    en = "{most} payment batches of yours are still being worked on. Hand in this one again after {retry_after_seconds} s."
    ar = "لديكم {most} حزم دفعات ما زالت قيد التنفيذ. سلّموا هذه الحزمة من جديد بعد {retry_after_seconds} ثانية."
