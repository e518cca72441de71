"""Refusals of what lies in the archive."""

from switch.domain.errors import Refusal


class PaymentArchived(Refusal):
    code = "payment_archived"
    en = "The payment is in the archive of business date {business_date}, file {file}; it stands as it was and changes no more."
    ar = "الدفعة محفوظة في أرشيف يوم العمل {business_date}، ملف {file}؛ وهي باقية كما كانت ولا يتغيّر منها شيء بعد اليوم."


class DateArchived(Refusal):
    code = "date_archived"
    en = "Business date {business_date} is archived; what is asked needs its payments, which are in the files of the archive."
    ar = "يوم العمل {business_date} مؤرشف؛ والمطلوب يحتاج إلى دفعاته، وهي في ملفات الأرشيف."


class ArchiveUnknown(Refusal):
    code = "archive_unknown"
    en = "There is no archive of business date {business_date}."
    ar = "لا أرشيف ليوم العمل {business_date}."


class ArchiveDiffers(Refusal):
    code = "archive_differs"
    en = "The archive {file} is not what was recorded, or not what the books hold of it: {where}. Nothing was taken out."
    ar = "الأرشيف {file} ليس ما سُجّل، أو يخالف ما في الدفاتر منه: {where}. لم يُنقل شيء."
