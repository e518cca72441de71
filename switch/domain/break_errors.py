"""Refusals about work on breaks and their repair."""

from switch.domain.errors import Refusal


class BreakUnknown(Refusal):
    code = "break_unknown"
    en = "There is no such break."
    ar = "لا يوجد فرق بهذا المعرّف."


class BreakEnded(Refusal):
    code = "break_ended"
    en = "The break has ended already: {state}. Reopen it first."
    ar = "انتهى هذا الفرق من قبل ({state})؛ أعد فتحه أولاً."


class BreakStillOpen(Refusal):
    code = "break_still_open"
    en = "The break is open; only one that was ended by people or by a rule is reopened."
    ar = "الفرق مفتوح؛ ولا يُعاد فتح إلا ما أنهاه أشخاص أو قاعدة."


class BreakNotYours(Refusal):
    code = "break_not_yours"
    en = "The break is with somebody else now; only its owner hands it over."
    ar = "الفرق الآن لدى جهة أخرى؛ ولا يسلّمه إلا من هو لديه."


class BreakOwnerRefused(Refusal):
    code = "break_owner_refused"
    en = "A break is handed to {possible}; not to {owner}."
    ar = "يُسلَّم الفرق إلى إحدى هذه الجهات: {possible}، لا إلى {owner}."


class BreakTextMissing(Refusal):
    code = "break_text_missing"
    en = "A text of 1 to {most} characters belongs to it."
    ar = "يلزم نص من 1 إلى {most} محرفاً."


class AttachmentRefused(Refusal):
    code = "attachment_refused"
    en = "An attachment is a PDF, PNG, JPEG or plain text of 1 to {most_bytes} bytes; a break has at most {most}."
    ar = "المرفق ملف PDF أو PNG أو JPEG أو نص، من 1 إلى {most_bytes} بايت؛ وللفرق الواحد {most} مرفقاً على الأكثر."


class RepairDoesNotFit(Refusal):
    code = "repair_does_not_fit"
    en = "{repair} does not repair a break of the kind {kind} that stands so: {state}."
    ar = "لا يُصلح الإجراء {repair} فرقاً من النوع {kind} حاله: {state}."


class RepairAmountRefused(Refusal):
    code = "repair_amount_refused"
    en = "It is for more than nothing, and for no more than is at stake or left: {at_stake}."
    ar = "يلزم مبلغ يزيد على الصفر ولا يتجاوز المختلف عليه أو ما بقي منه: {at_stake}."


class ClosingRuleRefused(Refusal):
    code = "closing_rule_refused"
    en = "A rule closes one of {kinds}, up to an amount of nothing or more, or up to {most_days} days."
    ar = "تُنهي القاعدة أحد هذه الأنواع: {kinds}، حتى مبلغ لا يقل عن الصفر، أو حتى {most_days} يوماً."
