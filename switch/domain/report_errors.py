"""Refusals about reports."""

from switch.domain.errors import Refusal


class ReportUnknown(Refusal):
    code = "report_unknown"
    en = "There is no such report; these can be made: {known}."
    ar = "لا يوجد تقرير بهذا الاسم؛ والتقارير المتاحة: {known}."


class ReportPeriodRefused(Refusal):
    code = "report_period_refused"
    en = "The period of a report is a day, a month, or a first and a last business date at most {days} days apart."
    ar = "مدة التقرير يوم أو شهر، أو من يوم عمل إلى يوم عمل لا يفصل بينهما أكثر من {days} يوماً."


class ReportTooLarge(Refusal):
    code = "report_too_large"
    en = "The report has more than {most} bytes; ask for a shorter period, or have it made by command."
    ar = "يزيد التقرير على {most} بايت؛ اطلب مدة أقصر، أو اطلب إصداره بأمر من سطر الأوامر."


class ReportTooEarly(Refusal):
    code = "report_too_early"
    en = "What was known at that moment is certain {seconds} seconds after it; ask for an earlier moment, or ask again later."
    ar = "لا يكتمل ما كان معلوماً في تلك اللحظة إلا بعدها بـ {seconds} ثوانٍ؛ اطلب لحظة أبكر أو أعد المحاولة لاحقاً."


class ReportDiffers(Refusal):
    code = "report_differs"
    en = "What was known then has been changed in the books: {report} had the figures {before}, and now has {now} (SHA-256)."
    ar = "تغيّر في الدفاتر ما كان معلوماً حينها: كانت أرقام {report} ببصمة {before}، وهي الآن ببصمة {now} (SHA-256)."
