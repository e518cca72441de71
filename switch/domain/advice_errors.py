"""Refusals of advices, beside those of everybody."""

from switch.domain.errors import Refusal


class AdviceNotParked(Refusal):
    code = "advice_not_parked"
    en = "The advice is not parked: it waits to be delivered, or was acknowledged."
    ar = "الإشعار غير مركون: فهو ينتظر الإرسال أو تم تأكيد استلامه."
