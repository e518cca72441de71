"""Refusals of bill uploads: why one line is not taken, while its neighbours are."""

from switch.domain.errors import Refusal


class ServiceNotOwn(Refusal):
    code = "service_not_own"
    en = "The service {service} is not yours."
    ar = "الخدمة {service} ليست لكم."


class ServiceTakesNoUploads(Refusal):
    code = "service_takes_no_uploads"
    en = "The service {service} does not take uploaded bills."
    ar = "الخدمة {service} لا تقبل رفع الفواتير."


class BillNumberMalformed(Refusal):
    code = "bill_number_malformed"
    en = "A bill number is 1 to {most} letters, digits, '-', '_', '.' or '/'."
    ar = "رقم الفاتورة من 1 إلى {most} حرفاً أو رقماً أو '-' أو '_' أو '.' أو '/'."


class BillAmountMissing(Refusal):
    code = "bill_amount_missing"
    en = "A bill that is put needs its amount."
    ar = "الفاتورة المرفوعة تحتاج إلى مبلغها."


class BillRuleRefused(Refusal):
    code = "bill_rule_refused"
    en = "Bills of the service {service} may be paid by the rule “{rule}” only."
    ar = "فواتير الخدمة {service} تُدفع بالقاعدة «{rule}» فقط."


class BillDatesIncoherent(Refusal):
    code = "bill_dates_incoherent"
    en = "The bill is due before it was issued, or a date is too far away."
    ar = "استحقاق الفاتورة سابق لإصدارها، أو أحد التاريخين بعيد جداً."


class BillLineRepeated(Refusal):
    code = "bill_line_repeated"
    en = "The same bill is in an earlier line of this upload, line {line}."
    ar = "الفاتورة نفسها موجودة في سطر سابق من هذا الرفع، السطر {line}."


class BillPartlyPaid(Refusal):
    code = "bill_partly_paid"
    en = "{paid} {currency} of this bill are already paid; its amount cannot be less, nor its rule change."
    ar = "دُفع من هذه الفاتورة {paid} {currency}؛ فلا يقل مبلغها عن ذلك ولا تتغير قاعدتها."


class UploadTooLong(Refusal):
    code = "upload_too_long"
    en = "An upload has at most {most} lines."
    ar = "الرفع الواحد لا يتجاوز {most} سطر."
