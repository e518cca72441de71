"""Refusals of what takes two people."""

from switch.domain.errors import Refusal


class ProposalUnknown(Refusal):
    code = "proposal_unknown"
    en = "There is no such proposal."
    ar = "لا يوجد اقتراح بهذا المعرّف."


class ProposalDecided(Refusal):
    code = "proposal_decided"
    en = "The proposal is {state} already."
    ar = "بُتّ في هذا الاقتراح من قبل ({state})."


class ProposalChanged(Refusal):
    code = "proposal_changed"
    en = "It would do something else to the accounts by now than what was shown when it was proposed; propose it anew."
    ar = "صار أثره على الحسابات غير ما عُرض حين اقتُرح؛ اقترحه من جديد."


class OwnProposal(Refusal):
    code = "own_proposal"
    en = "Nobody approves what they have proposed themselves ({by}); another person must."
    ar = "لا يوافق أحد على ما اقترحه بنفسه ({by})؛ يلزم شخص آخر."


class ContentWrong(Refusal):
    code = "proposal_content_wrong"
    en = "The content of such a proposal has the field “{field}”, and this is not what belongs in it."
    ar = "في محتوى هذا الاقتراح الحقل «{field}»، وما فيه ليس ما يلزم."


class PaymentNotOverdue(Refusal):
    code = "payment_not_overdue"
    en = "Only a payment or reversal in doubt past its deadline is decided by hand; this one is {state}, its deadline {certain_by}."
    ar = "لا يُبتّ يدوياً إلا في دفعة أو استرداد غير مؤكد تجاوز مهلته؛ وهذه الحالة {state} والمهلة {certain_by}."


class ReasonMissing(Refusal):
    code = "reason_missing"
    en = "A reason of 1 to {most} characters belongs to it."
    ar = "يلزم ذكر السبب، من 1 إلى {most} محرفاً."
