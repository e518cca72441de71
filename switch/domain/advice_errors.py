"""Refusals of advices, beside those of everybody."""

from switch.domain.errors import Refusal


class AdviceNotParked(Refusal):
    code = "advice_not_parked"
    en = "The advice is not parked: it waits to be delivered, or was acknowledged."
    ar = "الإشعار غير مركون: فهو ينتظر الإرسال أو تم تأكيد استلامه."


class AdviceNotRefusable(Refusal):
    code = "advice_not_refusable"
    en = "It is a fact that you must take. Only a payment that was accepted in your place, while you were out, may be refused."
    ar = "هذا الإشعار حقيقة لا بد من استلامها. ولا يُرفض إلا ما قُبل نيابةً عنكم أثناء توقفكم."


class AdviceAnswered(Refusal):
    code = "advice_answered"
    en = "You have answered this advice already ({answer}), and an answer stands."
    ar = "سبق أن أجبتم عن هذا الإشعار ({answer_ar})، والجواب ثابت."
