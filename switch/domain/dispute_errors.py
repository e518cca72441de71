"""Refusals about disputes."""

from switch.domain.errors import Refusal


class DisputeUnknown(Refusal):
    code = "dispute_unknown"
    en = "There is no such dispute."
    ar = "لا توجد شكوى بهذا المعرّف."


class DisputeReasonNotYours(Refusal):
    code = "dispute_reason_not_yours"
    en = "A dispute with the reason {reason} is opened by a {opener}."
    ar = "الشكوى بالرمز {reason} لا يفتحها إلا {opener_ar}."


class DisputePaymentState(Refusal):
    code = "dispute_payment_state"
    en = "The reason {reason} does not fit a payment that is {state}."
    ar = "الرمز {reason} لا يناسب دفعة حالتها {state}."


class DisputeTooLate(Refusal):
    code = "dispute_too_late"
    en = "A dispute with the reason {reason} is opened within {days} days of the payment."
    ar = "تُفتح الشكوى بالرمز {reason} خلال {days} يوماً من الدفعة."


class DisputeAlreadyOpen(Refusal):
    code = "dispute_already_open"
    en = "The payment has an open dispute with this reason: {dispute}."
    ar = "للدفعة شكوى مفتوحة بالرمز نفسه: {dispute}."


class DisputesTooMany(Refusal):
    code = "disputes_too_many"
    en = "A payment has at most {most} disputes, a dispute at most {most_events} lines of history."
    ar = "للدفعة {most} شكاوى على الأكثر، وللشكوى {most_events} سطراً في سجلها على الأكثر."


class DisputeAmountRefused(Refusal):
    code = "dispute_amount_refused"
    en = "The amount is more than nothing and at most {most}."
    ar = "المبلغ أكثر من الصفر ولا يتجاوز {most}."


class DisputeMoveRefused(Refusal):
    code = "dispute_move_refused"
    en = "“{move}” is not possible: the dispute is {state}, with {holder}."
    ar = "لا يمكن {move_ar}: الشكوى {state_ar} وهي لدى {holder_ar}."


class DisputeNotYours(Refusal):
    code = "dispute_not_yours"
    en = "The dispute is with {holder} now; “{move}” is not yours to do."
    ar = "الشكوى الآن لدى {holder_ar}؛ وليس لكم {move_ar}."


class DisputeRemedyRefused(Refusal):
    code = "dispute_remedy_refused"
    en = "A dispute with the reason {reason} ends in {possible}, not in {remedy}."
    ar = "تنتهي الشكوى بالرمز {reason} إلى {possible}، لا إلى {remedy}."


class DisputeHandOverRefused(Refusal):
    code = "dispute_hand_over_refused"
    en = "It is handed to another of bank, biller and switch, at most {most} times."
    ar = "تُسلَّم إلى غير صاحبها من المصرف والجهة المفوترة والمحوّل، {most} مرات على الأكثر."


class DisputeExtensionRefused(Refusal):
    code = "dispute_extension_refused"
    en = "A clock that runs is extended by 1 to {most} hours."
    ar = "تُمدَّد المهلة الجارية من ساعة إلى {most} ساعة."


class DisputeTextMissing(Refusal):
    code = "dispute_text_missing"
    en = "A text of 1 to {most} characters belongs to it."
    ar = "يلزم نص من 1 إلى {most} محرفاً."


class DisputeAttachmentRefused(Refusal):
    code = "dispute_attachment_refused"
    en = "An attachment is a PDF, PNG, JPEG or plain text of 1 to {most_bytes} bytes; a dispute has at most {most}."
    ar = "المرفق ملف PDF أو PNG أو JPEG أو نص، من 1 إلى {most_bytes} بايت؛ وللشكوى {most} مرفقات على الأكثر."


class DisputeTermRefused(Refusal):
    code = "dispute_term_refused"
    en = (
        "Who answers first is another than who opens it; clocks run 1 to {most_hours} hours, and it is opened within 1 to {most_days} days."
    )
    ar = "يجيب أولاً غير من يفتحها؛ والمهل من 1 إلى {most_hours} ساعة، وتُفتح خلال 1 إلى {most_days} يوماً."


class DisputeBreakRefused(Refusal):
    code = "dispute_break_refused"
    en = "Only an open break of the same payment is linked to a dispute."
    ar = "لا يُربط بالشكوى إلا فرق مفتوح للدفعة نفسها."
