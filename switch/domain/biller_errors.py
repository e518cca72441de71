"""Refusals for the sake of a biller that is not there: it does not answer, or has said that it will not."""

from switch.domain.errors import Overloaded, Refusal


class BillerSilent(Refusal):
    code = "biller_silent"
    en = "The biller has not been answering; nothing was held. Order anew, under a new key, when it answers inquiries again."
    ar = "الجهة المفوترة لا تجيب منذ قليل؛ ولم يُحجز شيء. اطلب الدفع من جديد بمفتاح جديد حين تجيب عن الاستعلامات."


class BillerBusy(Overloaded):
    code = "biller_busy"
    en = "Too many wait for this biller just now; nothing was held. Repeat with the same idempotency key after {retry_after_seconds} s."
    ar = "ينتظر هذه الجهة المفوترة أقصى عدد مسموح؛ ولم يُحجز شيء. أعد الطلب بالمفتاح نفسه بعد {retry_after_seconds} ثانية."


class BillerInOutage(Refusal):
    code = "biller_in_outage"
    en = "The biller has declared an outage until {until}, Damascus time: {reason}. Nothing was held."
    ar = "أعلنت الجهة المفوترة توقفاً حتى {until} بتوقيت دمشق: {reason_ar}. ولم يُحجز شيء."


class OutageRefused(Refusal):
    code = "outage_refused"
    en = "This outage cannot be declared: {why}."
    ar = "لا يمكن إعلان هذا التوقف: {why_ar}."


class OutageUnknown(Refusal):
    code = "outage_unknown"
    en = "There is no such outage of yours."
    ar = "لا يوجد توقف لكم بهذا المعرّف."
