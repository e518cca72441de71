"""Refusals: every way the switch says no, each with a stable code and its words in Arabic and English."""

from collections.abc import Mapping
from typing import ClassVar, Literal

Language = Literal["ar", "en"]


class Refusal(Exception):
    """Something was asked that will not be done. `facts` fill the templates; they never hold personal data or secrets."""

    code: ClassVar[str]
    en: ClassVar[str]
    ar: ClassVar[str]

    def __init__(self, **facts: str | int) -> None:
        super().__init__(self.code)
        self.facts: Mapping[str, str | int] = facts
        self.replayed = False
        """True where this is the answer that an earlier, same request got."""

    def detail(self, language: Language) -> str:
        template = self.ar if language == "ar" else self.en
        return template.format_map(_Blank(self.facts))

    def __str__(self) -> str:
        return f"{self.code}: {self.detail('en')}"


class _Blank(dict[str, str | int]):
    def __missing__(self, key: str) -> str:
        return "?"


# --- what was written is not well formed -----------------------------------------------------------------------------


class NationalCodeMalformed(Refusal):
    code = "national_code_malformed"
    en = "“{value}” is not a national code: {digits} digits were expected."
    ar = "«{value}» ليس رمزاً وطنياً: المتوقع {digits} أرقام."


class CheckDigitWrong(Refusal):
    code = "check_digit_wrong"
    en = "The check digit of the national code “{value}” is wrong; look for a mistyped or swapped digit."
    ar = "رقم التحقق في الرمز الوطني «{value}» غير صحيح؛ ابحث عن رقم خاطئ أو رقمين مبدّلين."


class AmountMalformed(Refusal):
    code = "amount_malformed"
    en = "An amount is a text of decimal digits such as “1250.00”, without sign, exponent or separators."
    ar = "المبلغ نص من أرقام عشرية مثل «1250.00»، بلا إشارة ولا أُسّ ولا فواصل."


class AmountTooPrecise(Refusal):
    code = "amount_too_precise"
    en = "{currency} has {scale} decimals; the amount has more."
    ar = "للعملة {currency} عدد {scale} من المنازل العشرية؛ والمبلغ يحوي أكثر."


class AmountOutOfRange(Refusal):
    code = "amount_out_of_range"
    en = "The amount must be more than zero and at most {maximum} {currency}."
    ar = "يجب أن يكون المبلغ أكبر من صفر وألا يتجاوز {maximum} {currency}."


class CurrencyUnsupported(Refusal):
    code = "currency_unsupported"
    en = "The currency “{currency}” is not used for this."
    ar = "العملة «{currency}» غير مستخدمة هنا."


class TextForbidden(Refusal):
    code = "text_forbidden"
    en = "The field “{field}” holds a control or direction character, or is too long."
    ar = "الحقل «{field}» يحوي محرف تحكم أو محرف اتجاه، أو هو أطول من المسموح."


class FileNameForbidden(Refusal):
    code = "file_name_forbidden"
    en = "The name of a file is not empty, not “.” or “..”, and holds no “/” or “\\”."
    ar = "اسم الملف ليس فارغاً ولا «.» ولا «..»، ولا يحوي «/» ولا «\\»."


class FileMalformed(Refusal):
    code = "file_malformed"
    en = "The file cannot be read: {why}."
    ar = "تعذرت قراءة الملف: {why}."


class StatementNotYours(Refusal):
    code = "statement_not_yours"
    en = "The statement is not one that {participant} may hand in: it names another participant or the other side."
    ar = "لا يحق للمشارك {participant} تقديم هذا الكشف: فهو باسم مشارك آخر أو عن الطرف الآخر."


# --- who may ---------------------------------------------------------------------------------------------------------


class ParticipantUnknown(Refusal):
    code = "participant_unknown"
    en = "There is no participant {participant}."
    ar = "لا يوجد مشارك بالرمز {participant}."


class ParticipantNotLive(Refusal):
    code = "participant_not_live"
    en = "The participant {participant} may not do this: it is {status}."
    ar = "لا يجوز هذا للمشارك {participant}: حالته {status}."


class NotAllowed(Refusal):
    code = "not_allowed"
    en = "This call is not for participants of your kind."
    ar = "هذا الطلب غير متاح لنوع مشاركتك."


# --- routing: nothing is held yet ------------------------------------------------------------------------------------


class ServiceUnknown(Refusal):
    code = "service_unknown"
    en = "There is no service {service}."
    ar = "لا توجد خدمة بالرمز {service}."


class ServiceClosed(Refusal):
    code = "service_closed"
    en = "The service {service} does not take payments at present."
    ar = "الخدمة {service} لا تقبل الدفع حالياً."


class ReferenceMalformed(Refusal):
    code = "customer_reference_malformed"
    en = "The customer reference does not have the form of “{label_en}” ({pattern})."
    ar = "مرجع الزبون ليس بصيغة «{label_ar}» ({pattern})."


class CustomerUnknown(Refusal):
    code = "customer_unknown"
    en = "The biller does not know this customer reference."
    ar = "الجهة المفوترة لا تعرف مرجع الزبون هذا."


class InquiryNeeded(Refusal):
    code = "inquiry_needed"
    en = "A payment for the service {service} must name the inquiry that it answers."
    ar = "الدفع للخدمة {service} يتطلب ذكر الاستعلام الذي يستند إليه."


class InquiryUnknown(Refusal):
    code = "inquiry_unknown"
    en = "There is no such inquiry of yours for this service and customer reference."
    ar = "لا يوجد استعلام لكم بهذا المعرّف لهذه الخدمة ومرجع الزبون."


class InquiryExpired(Refusal):
    code = "inquiry_expired"
    en = "The inquiry expired at {expired_at}; inquire again."
    ar = "انتهت صلاحية الاستعلام في {expired_at}؛ أعد الاستعلام."


class BillUnknown(Refusal):
    code = "bill_unknown"
    en = "There is no such bill under this customer reference."
    ar = "لا توجد فاتورة بهذا الرقم تحت مرجع الزبون."


class BillNotAsked(Refusal):
    code = "bill_not_expected"
    en = "The service {service} has no bills; leave bill_number out."
    ar = "الخدمة {service} بلا فواتير؛ احذف bill_number."


class BillWithdrawn(Refusal):
    code = "bill_withdrawn"
    en = "The biller has withdrawn this bill."
    ar = "سحبت الجهة المفوترة هذه الفاتورة."


class BillAlreadyPaid(Refusal):
    code = "bill_already_paid"
    en = "This bill is already paid."
    ar = "هذه الفاتورة مدفوعة."


class BillBeingPaid(Refusal):
    code = "bill_being_paid"
    en = "Another payment of this bill is under way; ask again when it is certain."
    ar = "هناك دفعة أخرى جارية لهذه الفاتورة؛ أعد المحاولة بعد تأكدها."


class BillChanged(Refusal):
    code = "bill_changed"
    en = "The bill has changed since the inquiry; inquire again."
    ar = "تغيّرت الفاتورة منذ الاستعلام؛ أعد الاستعلام."


class AmountNotAllowed(Refusal):
    code = "amount_not_allowed"
    en = "The amount must be {rule} {amount} {currency}."
    ar = "يجب أن يكون المبلغ {rule_ar} {amount} {currency}."


class NoOpenWindow(Refusal):
    code = "no_open_window"
    en = "No settlement window is open for {currency}; try again shortly."
    ar = "لا توجد نافذة تسوية مفتوحة للعملة {currency}؛ أعد المحاولة بعد قليل."


class CapExceeded(Refusal):
    code = "cap_exceeded"
    en = "The payment does not fit under the net debit cap of {participant}."
    ar = "الدفعة تتجاوز سقف الدين الصافي للمشارك {participant}."


class BillerRefused(Refusal):
    code = "biller_refused"
    en = "The biller refused: {reason}."
    ar = "رفضت الجهة المفوترة: {reason_ar}."


class BillerUnavailable(Refusal):
    code = "biller_unavailable"
    en = "The biller gives no usable answer at present; nothing was held."
    ar = "لا جواب صالحاً من الجهة المفوترة حالياً؛ ولم يُحجز شيء."


# --- identity of a request -------------------------------------------------------------------------------------------


class IdempotencyKeyMissing(Refusal):
    code = "idempotency_key_missing"
    en = "This request needs the header Idempotency-Key."
    ar = "يتطلب هذا الطلب الترويسة Idempotency-Key."


class IdempotencyKeyMalformed(Refusal):
    code = "idempotency_key_malformed"
    en = "An idempotency key is 8 to 64 letters, digits, '-', '_', '.' or ':'."
    ar = "مفتاح عدم التكرار من 8 إلى 64 حرفاً لاتينياً أو رقماً أو '-' أو '_' أو '.' أو ':'."


class IdempotencyKeyConflict(Refusal):
    code = "idempotency_key_conflict"
    en = "This idempotency key was already used for a request with other content."
    ar = "استُخدم مفتاح عدم التكرار هذا من قبل لطلب بمحتوى مختلف."


# --- what is not there -----------------------------------------------------------------------------------------------


class PaymentUnknown(Refusal):
    code = "payment_unknown"
    en = "There is no such payment of yours."
    ar = "لا توجد دفعة لكم بهذا المعرّف."


class WindowUnknown(Refusal):
    code = "window_unknown"
    en = "There is no settlement window {window}."
    ar = "لا توجد نافذة تسوية {window}."


class FileUnknown(Refusal):
    code = "file_unknown"
    en = "There is no such file of yours."
    ar = "لا يوجد ملف لكم بهذا المعرّف."


class AdviceUnknown(Refusal):
    code = "advice_unknown"
    en = "There is no such advice of yours."
    ar = "لا يوجد إشعار لكم بهذا المعرّف."


class CursorMalformed(Refusal):
    code = "cursor_malformed"
    en = "The cursor is not one that this list gave out."
    ar = "المؤشر ليس مما أعطته هذه القائمة."


# --- load ------------------------------------------------------------------------------------------------------------


class Overloaded(Refusal):
    code = "overloaded"
    en = "The switch is at its limit; nothing was held. Repeat with the same idempotency key after {retry_after_seconds} s."
    ar = "المحوّل عند حده الأقصى؛ ولم يُحجز شيء. أعد الطلب بالمفتاح نفسه بعد {retry_after_seconds} ثانية."


class SwitchUnavailable(Refusal):
    code = "switch_unavailable"
    en = "The switch cannot reach its books at present. Repeat with the same idempotency key after {retry_after_seconds} s."
    ar = "لا يستطيع المحوّل الوصول إلى دفاتره حالياً. أعد الطلب بالمفتاح نفسه بعد {retry_after_seconds} ثانية."
