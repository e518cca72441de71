"""The words of codes that stand in reports, in Arabic and English; a code that has none here stands for itself."""

from collections.abc import Mapping
from types import MappingProxyType

from switch.domain.dispute_words import OUTCOME_WORDS, PARTY_WORDS, REASON_WORDS, STATE_WORDS
from switch.domain.participants import Name
from switch.domain.reports import ReportName

WORDS: Mapping[str, Name] = MappingProxyType(
    {
        code: Name(ar, en)
        for code, ar, en in (
            # sides and parties
            ("bank", "مصرف", "bank"),
            ("biller", "جهة مفوترة", "biller"),
            ("switch", "المحوّل", "switch"),
            ("network", "الشبكة", "network"),
            ("banks", "المصارف والمحافظ", "banks and wallets"),
            ("billers", "الجهات المفوترة", "billers"),
            ("services", "الخدمات", "services"),
            # of statements and of windows and of breaks
            ("received", "وصل", "received"),
            ("not_received", "لم يصل", "not received"),
            ("not_reconciled", "لم تجرِ مطابقة", "not reconciled"),
            ("open", "مفتوح", "open"),
            ("window_state.open", "مفتوحة", "open"),
            ("closed", "مقفلة", "closed"),
            ("settled", "تمت تسويتها", "settled"),
            ("matched_later", "تطابق لاحقاً", "matched later"),
            ("repaired", "أُصلح", "repaired"),
            ("accepted", "قُبل كما هو", "accepted as it is"),
            ("written_off", "شُطب", "written off"),
            ("closed_by_rule", "أُغلق بقاعدة", "closed by a rule"),
            ("missing_at_bank", "غير موجودة لدى المصرف", "missing at bank"),
            ("missing_at_biller", "غير موجودة لدى الجهة المفوترة", "missing at biller"),
            ("missing_at_switch", "غير موجودة لدى المحوّل", "missing at switch"),
            ("not_advised", "لم يُستلم إشعارها", "not advised"),
            ("amount_differs", "المبلغ مختلف", "amount differs"),
            ("sum_differs", "المجموع مختلف", "sum differs"),
            ("fee_differs", "الرسم مختلف", "fee differs"),
            ("currency_differs", "العملة مختلفة", "currency differs"),
            ("date_differs", "التاريخ مختلف", "date differs"),
            ("reference_differs", "المرجع مختلف", "reference differs"),
            ("status_differs", "الحالة مختلفة", "status differs"),
            ("duplicate_at_bank", "مكررة لدى المصرف", "duplicate at bank"),
            ("duplicate_at_biller", "مكررة لدى الجهة المفوترة", "duplicate at biller"),
            ("late_answer", "جواب متأخر بعد النهائية", "late answer"),
            ("still_due", "الفاتورة ما زالت مستحقة", "still due"),
            ("stand_in_refused", "رفضت الجهة المفوترة قبولاً بالنيابة", "stand-in refused"),
            ("rtgs_amount_differs", "مبلغ RTGS مختلف", "RTGS amount differs"),
            ("rtgs_reference_differs", "مرجع RTGS مختلف", "RTGS reference differs"),
            ("missing_at_rtgs", "غير موجودة في كشف RTGS", "missing at the RTGS"),
            ("rtgs_not_ours", "في كشف RTGS وليست لنا", "at the RTGS, not ours"),
            ("duplicate_at_rtgs", "مكررة في كشف RTGS", "duplicate at the RTGS"),
            # stages and causes
            ("rejected", "رفضتها الجهة المفوترة", "rejected by the biller"),
            ("refused", "رُفضت قبل الحجز", "refused before the hold"),
            ("in_doubt", "غير مؤكدة", "in doubt"),
            ("break", "فرق في المطابقة", "break"),
            ("answer", "جواب الجهة", "answer of the biller"),
            ("doubt", "من الشك إلى اليقين", "from doubt to certainty"),
            ("whole", "من الطلب إلى النهاية", "from order to end"),
            ("silence", "صمت", "silence"),
            ("line_cut", "انقطاع الخط", "line cut"),
            ("biller_fault", "عطل لدى الجهة", "fault at the biller"),
            ("no_end_point", "لا عنوان للجهة", "no end point"),
            ("answer_unreadable", "جواب غير مقروء", "unreadable answer"),
            ("left_by_the_switch", "تُركت وأكملها المتابع", "left over, concluded by the resolver"),
            ("customer_unknown", "مرجع الزبون غير معروف", "customer unknown"),
            ("bill_unknown", "فاتورة غير معروفة", "bill unknown"),
            ("bill_already_paid", "الفاتورة مدفوعة", "bill already paid"),
            ("bill_being_paid", "الفاتورة قيد الدفع", "bill being paid"),
            ("bill_changed", "تغيرت الفاتورة", "bill changed"),
            ("bill_withdrawn", "سُحبت الفاتورة", "bill withdrawn"),
            ("amount_wrong", "المبلغ غير مطابق للمستحق", "wrong amount"),
            ("amount_not_allowed", "مبلغ غير مسموح", "amount not allowed"),
            ("limit_exceeded", "تجاوز حد لدى الجهة", "limit exceeded"),
            ("service_closed", "الخدمة مغلقة", "service closed"),
            ("not_reached", "لم تصل إلى الجهة", "not reached"),
            ("not_confirmed", "لم تؤكد في المهلة", "not confirmed in time"),
            ("other", "سبب آخر", "other"),
            ("cap_exceeded", "تجاوز السقف", "cap exceeded"),
            ("biller_silent", "الجهة لا تجيب", "biller silent"),
            ("biller_in_outage", "توقف معلن", "declared outage"),
            ("inquiry_expired", "انتهت صلاحية الاستعلام", "inquiry expired"),
            ("inquiry_needed", "يلزم استعلام", "inquiry needed"),
            ("no_open_window", "لا نافذة مفتوحة", "no open window"),
            # channels and methods
            ("branch", "الفرع", "branch"),
            ("atm", "الصراف الآلي", "ATM"),
            ("internet", "الإنترنت", "internet"),
            ("mobile", "الهاتف المحمول", "mobile"),
            ("ussd", "رسائل USSD", "USSD"),
            ("agent", "وكيل", "agent"),
            ("kiosk", "منصة خدمة ذاتية", "kiosk"),
            ("pos", "نقطة بيع", "point of sale"),
            ("account", "حساب", "account"),
            ("card", "بطاقة", "card"),
            ("cash", "نقداً", "cash"),
            ("wallet", "محفظة", "wallet"),
            # what a biller is
            ("unsaid", "غير محدد", "not said"),
            ("electricity", "الكهرباء", "electricity"),
            ("water", "المياه", "water"),
            ("telephone", "الهاتف الثابت", "telephone"),
            ("transport", "النقل", "transport"),
            ("municipal", "البلديات", "municipal"),
            ("education", "التعليم", "education"),
            ("customs", "الجمارك", "customs"),
            ("tax", "الضرائب", "tax"),
            ("public fees", "رسوم عامة", "public fees"),
            ("Damascus", "دمشق", "Damascus"),
            ("Rural Damascus", "ريف دمشق", "Rural Damascus"),
            ("Aleppo", "حلب", "Aleppo"),
            ("Homs", "حمص", "Homs"),
            ("Hama", "حماة", "Hama"),
            ("Latakia", "اللاذقية", "Latakia"),
            ("Tartous", "طرطوس", "Tartous"),
            ("Idlib", "إدلب", "Idlib"),
            ("Raqqa", "الرقة", "Raqqa"),
            ("Deir ez-Zor", "دير الزور", "Deir ez-Zor"),
            ("Al-Hasakah", "الحسكة", "Al-Hasakah"),
            ("Daraa", "درعا", "Daraa"),
            ("As-Suwayda", "السويداء", "As-Suwayda"),
            ("Quneitra", "القنيطرة", "Quneitra"),
            # of disputes
            # of incidents
            ("incident.breaker", "طرف لا يجيب", "not answering"),
            ("incident.parked", "إشعار موقوف", "advice parked"),
            ("incident.outage", "توقف معلن", "declared outage"),
            ("incident.down", "توقف المحوّل", "switch down"),
            ("line.questions", "الأسئلة والدفعات", "questions and payments"),
            ("line.advices", "الإشعارات", "advices"),
            ("line.webhooks", "إشعارات المصرف", "webhooks"),
            ("line.", "–", "–"),
            ("clock.kept", "حُفظت", "kept"),
            ("clock.missed", "فاتت", "missed"),
            ("clock.running", "جارية", "running"),
        )
    }
    | {f"dispute_reason.{reason}": name for reason, name in REASON_WORDS.items()}
    | {f"dispute_state.{state}": name for state, name in STATE_WORDS.items()}
    | {f"outcome.{outcome}": name for outcome, name in OUTCOME_WORDS.items()}
    | {f"holder.{party}": name for party, name in PARTY_WORDS.items()}
)
TITLES: Mapping[ReportName, Name] = MappingProxyType(
    {
        ReportName.RECONCILIATION: Name("تقرير المطابقة", "Reconciliation"),
        ReportName.AGEING: Name("أعمار الفروق القائمة", "Ageing of breaks"),
        ReportName.BREAKS: Name("قائمة الفروق", "List of breaks"),
        ReportName.TREND: Name("تطور المطابقة", "Trend of reconciliation"),
        ReportName.DISPUTES: Name("تقرير الشكاوى", "Disputes"),
        ReportName.CAUSES: Name("إحصاء الأسباب", "Statistics of causes"),
        ReportName.FAULTS: Name("تحديد مواضع الخلل", "Whose the faults are"),
        ReportName.INCIDENTS: Name("تقرير الحوادث", "Incidents"),
        ReportName.SETTLEMENT: Name("تقرير التسوية", "Settlement"),
        ReportName.PAYMENTS: Name("إحصاء الدفعات", "Statistics of payments"),
        ReportName.MONTH: Name("التقرير الشهري إلى المصرف المركزي", "Monthly pack for the central bank"),
    }
)


def word_of(key: str, code: str) -> Name:
    """What a code means in the column of that key."""
    return WORDS.get(f"{key}.{code}") or WORDS.get(code) or Name(code, code)


MONTHS_AR = (
    "كانون الثاني", "شباط", "آذار", "نيسان", "أيار", "حزيران", "تموز", "آب", "أيلول", "تشرين الأول", "تشرين الثاني", "كانون الأول",
)  # fmt: skip
"""As they are said in Syria, January first."""
