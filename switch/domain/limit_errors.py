"""Refusals for load: who asks too much, too often or too much at once; and limits that are none."""

from switch.domain.errors import Refusal


class TooManyRequests(Refusal):
    code = "too_many_requests"
    en = "More of this kind ({what}) than your limit allows; nothing was done. Repeat the same request after {retry_after_seconds} s."
    ar = "تجاوزت الحد المسموح من هذا النوع ({what})؛ ولم يُنفَّذ شيء. أعد الطلب نفسه بعد {retry_after_seconds} ثانية."


class TooManyAtOnce(Refusal):
    code = "too_many_at_once"
    en = "More than {most} requests under way at once; nothing was done. Wait for their answers and repeat after {retry_after_seconds} s."
    ar = "أكثر من {most} طلباً قيد التنفيذ معاً؛ ولم يُنفَّذ شيء. انتظر أجوبتها ثم أعد الطلب بعد {retry_after_seconds} ثانية."


class TooManyStrangers(Refusal):
    code = "too_many_strangers"
    en = "Too many requests from this address that nobody known has signed. Repeat after {retry_after_seconds} s."
    ar = "طلبات كثيرة من هذا العنوان لم يوقّعها أحد معروف. أعد الطلب بعد {retry_after_seconds} ثانية."


class LimitRefused(Refusal):
    code = "limit_refused"
    en = "This is no limit for {what}: {why}."
    ar = "هذا ليس حداً صالحاً لما يُعدّ ({what}): {why_ar}."
